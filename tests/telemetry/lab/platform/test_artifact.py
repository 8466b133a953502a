from pathlib import Path

import pytest

from telemetry.lab.__main__ import main
from tests.telemetry.lab.conftest import Lab

TELLS = """
import importlib.util, json, os, sys

def found(*names):
    return [name for name in names if importlib.util.find_spec(name)]

import helper, boto3
print(json.dumps({
    "record": "seen", "helper": helper.__file__, "boto3": boto3.__version__, "cwd": os.getcwd(),
    "root": os.environ["LAMBDA_TASK_ROOT"],
    "found": found("structlog", "fastapi", "telemetry", "decoy", "botocore"),
}))

def handler(event, context):
    return {"statusCode": 200}
"""
ONE = ("--without-records", "--environments", 1, "--invocations", 1)


@pytest.fixture
def artifact(here: Path) -> Path:
    """A folder with a handler, beside a project that has modules of the same names."""
    folder = here / "built"
    (folder / "service").mkdir(parents=True)
    (folder / "service" / "handler.py").write_text(TELLS, encoding="utf-8")
    (folder / "helper.py").write_text("", encoding="utf-8")
    for decoy in ("helper.py", "decoy.py"):
        (here / decoy).write_text("", encoding="utf-8")
    return folder


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    return capsys.readouterr().err


def test_only_artifact_and_lambdas_own(lab: Lab, artifact: Path) -> None:
    run = lab("--artifact", "built", *ONE)
    assert run.code == 0, run.stderr
    (seen,) = run.records("seen")
    assert seen["helper"] == str(artifact / "helper.py")
    assert seen["found"] == ["botocore"]
    assert seen["cwd"] == seen["root"] == str(artifact)


def test_artifact_stays_as_built(lab: Lab, artifact: Path) -> None:
    before = sorted(artifact.rglob("*"))
    assert lab("--artifact", "built", *ONE).code == 0
    assert sorted(artifact.rglob("*")) == before


def test_versions_are_the_artifacts(lab: Lab, artifact: Path) -> None:
    metadata = artifact / "starlette-0.0.1.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: starlette\nVersion: 0.0.1\n", encoding="utf-8")
    versions = lab("--artifact", "built", *ONE).lab["versions"]
    assert versions["starlette"] == "0.0.1"
    assert versions["awslambdaric"] != "0.0.1"


def test_built_for_another_python(artifact: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (artifact / "core.cpython-399-aarch64-linux-gnu.so").write_bytes(b"")
    assert "it was built for cpython-399-aarch64-linux-gnu" in refused(capsys, "--artifact", "built")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--artifact", "absent"), "there is no service/handler.py"),
        (("--artifact", "built", "--handler", "other.handler"), "there is no other.py"),
        (("--artifact", "built", "--app", "a:b"), "cannot be combined with --app or --app-dir"),
        (("--artifact", "built", "--app-dir", "."), "cannot be combined with --app or --app-dir"),
    ],
)
def test_unfit_artifact(
    artifact: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], text: str
) -> None:
    assert text in refused(capsys, *arguments)
