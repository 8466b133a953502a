"""Our own spans in the form that exporters take, with attributes by OpenTelemetry's conventions."""

from typing import Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from opentelemetry.util.types import AnyValue

from adapter.facts import InvocationEnded
from telemetry.export.allow_list import allowed, stateless, without_url
from telemetry.invocation_context import HttpRequest, waited
from telemetry.spans.invocation_span import EndedInvocation
from telemetry.spans.lifespan_spans import PREFIX, LifespanSpan

SCOPE: Final = InstrumentationScope("telemetry")


class ReadableSpans:
    """Makes spans of one resource; what code inside an invocation added to its span is cleaned."""

    def __init__(self, resource: Resource, function_version: str) -> None:
        self._resource = resource
        self._attributes = InvocationAttributes(function_version)

    def of_invocation(self, ended: EndedInvocation) -> ReadableSpan:
        """The SERVER span of an invocation; any library may have renamed it, so its name loses a URL."""
        span, began = ended.span, ended.fact.began
        own = self._attributes.of(ended)
        return ReadableSpan(
            name=without_url(span.name) or "server",
            context=stateless(span.context),
            parent=stateless(span.parent) if span.parent else None,
            resource=self._resource,
            attributes={**allowed(span.added, teams=True), **own} if span.added else own,
            events=[
                Event(without_url(name) or "event", allowed(attributes, teams=True), at_ns)
                for name, attributes, at_ns in span.events
            ],
            links=[
                Link(stateless(link.context), allowed(link.attributes, teams=True)) for link in span.links
            ],
            kind=SpanKind.SERVER,
            status=Status(StatusCode.ERROR if "error.type" in own else span.status),
            start_time=began.at_ns,
            end_time=began.at_ns + ended.fact.wall_ns,
            instrumentation_scope=SCOPE,
        )

    def of_lifespan(self, span: LifespanSpan) -> ReadableSpan:
        """The INTERNAL span of a startup, a resource or a shutdown."""
        failed = {"error.type": span.error} if span.error else {}
        return ReadableSpan(
            name=span.name,
            context=stateless(span.context),
            parent=stateless(span.parent) if span.parent else None,
            resource=self._resource,
            attributes={**span.attributes, **failed},
            links=[Link(stateless(span.link))] if span.link else [],
            status=Status(StatusCode.ERROR if span.error else StatusCode.UNSET),
            start_time=span.began_ns,
            end_time=span.began_ns + span.wall_ns,
            instrumentation_scope=SCOPE,
        )


class InvocationAttributes:
    """Attributes by OpenTelemetry's semantic conventions 1.44 for FaaS, AWS Lambda and HTTP.

    Those that follow from the function's ARN are kept: the ARN is the same for nearly all invocations.
    """

    def __init__(self, function_version: str) -> None:
        self._function_version = function_version
        self._arn = ""
        self._of_arn: dict[str, AnyValue] = {}

    def of(self, ended: EndedInvocation) -> dict[str, AnyValue]:
        """All attributes of an invocation that has ended; for the path it has the route's template."""
        fact, request = ended.fact, ended.request
        began = fact.began
        if began.function_arn != self._arn:
            self._arn = began.function_arn
            self._of_arn = arn_attributes(began.function_arn, self._function_version)
        attributes: dict[str, AnyValue] = {
            **self._of_arn,
            "faas.coldstart": waited(ended.start),
            "faas.invocation_id": began.request_id,
        }
        if trigger := _trigger(fact, request):
            attributes["faas.trigger"] = trigger
        if request is not None:
            attributes |= _request_attributes(request)
        if fact.ping:
            attributes[PREFIX + "ping"] = True
        if fact.status is not None:
            attributes["http.response.status_code"] = fact.status
        if error := fact.error or (str(fact.status) if fact.status and fact.status >= 500 else None):
            attributes["error.type"] = error
        return attributes


def _trigger(fact: InvocationEnded, request: HttpRequest | None) -> str | None:
    """What kind of event it was; None for one that may have failed before that was known."""
    if fact.posted:
        return "other"
    if request is not None or fact.status is not None:
        return "http"
    return "other" if fact.ping or fact.error is None else None


def _request_attributes(request: HttpRequest) -> dict[str, AnyValue]:
    attributes: dict[str, AnyValue] = {"http.request.method": request.method}
    if request.scheme is not None:
        attributes["url.scheme"] = request.scheme
    if request.route is not None:
        attributes["http.route"] = attributes["url.path"] = request.route
    return attributes


def arn_attributes(arn: str, function_version: str) -> dict[str, AnyValue]:
    """Attributes that follow from the ARN; in the resource's id, an alias is replaced by its version."""
    parts = arn.split(":")
    if len(parts) < 7:
        return {"aws.lambda.invoked_arn": arn} if arn else {}
    qualifier = [function_version] if len(parts) > 7 else []
    return {
        "aws.lambda.invoked_arn": arn,
        "cloud.account.id": parts[4],
        "cloud.resource_id": ":".join(parts[:7] + qualifier),
    }
