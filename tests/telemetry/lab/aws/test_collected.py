import json
from typing import Any

import pytest

from telemetry.lab.aws.collected import Collected
from telemetry.lab.aws.lines import line_of
from telemetry.lab.aws.sending import Answer
from telemetry.lab.aws.settings import Configuration, Deal

DEAL = Deal(Configuration(1024, "on-demand"), ("init", "first_invocation"))


def line(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def start(request: str) -> bytes:
    return line(time="t", type="platform.start", record={"requestId": request})


def report(request: str) -> bytes:
    metrics = {"durationMs": 1.0, "billedDurationMs": 7}
    return line(time="t", type="platform.report", record={"requestId": request, "metrics": metrics})


def invocation(request: str, *, n: int = 1, start: str = "cold", environment: str = "e1") -> bytes:
    return line(
        record="invocation", v=1, request_id=request, n=n, start=start, environment=environment,
        placement="init", startup_id="p1-1",
    )  # fmt: skip


def answer(request: str, *tail: bytes, failure: str | None = None, crashed: bool = False) -> Answer:
    return Answer(request, failure, crashed, tail, again=0)


def whole(request: str, **fields: Any) -> Answer:
    return answer(request, start(request), invocation(request, **fields), report(request))


class Home:
    """What was collected, and written."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.collected = Collected(self.lines.append)

    def answer(self, *answers: Answer) -> None:
        for one in answers:
            self.collected.answer(DEAL, 1, one)

    def log(self, *lines: bytes) -> None:
        self.collected.lines(found for found in map(line_of, lines) if found is not None)


@pytest.fixture
def home() -> Home:
    return Home()


STARTUP = line(record="startup", v=1, process="p1", ordinal=1, environment="e1")
ASSIGNED = line(record="environment", v=1, environment="e1", placement="init")


def test_an_environment_is_new_if_its_first_request_says_so(home: Home) -> None:
    home.answer(whole("r1"), whole("r2", n=2, start="warm"))
    assert home.collected.proven(DEAL, "init") == 1
    home.answer(whole("r3", n=7, start="warm", environment="e2"))  # it was there before
    assert home.collected.proven(DEAL, "init") == 1
    home.answer(whole("r4", environment="e3"))
    assert home.collected.proven(DEAL, "init") == 2
    assert home.collected.arms["init"].fields()["starts"] == {"cold": 2, "warm": 2}


def test_an_environment_of_another_kind_does_not_count(home: Home) -> None:
    home.answer(whole("r1", start="provisioned"))
    assert home.collected.proven(DEAL, "init") == 0
    assert home.collected.others == 1


def test_n3_a_handler_that_gives_a_placement_is_told(home: Home) -> None:
    """All environments say `init`, whatever they are told; of few, chance may have dealt just that."""
    only = Deal(Configuration(1024, "on-demand"), ("first_invocation",))
    home.collected.answer(only, 1, whole("r", environment="e"))
    assert not home.collected.deals_as_told(only)
    for number in range(29):
        home.answer(whole(f"r{number}", environment=f"e{number}"))
    assert home.collected.deals_as_told(DEAL)
    home.answer(whole("r29", environment="e29"))
    assert not home.collected.deals_as_told(DEAL)


def test_a_request_is_complete_with_its_startup_and_assignment(home: Home) -> None:
    home.answer(whole("r1"))
    assert home.collected.missing() == {"r1"}
    home.log(STARTUP)
    assert home.collected.missing() == {"r1"}
    home.log(ASSIGNED)
    assert home.collected.missing() == set()


def test_an_end_of_a_log_without_the_beginning_is_left_to_the_log_group(home: Home) -> None:
    home.answer(answer("r1", b'x","v":1}', invocation("r1"), report("r1")))
    assert home.lines == []
    assert home.collected.unplaced() == {"r1"}
    home.log(STARTUP, ASSIGNED, invocation("r1"), report("r1"))
    assert len(home.lines) == 4
    assert home.collected.missing() == set()


def test_a_request_whose_record_is_to_come_has_no_environment_yet(home: Home) -> None:
    home.answer(answer("r1", b"x"))
    assert home.collected.unplaced() == {"r1"}
    home.log(invocation("r1"))
    assert home.collected.unplaced() == set()
    assert home.collected.proven(DEAL, "init") == 1


def test_a_record_that_comes_before_the_answer_counts_once(home: Home) -> None:
    home.log(invocation("r1"), report("r1"))
    home.answer(whole("r1"))
    assert home.collected.proven(DEAL, "init") == 1
    assert len(home.lines) == 2


def test_no_report_is_waited_for_of_a_request_that_never_began(home: Home) -> None:
    home.answer(answer("r1", failure="SnapStartTimeoutException", crashed=True))
    assert home.collected.missing() == set()
    assert home.collected.failures == {"SnapStartTimeoutException": 1}


def test_a_crash_leaves_a_report_and_no_record(home: Home) -> None:
    home.answer(answer("r1", failure="Runtime.ExitError", crashed=True))
    assert home.collected.missing() == {"r1"}
    home.log(report("r1"))
    assert home.collected.missing() == set()
    assert home.collected.failures == {"Runtime.ExitError": 1}
    assert home.collected.billed_ms == {"r1": 7}
