"""What Lambda would unpack, with bytecode and without."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.function import PYTHON, ROOT

ROOMS: Final = ("adapter", "telemetry", "service", "bench")
LEFT_OUT: Final = ("__pycache__", "pip*", "setuptools*", "pkg_resources", "_distutils_hack", "lab", "report")


@contextmanager
def artifacts(root: Path = ROOT) -> Iterator[Mapping[str, Path]]:
    """Two folders, `bytecode` and `source`: every library of the benchmarks, and the rooms."""
    [libraries] = (PYTHON.parents[1] / "lib").glob("python3*/site-packages")
    with tempfile.TemporaryDirectory() as folder:
        source, bytecode = Path(folder, "source"), Path(folder, "bytecode")
        shutil.copytree(libraries, source, ignore=shutil.ignore_patterns(*LEFT_OUT))
        for room in ROOMS:
            shutil.copytree(root / room, source / room, ignore=shutil.ignore_patterns(*LEFT_OUT))
        shutil.copytree(source, bytecode, copy_function=os.link)
        subprocess.run(
            [str(PYTHON), "-m", "compileall", "-q", "-j", "0", str(bytecode)],
            check=False,  # some libraries ship files for other versions of Python
            stdout=subprocess.DEVNULL,
        )
        yield {"bytecode": bytecode, "source": source}
