"""Harm to the state: C19-C27."""

from typing import Final

from tests.mutants.mutant import Mutant

STATE: Final[list[Mutant]] = [
    Mutant(
        name="copy-the-state-at-startup",
        file="lifespan/protocol",
        find="        self._up = True\n        self._log_startup()",
        replace="        self._up = True\n        self.state = dict(self.state)\n        self._log_startup()",
        test="adapter/http/test_state.py::test_later_keys_reach_later_requests",
    ),
    Mutant(
        name="state-is-not-copied",
        file="http/request",
        find='scope["state"] = self._state',
        replace='scope["state"] = self._lifespan_state',
        test="adapter/http/test_state.py::test_added_key_stays_in_its_request",
    ),
    Mutant(
        name="state-is-copied-deeply",
        file="http/request",
        find="super().__init__(state)",
        replace="super().__init__(__import__('copy').deepcopy(state))",
        test="adapter/http/test_state.py::test_copy_is_shallow",
    ),
    Mutant(
        name="key-of-our-own-in-the-state",
        file="http/request",
        find="super().__init__(state)",
        replace="super().__init__(state, cold=True)",
        test="adapter/http/test_state.py::test_adapter_adds_no_key",
    ),
    Mutant(
        name="leftover-state-of-no-lifespan",
        file="lifespan/protocol",
        find='            self.state = {}\n            self._started.set_result("unsupported")',
        replace='            self._started.set_result("unsupported")',
        test="adapter/http/test_state.py::test_unsupported_lifespan_gives_empty_state",
    ),
    Mutant(
        name="reads-are-not-counted",
        file="http/request",
        find="            return default\n        return self[key]",
        replace="            return default\n        return super().__getitem__(key)",
        test="adapter/http/test_state.py::test_touched_counts_reads",
    ),
]
