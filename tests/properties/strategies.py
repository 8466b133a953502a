"""Apps at random: any action in any order, with the likely ones more often."""

import asyncio
from typing import get_args

from hypothesis import strategies as st

from adapter.facts import OnDeath
from adapter.placement import Placement
from tests.properties.actions import Action, Hear, Leave, Pause, Put, Say, Script
from tests.properties.case import Case
from tests.properties.request_oracle import answer

LIFESPAN = (
    "lifespan.startup.complete",
    "lifespan.startup.failed",
    "lifespan.shutdown.complete",
    "lifespan.shutdown.failed",
    "lifespan.startup",
    "lifespan.",
)
HTTP = ("http.response.start", "http.response.body", "http.disconnect", "websocket.accept", "")
ERRORS = (
    RuntimeError,
    StopAsyncIteration,
    ImportError,
    asyncio.CancelledError,
    asyncio.TimeoutError,
    GeneratorExit,
    KeyboardInterrupt,
    SystemExit,
)

leave = st.sampled_from(ERRORS).map(Leave)
pause = st.just(Pause())
put = st.sampled_from("abc").map(Put)


def say(*kinds: str) -> st.SearchStrategy[Say]:
    return st.builds(Say, st.sampled_from(kinds), st.booleans(), st.booleans())


action_of_lifespan = st.one_of(st.builds(Hear, st.booleans()), say(*LIFESPAN), say(*HTTP), pause, put, leave)
action_of_request = st.one_of(st.just(Hear()), say(*HTTP), say(*HTTP[:2]), say(*LIFESPAN), pause, put, leave)
AWHILE = (Pause(),) * 6
likely_start = st.sampled_from(
    [(), (Hear(), Say(LIFESPAN[1])), (Hear(), Say(LIFESPAN[0])), (Hear(), Put("a"), Say(LIFESPAN[0]))]
)
likely_stop = st.sampled_from([(), (Hear(),), (Hear(), Say(LIFESPAN[2])), (*AWHILE, Leave(RuntimeError))])
likely_answer = st.sampled_from([(), (Hear(), *AWHILE, Say(HTTP[0]), Say(HTTP[1])), (Hear(), Say(HTTP[0]))])
nothing: st.SearchStrategy[Script] = st.just(())


def any_of(actions: st.SearchStrategy[Action]) -> st.SearchStrategy[Script]:
    return nothing | st.lists(actions, max_size=4).map(tuple)


def joined(*parts: st.SearchStrategy[Script]) -> st.SearchStrategy[Script]:
    return st.tuples(*parts).map(lambda scripts: tuple(action for script in scripts for action in script))


def can_be_ended(script: Script) -> bool:
    """An app that does not let itself be cancelled again and again can only be left behind."""
    return sum(isinstance(action, Hear) and action.stubborn for action in script) <= 1


of_lifespan, of_request = any_of(action_of_lifespan), any_of(action_of_request)
lifespans = joined(of_lifespan, likely_start, of_lifespan, likely_stop, of_lifespan).filter(can_be_ended)
requests = joined(of_request, likely_answer, of_request).filter(lambda script: answer(script) is not None)

cases = st.builds(
    Case,
    lifespan=lifespans,
    requests=st.lists(requests, min_size=1, max_size=4).map(tuple),
    mode=st.sampled_from(("auto", "auto", "on", "off")),
    placement=st.sampled_from(get_args(Placement)),
    on_death=st.sampled_from(get_args(OnDeath)),
    raising=st.booleans(),
    broken=st.booleans(),
)
