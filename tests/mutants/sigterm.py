"""Harm to SIGTERM: who has it, who hears it, and when it is obeyed."""

from typing import Final

from tests.mutants.mutant import Mutant

TAKEN = "adapter/process/test_taken_sigterm.py"
EVERY_LINE = "faults/test_random_moments.py::test_sigterm_at_every_line_that_handles_it"

ADD = "        self._adapters.append(adapter)  # first: a signal may come before this is through\n"
IF_FIRST = "        if len(self._adapters) == 1:\n"
IF_NONE = "        if not self._adapters:\n"
TAKE = """\
            try:
                self._previous = signal.signal(SIGTERM, self._handler)
            except ValueError:
                self._adapters.remove(adapter)
                return False
            self._wakeup.open()
"""

SIGTERM: Final[list[Mutant]] = [
    Mutant(
        name="swallow-sigterm",
        file="process/sigterm",
        find="            self.exit(signum, frame)\n        else:",
        replace="            return\n        else:",
        test="adapter/process/test_sigterm.py::test_shuts_down_and_exits_clean",
    ),
    Mutant(
        name="no-chained-handler",
        file="process/sigterm",
        find="                    self._previous(signum, frame)\n",
        replace="                    pass\n",
        test="adapter/process/test_sigterm.py::test_once_by_every_way_out",
    ),
    Mutant(
        name="sigterm-cuts-the-request",
        file="process/sigterm",
        find="        if any(adapter.busy for adapter in self._adapters):\n            return False\n",
        replace="        if any(adapter.busy for adapter in self._adapters):\n            return True\n",
        test="adapter/process/test_sigterm_in_requests.py::test_request_under_an_unknown_client_is_finished_first",
    ),
    Mutant(
        name="sigterm-cuts-the-response",
        file="process/sigterm",
        find="        return time.monotonic() - self.idle_since >= RESPONSE_S if idle is None else idle",
        replace="        return True",
        test=EVERY_LINE,
    ),
    Mutant(
        name="response-has-a-fixed-allowance",
        file="process/sigterm",
        find="        idle = runtime_client.is_idle(frame)\n",
        replace="        idle = None\n",
        test=f"{TAKEN}::test_l7_signal_while_the_response_is_encoded",
    ),
    Mutant(
        name="event-on-its-way-is-not-seen",
        file="process/runtime_client",
        find="        return any(_innermost(polling) == POLLS for polling in _frames().values())",
        replace="        return True",
        test=f"{TAKEN}::test_l7_event_that_has_just_come_in_is_answered",
    ),
    Mutant(
        name="reminded-only-once",
        file="process/wakeup",
        find="                pending = heard or (pending and self._remind())",
        replace="                pending = heard or (pending and self._remind() and False)",
        test="faults/test_faults.py::test_fault[sigterm-reminder-missed]",
    ),
    Mutant(
        name="put-off-for-good",
        file="process/sigterm",
        find="        if handled and (idle or not self.pending):",
        replace="        if handled and not self.pending:",
        test="adapter/process/test_sigterm_in_requests.py::test_request_is_finished_first",
    ),
    Mutant(
        name="missed-is-missed",
        file="process/sigterm",
        find="        if handled and (idle or not self.pending):",
        replace="        if handled and idle and self.pending:",
        test=f"{TAKEN}::test_l11_missed_while_a_startup_awaits",
    ),
    Mutant(
        name="no-wakeup-descriptor",
        file="process/wakeup",
        find="        before = signal.set_wakeup_fd(mine, warn_on_full_buffer=False)\n",
        replace="        before = mine\n",
        test=f"{TAKEN}::test_l11_signal_that_the_main_thread_misses[nobody's]",
    ),
    Mutant(
        name="wakeup-descriptor-is-not-taken-back",
        file="process/sigterm",
        find="            self._wakeup.take()\n",
        replace="            pass\n",
        test=f"{TAKEN}::test_l11_signal_that_the_main_thread_misses[their own]",
    ),
    Mutant(
        name="others-hear-no-signals",
        file="process/wakeup",
        find="                    self.pass_on(others)\n",
        replace="                    pass\n",
        test=f"{TAKEN}::test_l11_others_hear_all_signals",
    ),
    Mutant(
        name="others-hear-no-sigterm",
        file="process/sigterm",
        find="            self._wakeup.pass_on(bytes((SIGTERM,)))\n",
        replace="            pass\n",
        test=f"{TAKEN}::test_l11_others_hear_all_signals",
    ),
    Mutant(
        name="signals-of-children-count",
        file="process/wakeup",
        find="            return numbers if pid == os.getpid() or not numbers else None\n",
        replace="            return numbers\n",
        test=f"{TAKEN}::test_l11_child_that_inherits_the_descriptor",
    ),
    Mutant(
        name="thread-is-not-tried-again",
        file="process/sigterm",
        find="            self._wakeup.listen()\n",
        replace="            pass\n",
        test=f"{TAKEN}::test_l7_signal_while_no_thread_can_start",
    ),
    Mutant(
        name="whoever-takes-sigterm-keeps-it",
        file="process/sigterm",
        find="self._previous = signal.signal(SIGTERM, self._handler)\n            self._wakeup.take",
        replace="pass\n            self._wakeup.take",
        test=f"{TAKEN}::test_l4_shuts_down_and_calls_theirs[plainly, in a request]",
    ),
    Mutant(
        name="loop-takes-sigterm",
        file="environment",
        find="            self.loop.on_chosen = self.sigterm.attend\n",
        replace="",
        test=f"{TAKEN}::test_l4_signal_in_the_startup_that_takes_it",
    ),
    Mutant(
        name="handler-in-the-loop-is-not-called",
        file="process/sigterm",
        find="                in_loop()\n",
        replace="                pass\n",
        test=f"{TAKEN}::test_l4_shuts_down_and_calls_theirs[by the loop, in the lifespan]",
    ),
    Mutant(
        name="removed-handler-is-called",
        file="process/sigterm",
        find="                self._in_loop = None\n                return True\n",
        replace="                return True\n",
        test=f"{TAKEN}::test_l4_handler_that_the_app_removes_again",
    ),
    Mutant(
        name="one-adapter-ends",
        file="process/sigterm",
        find="            for adapter in reversed(self._adapters):",
        replace="            for adapter in self._adapters[-1:]:",
        test=f"{TAKEN}::test_l4_taken_from_two_adapters",
    ),
    Mutant(
        name="theirs-calls-ours-for-ever",
        file="process/sigterm",
        find="        elif self.ending:\n",
        replace="        elif False:\n",
        test=f"{TAKEN}::test_l4_handler_that_calls_the_one_before",
    ),
    Mutant(
        name="adapter-is-added-too-late",
        file="process/sigterm",
        find=f"{ADD}{IF_FIRST}{TAKE}",
        replace=f"{IF_NONE}{TAKE}{ADD}",
        test=EVERY_LINE,
    ),
    Mutant(
        name="child-loses-the-handler-from-before",
        file="process/sigterm",
        find="self._previous or signal.SIG_DFL",
        replace="signal.SIG_DFL",
        test="adapter/process/test_fork.py::test_child_has_the_handler_from_before",
    ),
    Mutant(
        name="signal-replaces-an-exit",
        file="environment",
        find="        self.sigterm.leave_alone()\n",
        replace="",
        test="adapter/process/test_sigterm_in_requests.py::test_exit_of_its_own_is_not_replaced",
    ),
    Mutant(
        name="handler-is-not-given-back",
        file="process/sigterm",
        find="            signal.signal(SIGTERM, self._previous)\n        self._wakeup",
        replace="            pass\n        self._wakeup",
        test="adapter/process/test_previous_handler.py::test_handler_is_given_back",
    ),
    Mutant(
        name="later-handler-is-overwritten",
        file="process/sigterm",
        find="        if getsignal(SIGTERM) is not self._handler or self.pending or now",
        replace="        if self.pending or now",
        test="adapter/process/test_previous_handler.py::test_later_handler_is_left_alone",
    ),
]
