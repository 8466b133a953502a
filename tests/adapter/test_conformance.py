"""The list of what a server's lifespan has to get right: each case has its test, and only one."""

import re
from collections import Counter
from pathlib import Path

CASES = 47


def test_every_case_has_its_test() -> None:
    found = Counter[str]()
    for path in Path(__file__).parent.rglob("test_*.py"):
        found.update(re.findall(r"@pytest\.mark\.conformance\(\"(\w+)\"\)", path.read_text(encoding="utf-8")))
    assert found == {f"C{number}": 1 for number in range(1, CASES + 1)}
