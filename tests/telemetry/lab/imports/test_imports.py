"""The table of imports: what is read, and a run on an app of its own."""

import textwrap
from pathlib import Path

import pytest

from telemetry.lab.imports.__main__ import in_artifact, main
from telemetry.lab.imports.times import STDLIB, by_package, parsed

SAID = """\
import time: self [us] | cumulative | imported package
import time:       100 |        100 |   encodings
import time:       200 |        200 | asyncio
import time:        50 |         50 | telemetry.lab.platform.target
import time:      1000 |       1000 |       numpy.core
import time:      2000 |       3000 |     numpy
import time:       500 |       3500 |   langid
import time:        40 |         40 |   json
some library says something
import time:       300 |       3840 | service.app
"""


def test_modules_know_their_importer() -> None:
    found = {module.name: module.importer for module in parsed(SAID)}
    assert found["numpy.core"] == "numpy"
    assert found["numpy"] == "langid"
    assert found["langid"] == found["json"] == "service.app"
    assert found["service.app"] is None


def test_packages_are_sums() -> None:
    found = by_package(parsed(SAID))
    assert {name: package.ms for name, package in found.items()} == {
        "numpy": 3.0,
        "langid": 0.5,
        STDLIB: 0.04,
        "service": 0.3,
    }
    assert (found["numpy"].modules, found["numpy"].importer, found["service"].importer) == (2, "langid", None)


def test_imports_of_the_startup_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = """
        import first
        print("an app may say things")

        async def app(scope, receive, send):
            await receive()
            import second
            await send({"type": "lifespan.startup.complete"})
            await receive()
            import never
    """
    (tmp_path / "mine.py").write_text(textwrap.dedent(app), encoding="utf-8")
    for name in ("first", "second", "never"):
        (tmp_path / f"{name}.py").write_text("import decimal", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["--app", "mine:app", "--app-dir", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "first *, by mine" in said
    assert "second *" in said
    assert "never" not in said
    assert "Without bytecode" in said
    assert "did not end" not in said


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--app", "nothing:app"], "--app nothing:app: there is no module nothing; --app-dir names"),
        (["--app", "nope.mod:app"], "--app nope.mod:app: there is no module nope; --app-dir names"),
        (["--app", "mine"], "--app mine: expected module:attribute"),
        (["--app", ":app"], "--app :app: expected module:attribute"),
        (["--app", "mine:other"], "module mine has no attribute other"),
        (["--app", "broken:app"], "--app broken:app cannot be imported: No module named 'left_pad'"),
        (["--env", "FOO"], "--env FOO: expected NAME=VALUE"),
    ],
)
def test_bad_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], text: str
) -> None:
    (tmp_path / "mine.py").write_text("app = print", "utf-8")
    (tmp_path / "broken.py").write_text("import left_pad", "utf-8")
    assert main([*arguments, "--app-dir", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("imports: ")
    assert text in said.err
    assert said.out == ""


def test_several_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = """
        import os
        if [os.environ.get(name) for name in "ABC"] != ["1", "2=3", ""]:
            raise LookupError

        async def app(scope, receive, send):
            pass
    """
    (tmp_path / "mine.py").write_text(textwrap.dedent(code), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    variables = ["--env", "A=1", "B=2=3", "--env", "C="]
    assert main(["--app", "mine:app", "--app-dir", str(tmp_path), *variables]) == 0
    assert "did not end" not in capsys.readouterr().out


def test_startup_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.py").write_text(
        "async def app(scope, receive, send):\n    raise OSError('s3cret')", "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    assert main(["--app", "mine:app", "--app-dir", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "did not end: OSError" in said
    assert "s3cret" not in said


def test_artifact_is_what_is_pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements.txt").write_text("PyYAML==6.0 \\\n    --hash=sha256:0\n", encoding="utf-8")
    (tmp_path / "service").mkdir()
    monkeypatch.chdir(tmp_path)
    assert {"yaml", "service"} <= in_artifact()
    assert "fastapi" not in in_artifact()
