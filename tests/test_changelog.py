"""The changelog tells of the version that the code has."""

import re
from pathlib import Path

from adapter.facts import VERSION

CHANGELOG = (Path(__file__).parents[1] / "CHANGELOG.md").read_text(encoding="utf-8")
RELEASES = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", CHANGELOG, re.MULTILINE)
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
REPOSITORY = "https://github.com/ORG/cookiecutter-lambda-lifespan"


def test_newest_version_is_that_of_the_code() -> None:
    assert RELEASES[0] == VERSION


def test_newest_comes_first() -> None:
    numbers = [[int(part) for part in version.split(".")] for version in RELEASES]
    assert numbers == sorted(numbers, reverse=True)


def test_each_version_links_to_its_changes() -> None:
    links = dict(re.findall(r"^\[(\S+)\]: (\S+)$", CHANGELOG, re.MULTILINE))
    newer, older = ["HEAD", *(f"v{version}" for version in RELEASES)], [f"v{version}" for version in RELEASES]
    compared = [
        f"{REPOSITORY}/compare/{before}...{after}" for after, before in zip(newer, older, strict=False)
    ]
    assert links == dict(
        zip(["Unreleased", *RELEASES], [*compared, f"{REPOSITORY}/releases/tag/{older[-1]}"], strict=True)
    )


def test_headings_are_those_of_keep_a_changelog() -> None:
    assert CHANGELOG.count("\n## [") == 1 + len(RELEASES)
    assert "\n## [Unreleased]\n" in CHANGELOG
    assert set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)) <= KINDS
