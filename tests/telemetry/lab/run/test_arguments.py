import pytest

from adapter.placement import PLACEMENTS
from telemetry.lab.__main__ import main


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    text = capsys.readouterr().out
    for part in (
        *PLACEMENTS,
        "A local Lambda",
        "examples:",
        "--app shop.main:app",
        "--python ../shop/.venv/bin/python",
        "--without-records",
        "or 10 in\na row do not",
        "--arrivals poisson:1/s --for 10min",
        "not how many cold starts each",
        "exit codes:",
        "FILE.part",
        "suffix .log",
        "--invocations N[,P=N...]",
        "--precision P",
        "--at-once N",
    ):
        assert part in text
