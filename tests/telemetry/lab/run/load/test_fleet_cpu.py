"""The CPU share of environments that are at work at once under load, by their own clocks of CPU time."""

import json
from pathlib import Path

import pytest

from telemetry.lab.platform.cpu_share import available_cores
from tests.telemetry.lab.conftest import Lab
from tests.telemetry.lab.own_share import SAYS_WHAT_IT_GOT, check_share

AT_ONCE = 4
MEMORY_MB = 256


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(available_cores() < 2, reason="one core carries one environment at a time")
def test_environments_under_load_have_each_its_own_share(lab: Lab, here: Path) -> None:
    (here / "times.txt").write_text("0\n" * 2 * AT_ONCE, encoding="utf-8")
    (here / "event.json").write_text(json.dumps({"cpu": 0.3}), encoding="utf-8")
    run = lab(
        *("--without-records", "--arrivals", here / "times.txt", "--at-once", AT_ONCE),
        *("--memory", MEMORY_MB, "--timeout", 200, "--event", here / "event.json"),
        handler=SAYS_WHAT_IT_GOT,
    )
    assert run.code == 0, run.stderr
    work = run.records("work")
    assert len(work) == run.lab["sent"]["init"]["environments"] == 2 * AT_ONCE
    assert 2 <= most_at_once(work) <= AT_ONCE
    for line in work:
        check_share(line, MEMORY_MB)


def most_at_once(work: list[dict[str, float]]) -> int:
    moments = sorted([(line["began"], 1) for line in work] + [(line["ended"], -1) for line in work])
    return max(sum(change for _, change in moments[:end]) for end in range(1, len(moments)))
