import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import SystemRandom

import pytest

from tests.faults.moments import (
    IDLE,
    LOADED,
    NEVER,
    SIGTERM_HANDLING,
    Lifetime,
    Moment,
    moments,
    run_environment,
)

AT_A_TIME = 3
SEED = "SIGTERM_SEED"
"""Set it to repeat a run."""


def undisturbed(folder: Path, requests: int, moment: Moment = NEVER) -> Lifetime:
    """An environment that no signal ends early."""
    lifetime = run_environment(folder / "undisturbed", moment, requests)
    actual = (lifetime.violations(), lifetime.exit_code, len(lifetime.responses))
    assert actual == ([], 0, requests), lifetime.output
    return lifetime


def violations(folder: Path, requests: int, drawn: Iterable[Moment]) -> dict[Moment, str]:
    """The moments at which something went wrong, and what."""

    def run(numbered: tuple[int, Moment]) -> tuple[Moment, Lifetime]:
        number, moment = numbered
        return moment, run_environment(folder / str(number), moment, requests)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        lifetimes = list(pool.map(run, enumerate(drawn)))
    return {
        moment: f"{found}\n{lifetime.output}"
        for moment, lifetime in lifetimes
        if (found := lifetime.violations())
    }


def at_every_line(folder: Path, requests: int) -> dict[Moment, str]:
    lines = undisturbed(folder, requests, Moment("line", 0, SIGTERM_HANDLING)).lines
    assert lines > 0
    every_line = [Moment("line", line, SIGTERM_HANDLING) for line in range(1, lines + 1)]
    return violations(folder, requests, every_line)


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_sigterm_at_every_line_that_handles_it(tmp_path: Path) -> None:
    assert at_every_line(tmp_path, IDLE) == {}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_sigterm_at_every_line_that_handles_it_under_load(tmp_path: Path) -> None:
    assert at_every_line(tmp_path, LOADED) == {}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("requests", [IDLE, LOADED], ids=["idle", "under load"])
def test_sigterm_at_any_moment(tmp_path: Path, capsys: pytest.CaptureFixture[str], requests: int) -> None:
    seed = int(os.environ.get(SEED) or SystemRandom().randrange(10**6))
    with capsys.disabled():
        sys.stdout.write(f"\n{SEED}={seed}\n")
    began = time.monotonic()
    lifetime = undisturbed(tmp_path, requests)
    drawn = moments(seed, 500, lifetime.lines, time.monotonic() - began)
    assert violations(tmp_path, requests, drawn) == {}, f"{SEED}={seed}"
