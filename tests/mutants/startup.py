"""Harm to the startup: C1-C18, C47."""

from typing import Final

from tests.mutants.mutant import Mutant

STARTUP: Final[list[Mutant]] = [
    Mutant(
        name="start-for-every-event",
        file="lifespan/placements",
        find="self._lifespan = self._lifecycle.conclude(startup)\n        return self._lifespan",
        replace="return self._lifecycle.conclude(startup)",
        test="adapter/lifespan/test_startup.py::test_one_lifespan_for_many_events",
    ),
    Mutant(
        name="key-of-our-own-in-the-scope",
        file="lifespan/protocol",
        find='"state": self.state,\n',
        replace='"state": self.state,\n            "extensions": {},\n',
        test="adapter/lifespan/test_startup.py::test_scope_has_nothing_else",
    ),
    Mutant(
        name="on-is-auto",
        file="lifespan/protocol",
        find='if self._mode == "on" or not isinstance(error, Exception | None):',
        replace="if not isinstance(error, Exception | None):",
        test="adapter/lifespan/test_startup.py::test_raise_before_receive",
    ),
    Mutant(
        name="failed-is-served",
        file="lifespan/protocol",
        find='message.get("message", ""), kind\n            self._started.set_result("failed")',
        replace='message.get("message", ""), kind\n            self._started.set_result("unsupported")',
        test="adapter/lifespan/test_startup_failed.py::test_startup_failed_fails",
    ),
    Mutant(
        name="message-is-required",
        file="lifespan/protocol",
        find='self.refusal = message.get("message", ""), kind',
        replace='self.refusal = message["message"], kind',
        test="adapter/lifespan/test_startup_failed.py::test_startup_failed_without_message",
    ),
    Mutant(
        name="exit-looks-like-no-lifespan",
        file="lifespan/protocol",
        find="not isinstance(error, Exception | None)",
        replace="not isinstance(error, BaseException | None)",
        test="adapter/lifespan/test_init_error.py::test_plain_app_that_exits[SystemExit]",
    ),
    Mutant(
        name="exit-of-a-task-escapes",
        file="lifespan/startup",
        find="except BaseException as error:  # a SystemExit in a task of the app leaves the loop itself",
        replace="except Exception as error:",
        test="adapter/test_environment.py::test_exit_beside_startup_is_a_startup_error",
    ),
    Mutant(
        name="complete-may-come-twice",
        file="lifespan/protocol",
        find='"lifespan.startup.complete" and starting:\n            self._started',
        replace='"lifespan.startup.complete":\n            starting and self._started',
        test="adapter/lifespan/test_protocol.py::test_complete_twice",
    ),
    Mutant(
        name="timeout-is-no-error",
        file="lifespan/startup",
        find="        if within < left:\n            return False\n",
        replace="        return False\n",
        test="adapter/process/test_init_budget.py::test_startup_timeout_counts_all_parts",
    ),
    Mutant(
        name="startup-at-import-outside-lambda",
        file="adapter",
        find="if inside_lambda(os.environ):\n            invoked",
        replace="if os.environ.setdefault('AWS_LAMBDA_RUNTIME_API', '127.0.0.1:9'):\n            invoked",
        test="adapter/test_placement.py::test_init_waits_outside_lambda",
    ),
    Mutant(
        name="error-quotes-the-cause",
        file="errors",
        find='return f"{name} at {Path',
        replace='return f"{name} {cause} at {Path',
        test="adapter/test_errors.py::test_text_never_quotes",
    ),
    Mutant(
        name="no-deferral",
        file="environment",
        find="self.lifespans.prepare(budget.left())",
        replace="self.lifespans.prepare(1e9)",
        test="adapter/process/test_init_budget.py::test_startup_goes_on_in_the_first_invocation",
    ),
]
