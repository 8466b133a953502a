"""What is in no figure is said first, and nothing is said that it could change."""

from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.estimate.deciding.test_completeness import fleet, reported, slow, untold
from tests.telemetry.report.log_streams import Stream, verdict_in

LAZY = "a lazy singleton (startup in the first invocation)"


def without_finding(verdict: Verdict) -> bool:
    return (
        verdict.meaning is None and "saves at most" not in verdict.sentence and " ms" not in verdict.sentence
    )


def test_t23_lost_records_are_said_first_with_their_cause() -> None:
    verdict = verdict_in([*untold(fleet()), reported(100)])
    assert verdict.sentence.startswith(
        "100 of 300 requests are in no figure (arm not known (100)), as their records were lost, which "
        "happens where LIFESPAN_WRITE_EVERY holds them back"
    )
    assert (
        f"It cannot be told what keeping the lifespan saves against {LAZY}; measured on" in verdict.sentence
    )
    assert without_finding(verdict)
    assert verdict.headline[0].startswith("100 of 300 requests are in no figure")


def test_t23_lost_batches_are_named() -> None:
    batch = Stream("batch").record("warm", request_ids=["a", "b"], InvocationDuration=[1.0, 1.0], touched={})
    verdict = verdict_in([*untold([*fleet(), batch]), reported(100)])
    assert (
        "as their records were in batches that were never written (LIFESPAN_WRITE_EVERY)" in verdict.sentence
    )


def test_t11_unknown_inits_are_said_first() -> None:
    streams = fleet()
    for number in range(5):
        stream = Stream(f"no-init-{number}").assigned().startup().request(report=False)
        streams.append(stream.report(f"no-init-{number}-p1-1", 6.0))
    verdict = verdict_in(streams)
    assert verdict.sentence.startswith(
        "5 requests waited for an INIT of unknown length and are in no figure of time (init (5)), so what "
        "they could change is not told."
    )
    assert verdict.meaning is None


def test_t9_time_outs_in_no_figure_are_said_first_and_decide_nothing() -> None:
    verdict = verdict_in([*untold(slow(25)), reported(100, 90_000.0, status="timeout")])
    assert verdict.sentence.startswith(
        "100 of 2100 requests failed or timed out and are in no figure (arm not known (100)), which could "
        "change what is told. Keeping the lifespan saves"
    )
    assert verdict.meaning is None


def test_t8_cut_inits_of_no_environment_are_said_first() -> None:
    cut = Stream("nobody", told=False)
    for _ in range(10):
        cut.cut_init()
    verdict = verdict_in([*untold(fleet()), cut])
    assert verdict.sentence.startswith(
        "10 INITs failed or timed out in lines that do not tell the environment"
    )
