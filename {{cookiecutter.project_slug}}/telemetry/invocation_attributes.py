"""Attributes of an invocation's span, by OpenTelemetry's conventions 1.44 for FaaS, Lambda and HTTP."""

from opentelemetry.util.types import AnyValue

from telemetry.invocation_span import EndedInvocation
from telemetry.start import waited


class InvocationAttributes:
    """Remembers what one function ARN comes to: it is the same for nearly all invocations."""

    def __init__(self, function_version: str) -> None:
        self._function_version = function_version
        self._arn = ""
        self._of_arn: dict[str, AnyValue] = {}

    def of(self, ended: EndedInvocation) -> dict[str, AnyValue]:
        """All of them, once the invocation is over; the path is the route's."""
        _, fact, start, request = ended
        began = fact.began
        if began.function_arn != self._arn:
            self._arn = began.function_arn
            self._of_arn = arn_attributes(began.function_arn, self._function_version)
        attributes: dict[str, AnyValue] = {
            **self._of_arn,
            "faas.coldstart": waited(start),
            "faas.invocation_id": began.request_id,
        }
        if fact.posted:
            attributes["faas.trigger"] = "other"
        elif request is not None or fact.status is not None:
            attributes["faas.trigger"] = "http"
        elif fact.error is None:  # else it failed too early to tell
            attributes["faas.trigger"] = "other"
        if request is not None:
            attributes["http.request.method"] = request.method
            if request.scheme is not None:
                attributes["url.scheme"] = request.scheme
            if request.route is not None:
                attributes["http.route"] = attributes["url.path"] = request.route
        if fact.status is not None:
            attributes["http.response.status_code"] = fact.status
        if error := fact.error or (str(fact.status) if fact.status and fact.status >= 500 else None):
            attributes["error.type"] = error
        return attributes


def arn_attributes(arn: str, function_version: str) -> dict[str, AnyValue]:
    """The function as it was invoked, and as what: an alias is replaced by the version behind it."""
    parts = arn.split(":")
    if len(parts) < 7:
        return {"aws.lambda.invoked_arn": arn} if arn else {}
    qualifier = [function_version] if len(parts) > 7 else []
    return {
        "aws.lambda.invoked_arn": arn,
        "cloud.account.id": parts[4],
        "cloud.resource_id": ":".join(parts[:7] + qualifier),
    }
