import argparse
import shlex
from pathlib import Path

import pytest

from telemetry.lab.aws.arguments import EXAMPLES, parser
from telemetry.lab.aws.settings import Settings, settings_from
from telemetry.lab.usage import UsageError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def parsed(*arguments: str) -> argparse.Namespace:
    return parser().parse_args(["--stack", "twin", *arguments])


def settings(*arguments: str) -> Settings:
    return settings_from(parsed(*arguments))


def test_placements_are_dealt_inside_of_a_version() -> None:
    found = settings("--placement", "init", "first_invocation", "--memory", "512", "1024")
    assert [str(deal) for deal in found.deals] == [
        "512 MB, on-demand, init and first_invocation",
        "1024 MB, on-demand, init and first_invocation",
    ]


def test_under_snapstart_each_placement_has_a_version() -> None:
    both = ("on-demand", "snap-start")
    found = settings("--placement", "init", "first_invocation", "--memory", "512", "--init-type", *both)
    assert [str(deal) for deal in found.deals] == [
        "512 MB, on-demand, init and first_invocation",
        "512 MB, snap-start, init",
        "512 MB, snap-start, first_invocation",
    ]


def test_what_no_experiment_deals_has_versions_of_its_own() -> None:
    found = settings("--placement", "init", "every_invocation", "--memory", "512")
    assert [deal.placements for deal in found.deals] == [("init",), ("every_invocation",)]
    assert [deal.placements for deal in settings("--memory", "512").deals] == [("init",)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--memory", "512", "512"), "--memory 512 512: name each of them once"),
        (("--placement", "init", "init"), "name each of them once"),
        (("--budget", "0"), "--budget 0: a number of dollars"),
        (("--budget", "nan"), "a number of dollars"),
        (("--out", "/nowhere/records.jsonl"), "cannot write"),
    ],
)
def test_what_cannot_be_is_refused(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        settings(*arguments)


def test_examples_are_commands_that_a_twin_answers() -> None:
    """No ticket is in a twin's table but those that the run creates."""
    commands = EXAMPLES.replace("\\\n", " ").splitlines()
    (*examples,) = (shlex.split(one)[4:] for one in commands if "telemetry lab --stack" in one)
    assert len(examples) == 4
    for example in examples:
        given = parser().parse_args([one for one in example if one != "..."])
        assert set(given.event) <= {"events/create-ticket.json"}


def test_an_option_of_the_lab_here_is_not_taken_for_another_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--env", "3")
    assert "unrecognized arguments: --env 3" in capsys.readouterr().err


@pytest.mark.parametrize("size", ["127", "10241", "much", "-1"])
def test_a_size_that_lambda_lacks_is_refused(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--memory", size)
    assert "a size that Lambda has, 128 to 10240 MB" in capsys.readouterr().err
