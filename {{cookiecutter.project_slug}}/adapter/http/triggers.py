"""Which trigger an event comes from; the modules of all but the default are imported late."""

from typing import Any, Protocol

from mangum.types import LambdaConfig

from adapter.http.http_api import HttpApi


class Trigger(Protocol):
    """One event that is a request, in the shape of Mangum's handlers, so that those can stand here too."""

    @property
    def scope(self) -> Any:
        """The request's ASGI scope."""

    @property
    def body(self) -> bytes:
        """The request's body."""

    def __call__(self, response: Any) -> Any:
        """Put the app's response into the form that the source of the event takes."""


def trigger_for(event: Any, context: Any, config: LambdaConfig) -> Trigger | None:
    """The trigger that an event comes from; None for an event that is not HTTP."""
    if not isinstance(event, dict):
        return None
    request_context = event.get("requestContext")
    if not isinstance(request_context, dict):
        return _edge(event, context, config)
    if "routeArn" in event or "methodArn" in event or "connectionId" in request_context:
        return None  # asks an authorizer, or is of a WebSocket
    if not HttpApi.infer(event, context, config):
        return _others(event, context, config)
    if ".lambda-url." in str(request_context.get("domainName")):
        from adapter.http.function_url import FunctionUrl  # noqa: PLC0415 - so that it costs no time in INIT

        return FunctionUrl(event, context, config)
    return HttpApi(event, context, config)


def _others(event: dict[str, Any], context: Any, config: LambdaConfig) -> Trigger | None:
    from adapter.http.load_balancer import LoadBalancer  # noqa: PLC0415 - see above
    from adapter.http.rest_api import RestApi  # noqa: PLC0415 - see above
    from adapter.http.vpc_lattice import VpcLattice  # noqa: PLC0415 - see above

    for kind in (LoadBalancer, RestApi, VpcLattice):
        if kind.infer(event, context, config):
            return kind(event, context, config)
    return None


def _edge(event: dict[str, Any], context: Any, config: LambdaConfig) -> Trigger | None:
    from adapter.http.lambda_edge import LambdaEdge  # noqa: PLC0415 - see above

    return LambdaEdge(event, context, config) if LambdaEdge.infer(event, context, config) else None
