"""A project of the first version of the template, as a team has made it its own since.

`team.patch` is what the team changed and added: its app in `service/` with the tests of it, arguments of the
handler, a queue, a parameter and a variable in template.yaml, a target in the Makefile, a dependency with its
locks, words in the README, and one constant in `adapter/`.
"""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BEFORE: Final = "625b54e655e06b7281f57a08b020aa4957c49005"
"""The commit of the template of which the project was made: version 0.1.0."""

ANSWERS: Final = {
    "project_name": "Help Desk",
    "project_slug": "help-desk",
    "description": "Where customers ask, and who answers",
    "author": 'Desk "team"',
    "aws_region": "eu-central-1",
    "memory_mb": "512",
    "architecture": "x86_64",
}
PATCH: Final = Path(__file__).with_name("team.patch")
REMOVED: Final = (
    "events/export-ticket.json",
    "service/language.py",
    "service/tickets.py",
    "service/workbook.py",
    "tests/dynamodb_server.py",
    "tests/test_language.py",
    "tests/test_lifespan.py",
    "tests/test_ticket_store.py",
    "tests/test_tickets.py",
    "tests/test_workbook.py",
)
"""Files of the sample that the team had no use for."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project in a git repository of its own."""

    folder: Path
    env: Mapping[str, str]

    def run(self, *command: str) -> str:
        """Run a command in the project and return what it printed on stdout; it must succeed."""
        done = subprocess.run(
            command, cwd=self.folder, env=dict(self.env), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def git(self, *arguments: str) -> str:
        """Run git in the project."""
        return self.run("git", *arguments)

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", f"--message={message}")

    def copy(self, folder: Path) -> "Project":
        """Copy the project, its history too."""
        return Project(Path(shutil.copytree(self.folder, folder / self.folder.name)), self.env)

    def change(self) -> None:
        """Do what the team did."""
        for name in REMOVED:
            (self.folder / name).unlink()
        self.git("apply", str(PATCH))

    def text(self, name: str) -> str:
        """The content of one file."""
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Replace the content of one file."""
        (self.folder / name).write_text(text, encoding="utf-8")

    def unmerged(self) -> set[str]:
        """The files in which git has left a conflict."""
        return set(self.git("diff", "--name-only", "--diff-filter=U").split())
