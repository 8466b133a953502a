import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from artifact.deploy import deploy, deploy_command, main, release_id
from artifact.samconfig import Target

ROOT = Path(__file__).parents[2]
PARAMETERS = ("MemorySize=1024", "ProvisionedConcurrency=2")
TEMPLATE = """
Parameters:
  MemorySize: {Type: Number, Default: 512}
  Experiment: {Type: String, Default: ""}
Resources:
  Alias: {FunctionVersion: !GetAtt Version.Version}
"""


def test_defaults_come_first_and_the_release_last(build: Path) -> None:
    """SAM takes the last value that it is told for a parameter."""
    (build / "template.yaml").write_text(TEMPLATE, encoding="utf-8")

    command = deploy_command(build.parent.parent, "sam", "prod", PARAMETERS)

    assert command[:5] == ("sam", "deploy", "--config-env", "prod", "--parameter-overrides")
    assert command[5:7] == ('MemorySize="512"', 'Experiment=""')
    assert command[7:] == (*PARAMETERS, f"ReleaseId={release_id(build, PARAMETERS)}")


def test_nothing_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("artifact.deploy.PROJECT", tmp_path)
    with pytest.raises(SystemExit) as exit_:
        main([])
    assert exit_.value.code == 2
    assert "run `make build`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("experiment", "reason"),
    [
        ("init=50,every_invocation=50", "at most 10%"),
        ("init=50,init=50", "comes twice"),
        ("init=50,first_invocation=0", "no number above 0"),
    ],
)
def test_experiment_that_cannot_start_is_not_deployed(
    experiment: str,
    reason: str,
    build: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = build.parent.parent
    config = f'[default.deploy.parameters]\nparameter_overrides = ["Experiment={experiment}"]\n'
    (project / "samconfig.toml").write_text(config, encoding="utf-8")
    monkeypatch.setattr("artifact.deploy.PROJECT", project)
    with pytest.raises(SystemExit) as exit_:
        main(["--sam", "/nowhere/sam"])
    assert exit_.value.code == 2
    said = capsys.readouterr().err
    assert "the parameter Experiment of samconfig.toml" in said
    assert reason in said


def test_n6_without_the_sam_cli_it_says_what_to_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("artifact.deploy.check_no_run", lambda _: None)
    monkeypatch.setattr("artifact.deploy.serving", lambda _: None)
    assert deploy(Target("shop", None, None), ("/nowhere/sam", "deploy")) == 1
    assert "/nowhere/sam: No such file or directory. Name the SAM CLI" in capsys.readouterr().err


SAM = """\
import signal, sys, time
def stop(*_):
    time.sleep(1)  # longer than subprocess.run lets a command live after Ctrl-C
    print("left in order", flush=True)
    sys.exit(3)
signal.signal(signal.SIGINT, stop)
print("asks", flush=True)
time.sleep(60)
"""
"""What SAM does while it asks whether to go on, and at Ctrl-C."""


def test_ctrl_c_is_left_to_sam(tmp_path: Path) -> None:
    """It comes to all of a terminal's processes; this one waits for what SAM does about it."""
    (tmp_path / "sam.py").write_text(SAM, encoding="utf-8")
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from artifact.deploy import run; sys.exit(run(sys.argv[1:]))"
    with subprocess.Popen(
        [sys.executable, "-c", code, sys.executable, str(tmp_path / "sam.py")],
        cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "asks\n"
        os.killpg(process.pid, signal.SIGINT)
        said, errors = process.communicate(timeout=60)
    assert (process.returncode, said, errors) == (3, "left in order\n", "")


def test_same_release_has_same_id(build: Path) -> None:
    assert release_id(build, PARAMETERS) == release_id(build, reversed(PARAMETERS))


def test_parameters_make_a_release(build: Path) -> None:
    other = ("MemorySize=2048", "ProvisionedConcurrency=2")
    assert release_id(build, PARAMETERS) != release_id(build, other)


@pytest.mark.parametrize("name", ["Function/app.py", "template.yaml"])
def test_code_and_template_make_a_release(build: Path, name: str) -> None:
    before = release_id(build, PARAMETERS)
    (build / name).write_text("Resources: {} # changed\n", encoding="utf-8")
    assert release_id(build, PARAMETERS) != before


def test_new_and_renamed_files_make_a_release(build: Path) -> None:
    ids = {release_id(build, PARAMETERS)}
    (build / "Function" / "more.py").write_text("", encoding="utf-8")
    ids.add(release_id(build, PARAMETERS))
    (build / "Function" / "more.py").rename(build / "Function" / "else.py")
    ids.add(release_id(build, PARAMETERS))
    assert len(ids) == 3


def test_bytecode_counts_by_presence(build: Path) -> None:
    before = release_id(build, PARAMETERS)
    bytecode = build / "Function" / "__pycache__" / "app.cpython-313.pyc"
    bytecode.write_bytes(b"two")
    assert release_id(build, PARAMETERS) == before
    bytecode.unlink()
    assert release_id(build, PARAMETERS) != before
