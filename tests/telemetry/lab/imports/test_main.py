"""The command, on apps of its own."""

import sys
import textwrap
from pathlib import Path

import pytest

from telemetry.lab.imports.__main__ import main


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
    printed = capsys.readouterr().out
    rows = {line.split()[0]: line.split() for line in printed.splitlines() if line.strip()}
    assert rows["first"][-1] == "mine.py:2"
    assert "*" not in printed
    assert "there is no requirements.txt that says which are" in printed
    assert "second" in rows
    assert "never" not in printed
    assert "Without bytecode" in printed
    assert "did not finish" not in printed
    assert ("3.12 or newer" in printed) == (sys.version_info < (3, 12))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--app", "nothing:app"], "--app nothing:app: there is no module nothing; name the folder"),
        (["--app", "nope.mod:app"], "--app nope.mod:app: there is no module nope; name the folder"),
        (["--app", "mine"], "--app mine: expected module:attribute"),
        (["--app", ":app"], "--app :app: expected module:attribute"),
        (["--app", "mine:other"], "module mine has no attribute other"),
        (["--app", "broken:app"], "--app broken:app: it cannot be imported: No module named 'left_pad'"),
        (["--env", "FOO"], "--env FOO: expected NAME=VALUE"),
        (["--env", "TMPDIR=/var/tmp"], "the lab gives each environment a folder of its own"),
        (["--env", "_HANDLER=a.b"], "the lab sets it to what it runs"),
    ],
)
def test_bad_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], text: str
) -> None:
    (tmp_path / "mine.py").write_text("app = print", "utf-8")
    (tmp_path / "broken.py").write_text("import left_pad", "utf-8")
    assert main([*arguments, "--app-dir", str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("imports: ")
    assert text in printed.err
    assert printed.out == ""


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
    assert "did not finish" not in capsys.readouterr().out


def test_startup_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.py").write_text(
        "async def app(scope, receive, send):\n    raise OSError('s3cret')", "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    assert main(["--app", "mine:app", "--app-dir", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "did not finish: OSError" in printed
    assert "s3cret" not in printed


@pytest.mark.parametrize("python", [[], ["--python", sys.executable]])
@pytest.mark.parametrize("folder", ["../shop", "link"])
def test_app_in_a_folder_beside_the_current_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: str,
    python: list[str],
) -> None:
    """Its files are known for its own, and shown without the way to them."""
    for name in ("shop", "lab"):
        (tmp_path / name).mkdir()
    (tmp_path / "lab/link").symlink_to("../shop")
    code = """
        import mangum

        def adapted():
            return mangum.Mangum(app)

        async def app(scope, receive, send):
            await send({"type": "lifespan.startup.complete"})
    """
    (tmp_path / "shop/mine.py").write_text(textwrap.dedent(code), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "lab")
    assert main(["--app", "mine:app", "--app-dir", folder, *python]) == 0
    printed = capsys.readouterr().out
    rows = {line.split()[0]: line.split() for line in printed.splitlines() if line.strip()}
    assert rows["mangum"][-1] == "mine.py:2"
    assert "so that --lazy can measure what moving the import saves: mangum (mine.py:2)" in printed


def test_n5_variable_for_want_of_which_the_app_does_not_start_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.py").write_text("import os\nos.environ['SHOP_URL']\napp = print\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["--app", "mine:app"]) == 0
    printed = capsys.readouterr().out
    assert "The startup did not finish: KeyError." in printed
    assert "Add: --env SHOP_URL=VALUE" in printed


def test_process_that_an_app_leaves_behind_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = """
        import subprocess, sys
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])

        async def app(scope, receive, send):
            await send({"type": "lifespan.startup.complete"})
    """
    (tmp_path / "mine.py").write_text(textwrap.dedent(code), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["--app", "mine:app"]) == 0
    assert "did not finish" not in capsys.readouterr().out
