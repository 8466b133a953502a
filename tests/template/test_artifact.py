"""What `sam build` makes, for each runtime and processor, without Docker."""

import json
import re
import resource
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

from tests.template.building import ARCHITECTURES, RUNTIMES, THIS, building, lab_python, run
from tests.template.interpreters import interpreter, magic
from tests.template.test_locks import pins

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STAYS = (
    "telemetry/lab/",
    "telemetry/report/",
    "telemetry/memory_size.py",
    "telemetry/price_list.py",
    "telemetry/prices.py",
    "telemetry/progress.py",
    "telemetry/workload.py",
)
LARGEST = 262_144_000
"""Bytes that Lambda unpacks at most."""


@dataclass(frozen=True, slots=True)
class Built:
    runtime: str
    architecture: str
    folder: Path
    said: str
    project: Path

    @property
    def files(self) -> set[str]:
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}

    @property
    def distributions(self) -> list[Distribution]:
        return list(distributions(path=[str(self.folder)]))


Build = Callable[[str, str], Built]


@pytest.fixture(scope="module")
def build(
    baked: Path, home: dict[str, str], sam: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Build]:
    made: dict[tuple[str, str], Built] = {}

    def build(runtime: str, architecture: str) -> Built:
        if (runtime, architecture) not in made:
            folder = tmp_path_factory.mktemp("build")
            project = Path(shutil.copytree(baked, folder / "a project"))
            overrides = (f"Runtime={runtime}", f"Architecture={architecture}")
            env = building(home, folder / "installed", runtime)
            said = run(sam, "build", "--parameter-overrides", *overrides, cwd=project, env=env)
            artifact = project / ".aws-sam/build/Function"
            made[runtime, architecture] = Built(runtime, architecture, artifact, said, project)
        return made[runtime, architecture]

    yield build
    for built in made.values():
        shutil.rmtree(built.project)


@pytest.fixture(scope="module", params=RUNTIMES)
def runtime(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture(scope="module", params=ARCHITECTURES)
def built(build: Build, runtime: str, request: pytest.FixtureRequest) -> Built:
    return build(runtime, request.param)


def rooms(project: Path) -> set[str]:
    """What ships of the project."""
    return {
        name
        for room in ("service", "adapter", "telemetry")
        for path in (project / room).rglob("*")
        if path.is_file()
        and not (name := path.relative_to(project).as_posix()).startswith(STAYS)
        and path.suffix != ".pyc"
    }


def test_ships_what_may_ship(built: Built) -> None:
    of_wheels = {
        file.as_posix()
        for found in built.distributions
        for file in found.files or ()
        if file.parts[0] != ".."
    }
    shipped = {name for name in built.files if not name.endswith(".pyc")}
    assert shipped - of_wheels == rooms(built.project)
    assert not of_wheels & rooms(built.project)


def test_locked_packages_and_no_others(built: Built) -> None:
    locked = pins(built.project / "requirements.txt")
    found = {normal(found.name): found.version for found in built.distributions}
    assert found.keys() == locked.keys()
    assert all(version in locked[name] for name, version in found.items())
    assert not {"boto3", "botocore", "altair", "moto", "rich", "uv"} & found.keys()


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_wheels_are_for_the_target(built: Built) -> None:
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[built.architecture]
    mine = f"cp{built.runtime.removeprefix('python').replace('.', '')}"
    for found in built.distributions:
        tags = re.findall(r"^Tag: (\S+)$", found.read_text("WHEEL") or "", re.MULTILINE)
        fit = [
            tag
            for tag in tags
            if re.fullmatch(rf"(py3|py2\.py3|{mine})-none-any", tag)
            or re.fullmatch(rf"({mine}-{mine}|cp3\d+-abi3)-manylinux(_\d+_\d+|2014)_{machine}", tag)
        ]
        assert fit, (found.name, tags)
    libraries = [name for name in built.files if name.endswith(".so") and ".cpython-" in name]
    assert libraries
    assert all(f".cpython-{mine[2:]}-{machine}-" in name for name in libraries)


def test_bytecode_of_the_target(built: Built) -> None:
    command = interpreter(built.runtime)
    if command is None:
        assert "WARNING: without bytecode" in built.said
        assert not any(name.endswith(".pyc") for name in built.files)
        pytest.skip(f"no {built.runtime} on this machine to compile with")
    assert "WARNING" not in built.said
    expected = magic(command)
    tag = f"cpython-{built.runtime.removeprefix('python').replace('.', '')}"
    for name in built.files:
        if name.endswith(".py"):
            source = built.folder / name
            head = (source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc").read_bytes()[:8]
            # 1: by the hash of its source, which nobody compares. A zip file changes times.
            assert head == expected + b"\x01\0\0\0", name


def test_fits_lambda(built: Built) -> None:
    assert sum((built.folder / name).stat().st_size for name in built.files) < LARGEST


def test_makefile_for_each_target(baked: Path) -> None:
    found = {path.relative_to(baked).as_posix(): path.read_bytes() for path in baked.glob("artifact/*/*/*")}
    assert set(found) == {
        f"artifact/{runtime}/{arch}/Makefile" for runtime in RUNTIMES for arch in ARCHITECTURES
    }
    assert len(set(found.values())) == 1


@pytest.fixture(scope="module")
def lab(runtime: str, baked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python of the runtime's version, with what the lab needs, as `make setup` would install it."""
    command = interpreter(runtime)
    if command is None:
        pytest.skip(f"no {runtime} on this machine to run the artifact")
    return lab_python(command, baked, tmp_path_factory.mktemp("venv"))


def test_runs_in_the_lab(build: Build, runtime: str, lab: Path, tmp_path: Path) -> None:
    """Every request is answered, with packages of the artifact and of Lambda's runtime only."""
    built = build(runtime, THIS)
    events = [f"events/{name}-ticket.json" for name in ("create", "read", "export")]
    out = tmp_path / "records.jsonl"
    run(
        *(lab, "-m", "telemetry.lab", "--artifact", built.folder, "--out", out),
        *("--environments", "2", "--invocations", "6", "--event", *events),
        *("--table", "events/tickets-table.json", "--env", "TICKETS_TABLE=tickets"),
        cwd=built.project,
        env={"PATH": "/usr/bin:/bin"},
    )
    text = out.read_text(encoding="utf-8")
    assert '"complete":true' in text
    assert text.count('"status":200') + text.count('"status":201') == 12
    read = json.loads((built.project / events[1]).read_text(encoding="utf-8"))
    assert read["rawPath"] not in text  # with Lambda's variables for the log, as the template sets it up


def import_cpu(python: Path, folder: Path) -> float:
    """Seconds of CPU that importing the handler takes, on a folder that cannot be written to."""
    env = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([python, "-S", "-c", "import service.handler"], cwd=folder, env=env, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_bytecode_pays(build: Build, runtime: str, tmp_path: Path) -> None:
    python = interpreter(runtime)
    if python is None:
        pytest.skip(f"no {runtime} on this machine to import with")
    compiled, plain = build(runtime, THIS).folder, tmp_path / "plain"
    shutil.copytree(compiled, plain, ignore=shutil.ignore_patterns("__pycache__"))
    # By turns, so that what else goes on here slows both alike; the first pair only warms the disk's cache.
    pairs = [(import_cpu(python, compiled), import_cpu(python, plain)) for _ in range(6)][1:]
    with_, without = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    sys.stdout.write(
        f"{runtime}: importing takes {with_ * 1000:.0f} ms of CPU, without {without * 1000:.0f}\n"
    )
    assert with_ < 0.8 * without
