"""`python -m artifact.minimal`: take the sample out of a project, and leave an app of one file with checks.

What takes the sample's place is in the folder `minimal/`, under the paths that it gets. The folder goes, too.
This module needs nothing but the standard library, so it runs before anything is installed.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from artifact.minimal_edits import EDITS, Edit, EditError
from artifact.upstream import PROJECT

FOLDER: Final = "minimal"
REMOVED: Final = (
    "events/create-ticket.json",
    "events/export-ticket.json",
    "events/read-ticket.json",
    "events/tickets-table.json",
    "service/errors.py",
    "service/language.py",
    "service/lifespan.py",
    "service/models.py",
    "service/ports.py",
    "service/problems.py",
    "service/request_id.py",
    "service/settings.py",
    "service/state.py",
    "service/ticket_store.py",
    "service/tickets.py",
    "service/workbook.py",
    "tests/conftest.py",
    "tests/dynamodb_server.py",
    "tests/test_handler.py",
    "tests/test_language.py",
    "tests/test_lifespan.py",
    "tests/test_problems.py",
    "tests/test_settings.py",
    "tests/test_ticket_store.py",
    "tests/test_tickets.py",
    "tests/test_workbook.py",
    "tests/tickets_table.py",
)
"""Files of the sample that nothing replaces. One that is not there any more is no matter."""


class MinimalError(Exception):
    """The sample cannot be taken out. The text says why; nothing has been changed."""


def main(arguments: Sequence[str] | None = None, project: Path = PROJECT) -> int:
    """Take the sample out; return 0, or 1 when there is a reason not to."""
    parser = argparse.ArgumentParser(prog="python -m artifact.minimal", description=__doc__)
    parser.add_argument("--force", action="store_true", help="also where git could not bring the sample back")
    given = parser.parse_args(arguments)
    try:
        if not given.force:
            check_kept_by_git(project)
        take_out(project)
    except MinimalError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    sys.stdout.write(
        "The app is service/app.py now; put yours there (docs/own-app.md).\n"
        "`make lock` leaves out the sample's packages.\n"
    )
    return 0


def check_kept_by_git(project: Path) -> None:
    """Refuse to delete what git could not bring back.

    Raises:
        MinimalError: The project is not in git, or something in it has changed since the last commit.
    """
    if not (project / FOLDER).is_dir():
        return  # the next step says that there is nothing to do
    kept = _git(project, "ls-files", "--error-unmatch", "service/app.py")
    if kept.returncode != 0:
        raise MinimalError(
            "the project is not in git, which could bring the sample back. First:\n\n"
            "    git init && git add --all && git commit -m 'As generated'\n\n"
            "or, to do without: make minimal FLAGS=--force"
        )
    changed = _git(project, "status", "--porcelain", "--", ".").stdout.rstrip()
    if changed:
        raise MinimalError(f"commit what has changed, so that git could bring it back:\n{changed}")


def _git(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    git = shutil.which("git")
    if git is None:
        raise MinimalError("there is no git here. To do without: make minimal FLAGS=--force")
    return subprocess.run((git, *arguments), cwd=project, capture_output=True, text=True, check=False)


def take_out(project: Path) -> None:
    """Edit what stays, put the app of one file in place, and delete the rest of the sample.

    Raises:
        MinimalError: It is out already, or a file no longer has what would be edited.
    """
    overlay = project / FOLDER
    if not overlay.is_dir():
        raise MinimalError(f"there is no folder {FOLDER}/: the sample is out already")
    edited = edited_files(project)  # all of them, before anything is written
    for name, text in edited.items():
        (project / name).write_text(text, encoding="utf-8", newline="\n")
    for name in REMOVED:
        (project / name).unlink(missing_ok=True)
    shutil.copytree(overlay, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(overlay)


def edited_files(project: Path, edits: Sequence[Edit] = EDITS) -> Mapping[str, str]:
    """Return the new text of each file that stays with changes.

    Raises:
        MinimalError: A file no longer has what would be edited; the text lists all of them.
    """
    texts: dict[str, str] = {}
    reasons = []
    for edit in edits:
        path = project / edit.file
        try:
            before = texts[edit.file] if edit.file in texts else path.read_text(encoding="utf-8")
            texts[edit.file] = edit.applied(before)
        except FileNotFoundError:
            reasons.append(f"{edit.file} is not there")
        except EditError as error:
            reasons.append(f"{edit.file}: {error}")
    if reasons:
        raise MinimalError(
            "some files are not as they were generated, so the sample has to be taken out by hand there:\n"
            + "\n".join(f"- {reason}" for reason in reasons)
        )
    return texts


if __name__ == "__main__":
    sys.exit(main())
