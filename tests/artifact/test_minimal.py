import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from artifact.minimal import FOLDER, REMOVED, MinimalError, edited_files, main, take_out
from artifact.minimal_edits import EDITS, Edit, EditError, replaced, without_block, without_row
from artifact.upstream import PROJECT

OF_THE_SAMPLE = re.compile("ticket|openpyxl|py3langid", re.IGNORECASE)
OURS = ("adapter", "artifact", "docs", "telemetry")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache")
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "PATH": "/usr/bin:/bin"} | {
    f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as the template has it: answers stand in braces, and no line that is edited holds one."""
    return Path(shutil.copytree(PROJECT, tmp_path / "project", ignore=LEFT_OUT))


def committed(project: Path, env: Mapping[str, str] = GIT) -> None:
    for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message=new")):
        subprocess.run(("git", *arguments), cwd=project, env=dict(env), check=True)


def files(project: Path) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(project).parts
    }


def test_n1_one_file_is_left_of_the_app(project: Path) -> None:
    take_out(project)
    left = files(project)
    assert {name for name in left if name.startswith("service/")} == {
        "service/__init__.py",
        "service/app.py",
        "service/handler.py",
    }
    assert {name for name in left if name.startswith("events/")} == {"events/get-root.json"}
    assert not any(name.startswith(f"{FOLDER}/") for name in left)


def test_n1_nothing_speaks_of_the_sample_any_more(project: Path) -> None:
    take_out(project)
    found = {
        f"{name}:{number}: {line.strip()}"
        for name, content in files(project).items()
        if not name.startswith((*OURS, "requirements", "upstream.sha256"))
        for number, line in enumerate(content.decode().splitlines(), start=1)
        if OF_THE_SAMPLE.search(line)
    }
    assert found == set()


@pytest.mark.parametrize("name", REMOVED)
def test_what_goes_is_there(name: str) -> None:
    assert (PROJECT / name).is_file()


def test_folders_of_the_template_stay_as_they_were(project: Path) -> None:
    before = files(project)
    take_out(project)
    after = files(project)
    for name, content in before.items():
        if name.startswith(OURS):
            assert after[name] == content


def test_a_file_of_ones_own_stays(project: Path) -> None:
    (project / "service" / "orders.py").write_text('"""Ours."""\n')
    take_out(project)
    assert (project / "service" / "orders.py").read_text() == '"""Ours."""\n'


def test_without_git_nothing_is_deleted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(project)
    assert main([], project) == 1
    assert "git init && git add --all && git commit" in capsys.readouterr().err
    assert files(project) == before
    assert main(["--force"], project) == 0


def test_changes_have_to_be_committed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(project)
    (project / "service" / "tickets.py").write_text("changed")
    assert main([], project) == 1
    assert "service/tickets.py" in capsys.readouterr().err
    assert (project / "service" / "tickets.py").read_text() == "changed"


def test_second_time_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(project)
    assert main([], project) == 0
    assert main([], project) == 1
    assert f"there is no folder {FOLDER}/: the sample is out already" in capsys.readouterr().err


def test_edited_file_is_named_and_nothing_is_changed(project: Path) -> None:
    stack = project / "tests" / "test_stack.py"
    stack.write_text(stack.read_text().replace("logs, tickets, spans", "logs, orders, spans"))
    before = files(project)
    with pytest.raises(MinimalError, match=r"by hand there:\n- tests/test_stack\.py: not there: logs, tick"):
        take_out(project)
    assert files(project) == before


def test_missing_file_is_named(project: Path) -> None:
    (project / "tests" / "test_stack.py").unlink()
    with pytest.raises(MinimalError, match=r"- tests/test_stack\.py is not there"):
        edited_files(project)


def test_edits_follow_each_other_in_one_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one two\n")
    edits = (Edit("a", replaced("one", "two")), Edit("a", replaced("two", "three")))
    assert edited_files(tmp_path, edits) == {"a": "three three\n"}


def test_rows_below_move_up() -> None:
    def widget(y: int, words: str) -> str:
        properties = f'{{"markdown": "## {words}\\n\\nMore."}}'
        return f'          {{"type": "text", "x": 0, "y": {y}, "height": 6, "properties": {properties}}},\n'

    text = "".join(widget(y, words) for y, words in ((0, "Load"), (6, "Service"), (12, "Tables")))
    assert without_row("Service")(text) == widget(0, "Load") + widget(6, "Tables")
    with pytest.raises(EditError, match="no row of the dashboard has the heading Orders"):
        without_row("Orders")(text)


def test_block_ends_where_the_next_begins() -> None:
    text = "a:\n  b:\n    c: 1\n    # of c\n\n    d: 2\n\n  # of e\n  e: 3\n"
    assert without_block("b:")(text) == "a:\n  # of e\n  e: 3\n"
    with pytest.raises(EditError, match="not there: x:"):
        without_block("x:")(text)


def test_every_edit_has_work_to_do() -> None:
    for edit in EDITS:
        text = (PROJECT / edit.file).read_text(encoding="utf-8")
        assert edit.applied(text) != text, edit.file
