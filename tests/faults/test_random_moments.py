import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import SystemRandom

import pytest

from tests.faults.moments import THE_HANDLING, Life, Moment, live, moments

AT_A_TIME = 3
SEED = "SIGTERM_SEED"
"""Set it to repeat a run."""


def whole(folder: Path, moment: Moment | None = None) -> Life:
    """A life that no signal cuts short."""
    life = live(folder / "whole", moment) if moment else live(folder / "whole")
    assert (life.wrong(), life.exit_code, len(life.responses)) == ([], 0, 2), life.output
    return life


def wrong(folder: Path, drawn: Iterable[Moment]) -> dict[Moment, str]:
    """The moments at which something went wrong, and what."""
    folder.mkdir(exist_ok=True)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        lives = pool.map(lambda at: (at[1], live(folder / str(at[0]), at[1])), enumerate(drawn))
        return {moment: f"{life.wrong()}\n{life.output}" for moment, life in lives if life.wrong()}


@pytest.mark.timeout(150)
def test_sigterm_at_every_line_that_handles_it(tmp_path: Path) -> None:
    lines = whole(tmp_path, Moment("line", 0, THE_HANDLING)).lines
    assert lines > 0
    assert wrong(tmp_path, (Moment("line", line, THE_HANDLING) for line in range(1, lines + 1))) == {}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_sigterm_at_any_moment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get(SEED) or SystemRandom().randrange(10**6))
    with capsys.disabled():
        sys.stdout.write(f"\n{SEED}={seed}\n")
    began = time.monotonic()
    life = whole(tmp_path)
    drawn = moments(seed, 500, life.lines, time.monotonic() - began)
    assert wrong(tmp_path, drawn) == {}, f"{SEED}={seed}"
