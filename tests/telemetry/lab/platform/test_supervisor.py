"""Which processes belong to an environment."""

import os
import subprocess
import sys
from pathlib import Path

from telemetry.lab.platform.supervisor import kill_environment

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
MARK = "LAB_TEST=of-this-test"


def test_n2_only_what_belongs_to_the_environment_is_killed(tmp_path: Path) -> None:
    marked = {**os.environ, "LAB_TEST": "of-this-test"}
    leader = subprocess.Popen(SLEEPS, start_new_session=True, env={})
    elsewhere = subprocess.Popen(SLEEPS, start_new_session=True, env=marked)
    other = subprocess.Popen(SLEEPS, start_new_session=True, env={**marked, "LAB_TEST": "of-this-test-too"})
    try:
        kill_environment(leader.pid, MARK)
        assert leader.wait(10) == elsewhere.wait(10) == -9
        assert other.poll() is None
    finally:
        for process in (leader, elsewhere, other):
            process.kill()
            process.wait()
