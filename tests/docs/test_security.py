"""What SECURITY.md says of rights and versions is so."""

import re
from pathlib import Path

from adapter.facts import VERSION
from tests.docs.documents import DOCS

SECURITY = (Path(__file__).parents[2] / "SECURITY.md").read_text(encoding="utf-8")


def test_role_may_do_what_is_listed_and_no_more() -> None:
    rows = [line for line in SECURITY.splitlines() if line.startswith("| `")]
    listed = [re.findall(r"`(\w+:\w+)`", row.split("|")[1]) for row in rows]
    template = (DOCS.parent / "template.yaml").read_text(encoding="utf-8")
    granted = [actions.split(", ") for actions in re.findall(r"Action: \[(.+)\]", template)]
    assert listed == granted


def test_newest_release_is_supported() -> None:
    newest, _, _ = VERSION.rpartition(".")
    assert f"The newest release gets fixes: {newest} at present." in SECURITY
