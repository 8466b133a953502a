"""What a warm invocation may cost, in instructions: the same on a machine that is busy with other things.

A bound is what was counted, and a tenth. After a change that is worth its price, count again:

    python -c "from bench.instructions import measure; print(measure('starlette'))"
"""

import shutil
import sys
from pathlib import Path

import pytest

from bench.instructions import measure
from bench.stacks import RECORDED, STOCK

OF_STOCK = 0.34
"""Our warm invocation, span recorded and record written, over stock Mangum's without any telemetry.

At the level that the template deploys, Mangum writes a line for each request.
"""


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind, which counts, is not installed")
def test_warm_invocation_stays_cheap() -> None:
    ours, stock = measure("starlette", (RECORDED, STOCK), Path(sys.executable))
    assert ours["instructions"] / stock["instructions"] < OF_STOCK
