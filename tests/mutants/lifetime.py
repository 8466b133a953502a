"""Harm to the lifetime: C36-C46."""

from typing import Final

from tests.mutants.mutant import Mutant

HOLD = (
    "        self.sigterm.hold()  # first: a signal that finds this closed already ends the process at once\n"
)
CLOSED = "        self._closed = True\n"

LIFETIME: Final[list[Mutant]] = [
    Mutant(
        name="forget-the-strong-reference",
        file="lifespan/placements",
        find="self._lifespan = self._lifecycle.conclude(startup)\n        return self._lifespan",
        replace=(
            "import types; state = self._lifecycle.conclude(startup).state; self._lifespan = "
            "types.SimpleNamespace(state=state, died_at_ns=None, outcome='failed'); return self._lifespan"
        ),
        test="adapter/test_environment.py::test_lifespan_survives_garbage_collection",
    ),
    Mutant(
        name="death-is-not-noticed",
        file="lifespan/placements",
        find="if lifespan is not None and lifespan.died_at_ns is None:",
        replace="if lifespan is not None:",
        test="adapter/lifespan/test_death.py::test_death_between_invocations",
    ),
    Mutant(
        name="failed-restart-goes-on",
        file="lifespan/placements",
        find="            if self._dead is None:\n                raise\n",
        replace="            raise\n",
        test="adapter/lifespan/test_death.py::test_death_between_invocations",
    ),
    Mutant(
        name="dead-are-told-to-stop",
        file="lifespan/startup",
        find="            self.state_death(lifespan)\n            return",
        replace="            pass",
        test="adapter/lifespan/test_death.py::test_dead_are_told_nothing",
    ),
    Mutant(
        name="closed-before-it-holds-signals",
        file="environment",
        find=HOLD + CLOSED,
        replace=CLOSED + HOLD,
        test="adapter/process/test_sigterm.py::test_signal_inside_a_shutdown_that_was_asked_for",
    ),
    Mutant(
        name="shutdown-twice",
        file="environment",
        find="if self._closed or self.pid != os.getpid():",
        replace="if self.pid != os.getpid():",
        test="adapter/lifespan/test_shutdown.py::test_shutdown_happens_once",
    ),
    Mutant(
        name="no-shutdown",
        file="lifespan/placements",
        find='            self._lifecycle.stop(self._lifespan, "shutdown")',
        replace="            pass",
        test="adapter/process/test_sigterm.py::test_shuts_down_and_exits_clean",
    ),
    Mutant(
        name="shutdown-without-startup",
        file="lifespan/startup",
        find='        if lifespan.outcome != "complete":\n            return\n',
        replace="",
        test="adapter/lifespan/test_shutdown.py::test_nothing_after_failed_startup",
    ),
    Mutant(
        name="failed-shutdown-is-raised",
        file="lifespan/startup",
        find='            logger.exception("Shutdown failed.")\n            return "failed", error',
        replace="            raise",
        test="adapter/lifespan/test_shutdown.py::test_exception_from_outside_during_shutdown_is_contained",
    ),
    Mutant(
        name="no-extension",
        file="environment",
        find='extension.register(os.environ["AWS_LAMBDA_RUNTIME_API"], self._after_response)',
        replace="pass",
        test="adapter/process/test_extension.py::test_registers_and_waits",
    ),
    Mutant(
        name="lost-connections-add-up",
        file="process/extension",
        find="                    failures = 0\n",
        replace="",
        test="adapter/process/test_extension.py::test_lost_connections_do_not_add_up",
    ),
    Mutant(
        name="work-before-the-response",
        file="process/extension",
        find="                self._await_next(min(ends, time.time() + LEAVING_S))\n",
        replace="",
        test="adapter/process/test_after_response.py::test_work_waits_for_the_response_to_leave",
    ),
    Mutant(
        name="signal-to-a-startup-is-lost",
        file="lifespan/startup",
        find="        if self._interrupted:\n            raise asyncio.CancelledError\n",
        replace="",
        test="adapter/process/test_sigterm_in_startup.py::test_signal_before_the_app_is_asked",
    ),
    Mutant(
        name="started-app-is-given-up",
        file="lifespan/protocol",
        find="            if not self._completed():\n",
        replace="            if True:\n",
        test="adapter/process/test_sigterm_in_startup.py::test_signal_right_after_the_app_has_started",
    ),
    Mutant(
        name="closed-adapter-is-kept-until-exit",
        file="environment",
        find="        atexit.unregister(self._end)\n",
        replace="",
        test="adapter/test_environment.py::test_shutdown_lets_go_of_the_app",
    ),
]
