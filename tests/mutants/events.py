"""Harm to events and facts."""

from typing import Final

from tests.mutants.mutant import Mutant

EVENTS: Final[list[Mutant]] = [
    Mutant(
        name="exit-leaves-the-invocation",
        file="http/request",
        find="        if error is not None:\n            raise AppExitError(error) from error",
        replace="        return",
        test="adapter/http/test_app_failures.py::test_exit_becomes_an_error",
    ),
    Mutant(
        name="observer-can-fail-a-request",
        file="process/observer",
        find="except Exception:  # an observer must not be able to change a response",
        replace="except ZeroDivisionError:",
        test="adapter/test_facts.py::test_broken_observer_changes_nothing",
    ),
    Mutant(
        name="copies-draw-the-same-numbers",
        file="process/snapstart",
        find="            random.seed()  # else every copy draws the same numbers\n",
        replace="            pass\n",
        test="adapter/process/test_snapstart.py::test_hooks_run_around_the_snapshot",
    ),
    Mutant(
        name="net-is-cut-too-early",
        file="lifespan/placements",
        find='self._first = self._lifecycle.start("invocation")\n            return self._first',
        replace='return self._lifecycle.start("invocation")',
        test="adapter/lifespan/test_placements.py::test_net_serves_when_second_fails",
    ),
]
