"""Our suite on every Mangum that the adapter is made for, and Mangum's own suite on the adapter."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.adapter import frameworks, mangum
from tests.docs.documents import table

ROOT = Path(__file__).parents[2]
NOT_ALL = (
    "test_conformance.py",  # reads files
    "test_experiment.py",  # has nothing to do with Mangum
    "lifespan/test_memory.py",  # as above
)
IN_PLACE = """
import mangum
from adapter import LifespanAdapter
mangum.Mangum = LifespanAdapter
"""
"""A plugin for pytest: the adapter stands in for Mangum, in tests that are Mangum's own."""

KEPT, LOUD = "The lifespan", '`lifespan="on"` and the startup raises'
EDGE_BODY, RAW_PATH = "Lambda@Edge: a binary response", "`raw_path`"
PINNED = {
    "test_aws_api_gateway_base_path": (1, "A base path `/api`"),
    "test_aws_http_gateway_response_v2": (2, "A response without `content-type`, format 2.0"),
    "test_aws_lambda_at_edge_response": (2, EDGE_BODY),
    "test_aws_lambda_at_edge_response_extra_mime_types": (1, EDGE_BODY),
    "test_aws_lambda_at_edge_exclude_": (1, EDGE_BODY),
    "test_http_response": (1, RAW_PATH),
    "test_set_cookies_v1": (4, RAW_PATH),
    "test_set_cookies_v2": (4, RAW_PATH),
    "test_http_logging": (1, "A line for each request"),
    "test_lifespan": (2, KEPT),
    "test_lifespan_state": (2, KEPT),
    "test_quart_lifespan": (1, KEPT),
    "test_starlette_lifespan": (1, KEPT),
    "test_lifespan_unsupported": (1, LOUD),
    "test_lifespan_error": (1, LOUD),
    "test_lifespan_unexpected_message": (1, "A message that has no place in the lifespan"),
    "test_lifespan_failure": (2, "The shutdown fails"),
}
"""Tests of Mangum's that pin a row of "Different from Mangum": in how many cases, and which row."""


@pytest.mark.slow
@pytest.mark.timeout(360)
@pytest.mark.parametrize("version", mangum.VERSIONS)
def test_whole_suite_passes(version: str, tmp_path: Path) -> None:
    installed = mangum.install(version, tmp_path / "installed")
    environ = {**os.environ, "PYTHONPATH": str(installed)}
    found = "from importlib.metadata import version; import mangum; print(version('mangum'), mangum.__file__)"
    which = subprocess.run(
        [sys.executable, "-c", found], env=environ, capture_output=True, text=True, check=True
    )
    assert which.stdout.split() == [version, str(installed / "mangum" / "__init__.py")]
    ignored = [f"--ignore=tests/adapter/{name}" for name in NOT_ALL]
    suite = ["tests/adapter", "-m", "not slow", "-q", "-p", "no:cacheprovider", *ignored]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *suite, f"--basetemp={tmp_path / 'suite'}"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-5000:]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("version", mangum.VERSIONS)
def test_mangums_own_suite_passes_but_for_its_faults(version: str, tmp_path: Path) -> None:
    sources = mangum.unpack(version, tmp_path)
    installed = mangum.install(version, tmp_path / "installed")
    (tmp_path / "in_place.py").write_text(IN_PLACE, encoding="utf-8")
    path = os.pathsep.join(map(str, (installed, ROOT, tmp_path, frameworks.site_packages())))
    environ = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    # Some tests fail by themselves: they are of other times, or ask for Docker.
    before = failed_tests(sources, environ, [])
    after = failed_tests(sources, environ, ["-p", "in_place"])
    ours = {name: count - before[name] for name, count in after.items() if count > before[name]}
    expected = {name: count for name, (count, _) in PINNED.items() if count > before[name]}
    assert ours == expected


def failed_tests(sources: Path, environ: dict[str, str], plugins: Sequence[str]) -> Counter[str]:
    """How often each test of Mangum's fails."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        *plugins,
        "-c",
        os.devnull,
        "--rootdir",
        ".",
        "-p",
        "no:cacheprovider",
    ]
    ran = subprocess.run(
        [*command, "-q", "--tb=no", "tests"],
        cwd=sources,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert re.search(r"\d+ passed", ran.stdout), ran.stdout[-3000:] + ran.stderr[-3000:]
    return Counter(re.findall(r"^FAILED tests/\S+?::(\w+)", ran.stdout, re.MULTILINE))


def test_pinned_faults_are_rows_of_the_table() -> None:
    rows = {row[0] for row in table("adapter", "Different from Mangum")}
    assert {row for _, row in PINNED.values()} - rows == set()
