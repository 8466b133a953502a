import json

from opentelemetry.trace import get_current_span

from telemetry.pipeline import Telemetry
from tests.telemetry.house import ENVIRON
from tests.telemetry.made import answered, invoked, started
from tests.telemetry.test_parent import TRACEPARENT, W3C_IDS, XRAY, XRAY_IDS, ids


def seen_inside(environ: dict[str, str], trace_context: dict[str, str]) -> tuple[str, str, bool] | None:
    """The span that is current inside an invocation of telemetry without an exporter."""
    telemetry = Telemetry.from_env({**ENVIRON, **environ}, write=lambda _: None)
    telemetry.observe(started())
    began = invoked(trace_context=trace_context)
    telemetry.observe(began)
    inside = get_current_span().get_span_context()
    telemetry.observe(answered(began))
    assert not get_current_span().get_span_context().is_valid
    return ids(inside)


def test_callers_trace_is_passed_on() -> None:
    assert seen_inside({}, {"traceparent": TRACEPARENT}) == W3C_IDS
    assert seen_inside({"_X_AMZN_TRACE_ID": XRAY}, {}) == XRAY_IDS


def test_new_traces_are_unsampled_and_distinct() -> None:
    first, second = seen_inside({}, {}), seen_inside({}, {})
    assert first
    assert second
    assert first[0] != second[0]
    assert first[2] is second[2] is False


def test_failed_beginning_leaves_the_rest_alone() -> None:
    out: list[str] = []
    telemetry = Telemetry.from_env(ENVIRON, write=out.append)
    telemetry.observe(started())
    began = invoked(trace_context={"traceparent": 5})  # type: ignore[dict-item]  # what no adapter states
    telemetry.observe(began)
    telemetry.observe(answered(began))
    assert [json.loads(line)["record"] for line in out] == ["fault", "invocation"]
