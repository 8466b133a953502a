"""What is said of requests that fail, and of handlers that write no records: why, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from telemetry.lab.platform.invocation import HttpResponse, Invocation, method_and_path
from telemetry.lab.run.environment_output import own_lines
from telemetry.lab.run.tracebacks import plain_text, shown, tracebacks

IN_A_ROW: Final = 10
"""Requests of one arm that fail one after the other before the run stops."""
NO_TRACEBACK: Final = "No traceback of Python's own form is in its log."
SHOWN_LINES: Final = 20
"""Lines of output that are shown of a failure without a traceback."""
SHOWN_WIDTH: Final = 300


class RunStoppedError(Exception):
    """The run cannot go on. The text says in which environment, why, and what to do."""


class FailedRequest(NamedTuple):
    """A request without a 2xx response, and where it was sent."""

    name: str
    """Of the environment."""
    event: Mapping[str, Any]
    invocation: Invocation
    marks: tuple[int, int]
    """Sizes of the two files of output, before it was sent."""


def first_failure(failed: FailedRequest, output: Sequence[str], advice: Sequence[str]) -> str:
    """Show the first failing response of a run, with its traceback from the function's own log.

    Args:
        failed: The request.
        output: What the environment has written since then, in lines.
        advice: Lines that say what to do about it.
    """
    found = tracebacks(output, failed.invocation.request_id)
    lines = [
        f"lab: the first failing response, in {failed.name}: {described(failed)}",
        *(f"  {line}" for line in (shown(found[0]) if found else _without_traceback(failed, output))),
        *advice,
    ]
    return "\n".join(lines) + "\n"


def nothing_succeeded(failed: FailedRequest) -> str:
    """Say why the run stops after a warm-up in which no request got a 2xx response."""
    return (
        f"lab: no request of the warm-up got a 2xx response ({described(failed)}), so there is nothing to "
        "measure. The run stops here.\n"
    )


def failing_arm(failed: FailedRequest, arm: str) -> str:
    """Say why the run stops in the middle."""
    return (
        f"lab: {IN_A_ROW} requests of {arm} have failed one after the other, the last one in {failed.name}: "
        f"{described(failed)}. The run stops here.\n"
    )


def described(failed: FailedRequest) -> str:
    """Return the request and what came of it, in a few words."""
    method, path = method_and_path(failed.event)
    request = f"{method} {path}" if method and path else "the event"
    return f"{request}: {failed.invocation.outcome.failure}"


def _without_traceback(failed: FailedRequest, output: Sequence[str]) -> Iterator[str]:
    """Yield what else is known of a failure."""
    outcome = failed.invocation.outcome
    response = outcome.response
    if outcome.status == "timeout":
        yield "It took longer than --timeout allows."
        return
    if response is not None:
        yield from _answer(response)
        if response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            yield "The app answered so itself. Send events that it serves: --event FILE"
            return
    written = own_lines(output)
    yield NO_TRACEBACK + (" The end of what it has written:" if written else " It has written nothing.")
    yield from (line[:SHOWN_WIDTH] for line in written[-SHOWN_LINES:])


def _answer(response: HttpResponse) -> Iterator[str]:
    """Yield what a response says."""
    if text := " ".join(plain_text(response.text).split()):
        yield f"Its body: {text}"
    if location := plain_text(response.headers.get("location", "")):
        yield f"It refers to {location}"


def silent_handler(handler: str, told: Mapping[str, Any]) -> str:
    """Say that a handler writes no records, why, and what can be done.

    Args:
        handler: Its name.
        told: What `describe_handler` has found out.
    """
    app = told.get("app") or "MODULE:ATTR"
    return f"""\
lab: {handler} writes no records: {_silence(told)}.
Without them, startups and placements cannot be told apart, so the run stops after the warm-up. You can
- measure the app; the lab puts adapter and telemetry around it, and the handler stays as it is:
    --app {app}
- put telemetry into the handler:
    telemetry = Telemetry.from_env(os.environ)
    handler = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)
- record Lambda's report lines alone, which are enough to compare a run before a change with one after it:
    --without-records
"""


def _silence(told: Mapping[str, Any]) -> str:
    match told.get("kind"):
        case "mangum":
            return f"it is a {told['type']}, which runs the lifespan around each event and has no telemetry"
        case "adapter":
            return "it is a LifespanAdapter without **telemetry.hooks"
        case _:
            return "there is no telemetry in it"
