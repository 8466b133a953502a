"""Harm to events and facts."""

from typing import Final

from tests.mutants.mutant import Mutant

EVENTS: Final[list[Mutant]] = [
    Mutant(
        name="prefix-of-a-segment",
        file="base_path",
        find='path.startswith(f"{self._prefix}/")',
        replace="path.startswith(self._prefix)",
        test="adapter/test_base_path.py::test_whole_segments_are_taken_off",
    ),
    Mutant(
        name="exit-leaves-the-invocation",
        file="exchange",
        find="raise AppExitError(error) from error",
        replace="return",
        test="adapter/test_app_failures.py::test_exit_becomes_an_error",
    ),
    Mutant(
        name="anybody-can-make-up-events",
        file="lifespan_adapter",
        find="            exchange.refuse()",
        replace="            pass",
        test="adapter/test_other_events.py::test_nobody_outside_can_make_up_events",
    ),
    Mutant(
        name="failed-event-succeeds",
        file="events",
        find='if not 200 <= response["status"] < 300:',
        replace='if response["status"] < 200:',
        test="adapter/test_other_events.py::test_any_other_status_fails_the_invocation",
    ),
    Mutant(
        name="observer-can-fail-a-request",
        file="witness",
        find="except Exception:  # an observer must not be able to change a response",
        replace="except ZeroDivisionError:",
        test="adapter/test_facts.py::test_broken_observer_changes_nothing",
    ),
    Mutant(
        name="copies-draw-the-same-numbers",
        file="snapshot",
        find="            random.seed()  # else every copy draws the same numbers\n",
        replace="            pass\n",
        test="adapter/test_snapshot.py::test_hooks_run_around_the_snapshot",
    ),
    Mutant(
        name="net-is-cut-too-early",
        file="lifespans",
        find='self._net = self._lifecycle.start("invocation")\n            return self._net',
        replace='return self._lifecycle.start("invocation")',
        test="adapter/test_every_invocation.py::test_net_serves_when_second_fails",
    ),
]
