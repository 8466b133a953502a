from pathlib import Path

import pytest

from tests.faults.document import documented, table
from tests.faults.fault import Fault
from tests.faults.faulty_function import FaultyFunction
from tests.faults.programs import CANARY, COLLECTED, count
from tests.faults.table import TABLE


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: fault.name)
def test_fault(fault: Fault, tmp_path: Path) -> None:
    with FaultyFunction(fault.program, tmp_path, fault.environ) as function:
        for step in fault.steps:
            step(function)
        exit_code = function.await_end()
        output = function.output()
    actual = (tuple(function.responses), count(output, "startup"), count(output, "shutdown"), exit_code)
    assert actual == (fault.responses, fault.startups, fault.shutdowns, fault.exit_code), output
    assert [words for words in fault.log if words not in output] == [], output
    assert [words for words in fault.absent if words in output] == [], output
    assert COLLECTED not in output, output
    assert CANARY not in str(function.calls.init_errors)


def test_names_are_unique() -> None:
    assert len({fault.name for fault in TABLE}) == len(TABLE)


def test_documentation_agrees() -> None:
    assert documented() == table(TABLE), "run: python -m tests.faults.document"
