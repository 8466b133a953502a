"""A twin of the sample is deployed by the real SAM CLI and measured as on Lambda; what was planted is found.

Planted is what the double does with CPU: requests get memory / 1769 of a core, an INIT on demand a whole
one. So a startup takes its CPU time in INIT, and 1769 / memory times it in a first request, which is slower
by the difference. The CPU time is what the startups' own records say, for each size and phase: who is stopped
and continued all the time needs some more of it for the same work.
"""

import json
import shutil
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from telemetry.lab.platform.cpu_share import cpu_share
from tests.lambda_api.functions import Account
from tests.lambda_api.loopback import lambda_api
from tests.lambda_api.options import Options
from tests.template.building import RUNTIMES, THIS, building, lab_python, run
from tests.template.interpreters import interpreter
from tests.template.loopback_aws import CREDENTIALS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

STACK: Final = "support-tickets-measure"
MEMORY_MB: Final = (512, 1024, 1769)
ENVIRONMENTS: Final = 24
"""Of each memory size and placement; from 20 on there are intervals."""
EVENT: Final = "events/create-ticket.json"
FIRST: Final = '        with preload("model"):\n'
PLANTED: Final = """\
        with preload("planted"):
            import time

            done = time.process_time() + 0.3
            while time.process_time() < done:
                pass
"""
"""Put before the first thing that the sample's lifespan loads."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the driver left."""

    said: str
    records: list[dict[str, Any]]
    verdict: dict[str, Any]

    def row(self, memory_mb: int, placement: str) -> dict[str, Any]:
        rows: list[dict[str, Any]] = self.verdict["configurations"]["rows"]
        (found,) = (row for row in rows if (row["memory_mb"], row["placement"]) == (memory_mb, placement))
        return found

    def startup_cpu_ms(self, memory_mb: int, placement: str) -> float:
        """Mean CPU time of the startups."""
        startups = (record for record in self.records if record.get("record") == "startup")
        return statistics.mean(
            float(record["cpu_ms"])
            for record in startups
            if (record["memory_mb"], record["placement"]) == (memory_mb, placement)
        )


@pytest.fixture(scope="module")
def runtime() -> str:
    found = [name for name in RUNTIMES if interpreter(name)]
    if not found:
        pytest.fail(f"there is no Python on this machine that Lambda has: {', '.join(RUNTIMES)}")
    return found[0]


@pytest.fixture(scope="module")
def project(
    runtime: str, template: Path, home: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The sample for this machine, with something in its lifespan that takes CPU time."""
    out = tmp_path_factory.mktemp("twin")
    answers = (f"python_runtime={runtime}", f"architecture={THIS}")
    run("cookiecutter", "--no-input", "--output-dir", out, template, *answers, cwd=out, env=home)
    (folder,) = out.iterdir()
    lifespan = folder / "service" / "lifespan.py"
    text = lifespan.read_text(encoding="utf-8")
    assert FIRST in text
    lifespan.write_text(text.replace(FIRST, PLANTED + FIRST), encoding="utf-8")
    yield folder
    shutil.rmtree(out)


@pytest.fixture(scope="module")
def account(runtime: str, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    command = interpreter(runtime)
    assert command is not None
    python = lab_python(command, project, tmp_path_factory.mktemp("runtime") / "python")
    with lambda_api(Options(stacks=True, python=f"{runtime}={python}")) as endpoint:
        yield Account(endpoint)


@pytest.fixture(scope="module")
def env(
    runtime: str, account: Account, home: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    stamp = tmp_path_factory.mktemp("stamp") / "installed"
    return {**building(home, stamp, runtime), **CREDENTIALS, "AWS_ENDPOINT_URL": account.endpoint}


@pytest.fixture(scope="module")
def deployed(project: Path, env: dict[str, str], sam: Path) -> str:
    return run("make", "deploy", f"SAM={sam}", "CONFIG_ENV=measure", cwd=project, env=env)


def telemetry(project: Path, env: dict[str, str], *arguments: str) -> str:
    return run(sys.executable, "-m", "telemetry", *arguments, cwd=project, env=env)


@pytest.fixture(scope="module")
def measured(deployed: str, project: Path, env: dict[str, str]) -> Measured:
    options = ("--placement", "init", "first_invocation", "--memory", *map(str, MEMORY_MB), "--event", EVENT)
    numbers = ("--environments", str(ENVIRONMENTS), "--invocations", "2", "--seed", "18", "--yes")
    said = telemetry(project, env, "lab", "--stack", STACK, *options, *numbers, "--out", "twin.jsonl")
    telemetry(project, env, "report", "twin.jsonl", "--json", "twin.json")
    lines = (project / "twin.jsonl").read_text(encoding="utf-8").splitlines()
    verdict = json.loads((project / "twin.json").read_text(encoding="utf-8"))
    return Measured(said, [json.loads(line) for line in lines if line.startswith("{")], verdict)


def test_planted_truth_lies_in_the_intervals(measured: Measured) -> None:
    for memory_mb in MEMORY_MB:
        early_ms, late_ms = (
            measured.startup_cpu_ms(memory_mb, placement) for placement in ("init", "first_invocation")
        )
        assert min(early_ms, late_ms) > 300
        truth = late_ms / cpu_share(memory_mb) - early_ms
        late, early = (
            measured.row(memory_mb, placement)["first_request_ms"]
            for placement in ("first_invocation", "init")
        )
        low, high = late["low"] - early["high"], late["high"] - early["low"]
        assert low <= truth <= high, (memory_mb, early_ms, late_ms, late, early)
        assert high - low < 2 * early_ms, "the intervals are too wide to say anything"


def test_memory_makes_only_the_late_startup_faster(measured: Measured) -> None:
    """INIT has a whole core at any size, and that is most of what is measured."""
    small, large = (measured.row(size, "first_invocation")["first_request_ms"] for size in (512, 1769))
    assert small["low"] > large["high"]


def test_every_environment_was_measured(measured: Measured) -> None:
    for memory_mb in MEMORY_MB:
        for placement in ("init", "first_invocation"):
            assert measured.row(memory_mb, placement)["environments"] >= ENVIRONMENTS


def test_nobody_calls_it_lambda(measured: Measured) -> None:
    assert measured.verdict["measured_on"]["where"] == "loopback"
    labs = [record for record in measured.records if record.get("record") == "lab"]
    assert {record["where"] for record in labs} == {"loopback"}


def test_nothing_is_left_behind(measured: Measured, account: Account, project: Path) -> None:
    (name,) = (one["FunctionName"] for one in account.functions.list_functions()["Functions"])
    found = account.functions.get_function_configuration(FunctionName=name)
    assert found["MemorySize"] == 1024
    variables = set(found["Environment"]["Variables"])
    assert not {one for one in variables if one.startswith(("LIFESPAN_EXPERIMENT", "LIFESPAN_LAB"))}
    assert "lifespan-lab-run" not in account.functions.list_tags(Resource=found["FunctionArn"])["Tags"]
    versions = account.functions.list_versions_by_function(FunctionName=name)["Versions"]
    assert not [one for one in versions if one["Description"].startswith("lifespan-lab-run")]
