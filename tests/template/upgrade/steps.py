"""What docs/upgrade.md tells to do by hand, done to the team's project."""

import re
from typing import Final

from tests.docs.documents import code
from tests.template.upgrade.team import Project

CONFLICTS: Final = {".github/CODEOWNERS": 1, "Makefile": 2, "README.md": 3, "service/handler.py": 1}
"""The files in which git leaves conflicts, and how many."""

_PHONY: Final = re.compile(r"^<{7} ours\n.*?^={7}\n(\.PHONY: .*?)\n>{7} theirs\n", re.MULTILINE | re.DOTALL)

_RUN: Final = re.compile(
    r"^<{7} ours\n(.*?)^={7}\n(?:(?!>{7}).*?)^SEED \?= \d+\n(.*?)^>{7} theirs\n", re.MULTILINE | re.DOTALL
)


def follow(project: Project) -> None:
    """Resolve each conflict as the table says, and do what comes after it."""
    project.git("checkout", "--ours", "service/handler.py", ".github/CODEOWNERS", "README.md")
    makefile = _PHONY.sub(r"\1 desk\n", project.text("Makefile"))
    project.write("Makefile", _RUN.sub(r"\1\2", makefile))
    plot_own_metric(project)


def plot_own_metric(project: Project) -> None:
    """Have the sample's widget show what the team counts."""
    template = project.text("template.yaml")
    template = template.replace('"TicketsCreated"', '"TicketsOpened"')
    project.write("template.yaml", template.replace('"Tickets created"', '"Tickets opened"'))


def write_new_handler(project: Project) -> None:
    """Write the handler in its new form, as the document shows it."""
    (handler,) = code("upgrade", "python")
    project.write("service/handler.py", handler)
