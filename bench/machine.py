"""Where the benchmarks ran, and on which versions."""

import json
import os
import subprocess
from typing import Any

from bench.function import PYTHON
from telemetry.lab.run.record import PACKAGES, host

LIBRARIES = (*PACKAGES, "opentelemetry-instrumentation-aws-lambda")
_ASK = """
import json, platform
from importlib.metadata import version
print(json.dumps({"python": platform.python_version(), **{name: version(name) for name in %r}}))
"""


def machine() -> dict[str, Any]:
    """The machine, how busy it was at the start, and what `.venv-bench` holds."""
    said = subprocess.run(
        [str(PYTHON), "-c", _ASK % (LIBRARIES,)], check=True, capture_output=True, text=True
    )
    return {
        **host(),
        "load": os.getloadavg()[0],
        "versions": json.loads(said.stdout),
    }
