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
        file="once",
        find="self._lifespan = self._lifecycle.conclude(startup)\n        return self._lifespan",
        replace=(
            "import types; state = self._lifecycle.conclude(startup).state; self._lifespan = "
            "types.SimpleNamespace(state=state, died_at_ns=None, outcome='failed'); return self._lifespan"
        ),
        test="adapter/test_lifetime.py::test_lifespan_survives_garbage_collection",
    ),
    Mutant(
        name="death-is-not-noticed",
        file="once",
        find="if lifespan is not None and lifespan.died_at_ns is None:",
        replace="if lifespan is not None:",
        test="adapter/test_death.py::test_death_between_invocations",
    ),
    Mutant(
        name="failed-restart-goes-on",
        file="once",
        find="            if self._dead is None:\n                raise\n",
        replace="            raise\n",
        test="adapter/test_death.py::test_death_between_invocations",
    ),
    Mutant(
        name="dead-are-told-to-stop",
        file="lifecycle",
        find="if lifespan.died_at_ns is not None:\n            self.bury(lifespan)\n            return",
        replace="pass",
        test="adapter/test_death.py::test_dead_are_told_nothing",
    ),
    Mutant(
        name="swallow-sigterm",
        file="sigterm",
        find="        else:\n            self._exit(signum, frame)",
        replace="        else:\n            return",
        test="adapter/test_sigterm.py::test_shuts_down_and_exits_clean",
    ),
    Mutant(
        name="no-chained-handler",
        file="sigterm",
        find="                self._previous(signum, frame)\n",
        replace="                pass\n",
        test="adapter/test_sigterm.py::test_once_by_every_way_out",
    ),
    Mutant(
        name="sigterm-cuts-the-request",
        file="sigterm",
        find="if self._pid != os.getpid():\n            self._hand_back()\n        elif self._busy:",
        replace="if True:\n            self._exit(signum, frame)\n        elif self._busy:",
        test="adapter/test_sigterm.py::test_request_is_finished_first",
    ),
    Mutant(
        name="sigterm-cuts-the-response",
        file="sigterm",
        find="if self._busy or time.monotonic() - self._idle_since < RESPONSE_S:",
        replace="if self._busy:",
        test="faults/test_random_moments.py::test_sigterm_at_every_line_that_handles_it",
    ),
    Mutant(
        name="reminded-only-once",
        file="sigterm",
        find="        while self._heard == heard:\n",
        replace="        if self._heard == heard:\n",
        test="faults/test_faults.py::test_fault[sigterm-reminder-missed]",
    ),
    Mutant(
        name="closed-before-it-holds-signals",
        file="host",
        find=HOLD + CLOSED,
        replace=CLOSED + HOLD,
        test="faults/test_random_moments.py::test_sigterm_at_every_line_that_handles_it",
    ),
    Mutant(
        name="shutdown-twice",
        file="host",
        find="if self._closed or self.pid != os.getpid():",
        replace="if self.pid != os.getpid():",
        test="adapter/test_shutdown.py::test_shutdown_happens_once",
    ),
    Mutant(
        name="no-shutdown",
        file="once",
        find='            self._lifecycle.stop(self._lifespan, "shutdown")',
        replace="            pass",
        test="adapter/test_sigterm.py::test_shuts_down_and_exits_clean",
    ),
    Mutant(
        name="shutdown-without-startup",
        file="lifecycle",
        find='        if lifespan.outcome != "complete":\n            return\n',
        replace="",
        test="adapter/test_shutdown.py::test_nothing_after_failed_startup",
    ),
    Mutant(
        name="failed-shutdown-is-raised",
        file="lifecycle",
        find='            logger.exception("Shutdown failed.")\n            return "failed", error',
        replace="            raise",
        test="adapter/test_shutdown.py::test_exit_during_shutdown_is_contained",
    ),
    Mutant(
        name="no-extension",
        file="host",
        find='extension.register(os.environ["AWS_LAMBDA_RUNTIME_API"], self.after)',
        replace="pass",
        test="adapter/test_extension.py::test_registers_and_parks",
    ),
    Mutant(
        name="later-handler-is-overwritten",
        file="sigterm",
        find="if self._installed and signal.getsignal(signal.SIGTERM) == self._handle:",
        replace="if self._installed:",
        test="adapter/test_sigterm_handler.py::test_later_handler_is_left_alone",
    ),
]
