"""Harm to the event loop: C28-C35."""

from typing import Final

from tests.mutants.mutant import Mutant

LOOP: Final[list[Mutant]] = [
    Mutant(
        name="loop-for-every-run",
        file="process/loop",
        find="if loop is not None and loop is current and not loop.is_closed():",
        replace="if (loop := None):",
        test="adapter/process/test_loop.py::test_one_loop_for_everything",
    ),
    Mutant(
        name="loop-is-not-current",
        file="process/loop",
        find="            asyncio.set_event_loop(loop)\n        return loop",
        replace="            pass\n        return loop",
        test="adapter/process/test_loop.py::test_loop_is_current_for_user_code",
    ),
    Mutant(
        name="nesting-is-not-refused",
        file="process/loop",
        find="return asyncio._get_running_loop() is not None",
        replace="return False",
        test="adapter/process/test_loop.py::test_refuses_a_running_loop",
    ),
    Mutant(
        name="context-variables-leak",
        file="process/loop",
        find="self._chosen().create_task(work)",
        replace=(
            "self._chosen().create_task("
            "work, context=self.__dict__.setdefault('c', __import__('contextvars').copy_context()))"
        ),
        test="adapter/process/test_loop.py::test_context_variables_do_not_leak",
    ),
    Mutant(
        name="pending-tasks-are-left",
        file="process/loop",
        find="        for task in pending:\n            task.cancel()\n",
        replace="",
        test="adapter/lifespan/test_shutdown.py::test_pending_tasks_are_unwound",
    ),
    Mutant(
        name="interrupted-request-goes-on",
        file="process/loop",
        find="            task.cancel()  # the rest of it must not go on in another run\n",
        replace="",
        test="adapter/process/test_loop.py::test_what_an_exit_has_interrupted_does_not_go_on",
    ),
    Mutant(
        name="parents-loop-after-a-fork",
        file="adapter",
        find=" if self._environment.pid == os.getpid() else self._after_fork()",
        replace="",
        test="adapter/process/test_fork.py::test_child_starts_afresh",
    ),
]
