import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings

from adapter.errors import AppExitError, LifespanDiedError, LifespanLostError, LifespanStartupError
from adapter.facts import InvocationEnded, LifespanDied, StartupEnded
from tests.properties.actions import Hear, Leave, Pause, Say, Script
from tests.properties.case import Case, Seen, seen
from tests.properties.grammar import deaths, faults
from tests.properties.lifespan_oracle import Expected, expected
from tests.properties.request_oracle import Answer, answer
from tests.properties.strategies import AWHILE, cases

FEW = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
MANY = settings(FEW, max_examples=10_000, derandomize="CI" in os.environ, print_blob=True)
REFUSALS = (LifespanStartupError, LifespanDiedError, LifespanLostError)


def check(case: Case) -> None:
    what = seen(case)
    should = expected(case.lifespan, strict=case.mode == "on")
    assert faults(what.facts) == []
    if case.placement != "every_invocation":
        assert deaths(what.facts, what.over) == []
    check_lifespans(case, what, should)
    check_answers(case, what, should)
    if case.mode != "off":
        check_states(what, should)


def check_lifespans(case: Case, what: Seen, should: Expected) -> None:
    if case.mode == "off":
        assert what.app.lifespans == []
        return
    outcomes = [fact.outcome for fact in what.facts if isinstance(fact, StartupEnded)]
    again = expected(case.lifespan, strict=True)  # an app that has started once must start again
    assert outcomes[0] in should.outcomes
    assert set(outcomes) <= should.outcomes | again.outcomes
    if case.placement != "every_invocation" and should.outcomes == {"complete"} and not should.may_die:
        assert len(outcomes) == 1
    for talk in what.app.lifespans:
        assert talk.heard == ["lifespan.startup", "lifespan.shutdown"][: len(talk.heard)]
        assert talk.accepted.count("lifespan.startup.complete") <= 1
        if should.waits:
            assert "lifespan.shutdown" in talk.heard
    told = sum("lifespan.shutdown" in talk.heard for talk in what.app.lifespans)
    assert told <= outcomes.count("complete")


def check_answers(case: Case, what: Seen, should: Expected) -> None:
    served = iter(filter(None, map(answer, case.requests)))
    died = [fact.at_ns for fact in what.facts if isinstance(fact, LifespanDied)]
    for came, fact in zip(what.answers, ended(what), strict=True):
        if isinstance(came, REFUSALS):
            assert case.mode != "off"
            assert should.may_die or "failed" in should.outcomes
            assert (fact.status, fact.error) == (None, type(came).__name__)
            if died and died[0] < fact.began.at_ns and case.placement != "every_invocation":
                assert isinstance(came, LifespanDiedError)
            continue
        assert case.mode == "off" or should.outcomes != {"failed"}
        check_served(case, came, fact, next(served))


def check_served(case: Case, came: int | BaseException, fact: InvocationEnded, right: Answer) -> None:
    assert fact.status == right.status
    assert (fact.error is None) == (right.error is None)
    if right.error is None or not case.raising:
        assert came == right.status
    elif issubclass(right.error, Exception):
        assert isinstance(came, right.error)
    else:
        assert isinstance(came, AppExitError)


def check_states(what: Seen, should: Expected) -> None:
    for state in what.app.states:
        assert state is not None
        if "complete" not in should.outcomes:
            assert state == {}
        elif should.outcomes == {"complete"}:
            assert should.put <= state.keys() <= should.may_put
            assert what.app.strange == []


def ended(what: Seen) -> list[InvocationEnded]:
    return [fact for fact in what.facts if isinstance(fact, InvocationEnded)]


STARTS = (Hear(), Say("lifespan.startup.complete"))
ANSWERS = (Hear(), *AWHILE, Say("http.response.start"), Say("http.response.body"))
DYING = Case(
    lifespan=(*STARTS, *AWHILE, Leave(RuntimeError)),
    requests=(ANSWERS,) * 4,
    mode="auto",
    placement="init",
    on_death="restart",
    raising=False,
    broken=False,
)


@FEW
@example(DYING)
@example(replace(DYING, on_death="fail"))
@example(replace(DYING, lifespan=(Hear(), Leave(SystemExit))))
@example(replace(DYING, lifespan=STARTS, requests=((Leave(SystemExit),),), raising=True))
@given(cases)
def test_any_sequence(case: Case) -> None:
    check(case)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@MANY
@given(cases)
def test_very_many_sequences(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("script", "outcome", "may_die"),
    [
        ((), "unsupported", False),
        ((Leave(SystemExit),), "failed", False),
        ((Hear(), Say("lifespan.startup.failed")), "failed", False),
        ((Hear(), Hear()), "failed", False),
        ((*STARTS, Hear()), "complete", False),
        ((*STARTS, Say("lifespan.shutdown.failed")), "failed", False),
        ((*STARTS, Pause(), Leave(RuntimeError)), "complete", True),
    ],
)
def test_oracle_knows_the_usual(script: Script, outcome: str, *, may_die: bool) -> None:
    should = expected(script, strict=False)
    assert should.outcomes == {outcome}
    assert should.may_die == may_die
