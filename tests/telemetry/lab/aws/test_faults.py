"""What goes wrong ends with a clear message, the records that there are, and the original restored."""

import errno
import io
import json
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from telemetry.lab.aws import refusals, sending, session
from telemetry.lab.aws.__main__ import main
from tests.lambda_api.loopback import change
from tests.telemetry.lab.aws.conftest import Lab
from tests.telemetry.lab.aws.twins import SECRET, Twin, event, of_kind, records

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STEPS = (
    "TagResource",
    "GetFunctionConfiguration",
    "PublishVersion",
    "UpdateFunctionConfiguration",
    "CreateAlias",
    "PutProvisionedConcurrencyConfig",
    "GetProvisionedConcurrencyConfig",
    "Invoke",
    "DeleteProvisionedConcurrencyConfig",
    "DeleteAlias",
    "DeleteFunction",
    "FilterLogEvents",
    "UntagResource",
)
"""Calls of a run with provisioned concurrency, which makes all that there are."""


@contextmanager
def at_call(operation: str, number: int, do: Callable[[], object]) -> Iterator[list[str]]:
    """Do something as a call of an operation is about to be made; yield the calls that are made."""
    made: list[str] = []
    lock = threading.Lock()

    def see(model: Any, **_: Any) -> None:
        with lock:  # several threads send
            made.append(model.name)
            is_it = made.count(operation) == number and model.name == operation
        if is_it:
            do()

    boto3.setup_default_session()
    events = boto3.DEFAULT_SESSION.events  # type: ignore[union-attr]  # it was just made
    events.register("before-call", see)
    yield made


def written(path: str) -> str:
    """Write an event to a file, and return the file's name."""
    Path("event.json").write_text(json.dumps(event(path)), encoding="utf-8")
    return "event.json"


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("step", STEPS)
def test_interrupted_at_a_step(twin: Twin, lab: Lab, step: str, number: int) -> None:
    before = twin.changeable()
    with at_call(step, number, lambda: signal.raise_signal(signal.SIGINT)) as made:
        code = lab("--init-type", "provisioned-concurrency", "--environments", 1, "--parallel", 1)
    happened = made.count(step) >= number
    assert code in ({130, 0} if happened else {0})
    assert twin.changeable() == before
    assert twin.is_clean()


def test_interrupted_with_requests_in_flight_keeps_their_records(
    twin: Twin, lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    with at_call("Invoke", 2, lambda: signal.raise_signal(signal.SIGINT)):
        assert lab("--environments", 4, "--invocations", 5) == 130
    assert "until none has been answered for 90 s, and then removes" in capsys.readouterr().err
    home = records(Path("records.jsonl"))
    assert list(of_kind(home, "invocation"))
    assert [one["complete"] for one in of_kind(home, "lab")] == [False, False]


class Closed(io.StringIO):
    """A terminal that is no more."""

    def write(self, _: str) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_closed_terminal_keeps_nothing_undone(
    twin: Twin, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = twin.changeable()
    with monkeypatch.context() as terminal:

        def close() -> None:
            terminal.setattr("sys.stderr", Closed())
            signal.raise_signal(signal.SIGINT)

        with at_call("Invoke", 2, close):
            assert lab("--memory", 512) == 130
    assert twin.changeable() == before
    assert twin.is_clean()


@pytest.mark.parametrize("kind", ["throttle", "error", "unavailable"])
def test_what_passes_is_waited_for(
    twin: Twin, lab: Lab, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(twin.account.endpoint, faults=[f"{kind}:*:every=5", f"{kind}:Invoke:every=2:times=3"])
    assert lab() == 0
    change(twin.account.endpoint, faults=[])
    assert "sent again" in capsys.readouterr().out
    assert twin.is_clean()


@pytest.mark.parametrize("operation", ["UpdateFunctionConfiguration", "PublishVersion", "DeleteFunction"])
def test_a_lost_answer_is_no_loss(twin: Twin, lab: Lab, operation: str) -> None:
    before = twin.changeable()
    change(twin.account.endpoint, faults=[f"lost:{operation}:every=2"])
    assert lab("--memory", 512) == 0
    change(twin.account.endpoint, faults=[])
    assert twin.changeable() == before
    assert twin.is_clean()


def test_requests_that_ran_without_an_answer_are_in_what_the_run_has_cost(
    twin: Twin, lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each counts as one that timed out, for 40 s, beside which the others are as good as nothing."""
    change(twin.account.endpoint, faults=["lost:Invoke:every=2:times=2"])
    assert lab() == 0
    change(twin.account.endpoint, faults=[])
    said = capsys.readouterr().out
    assert "2 requests may have been billed without an answer" in said
    (dollars,) = re.findall(r"have cost about \$(\d+\.\d+)", said)
    least = 2 * 40 * twin.configuration()["MemorySize"] / 1024 * 1.66667e-5
    assert 0.9 * least < float(dollars) < 3 * least  # rounded


def test_throttled_for_ever(
    twin: Twin, lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 1.0)
    change(twin.account.endpoint, faults=["throttle:Invoke"])
    assert lab() == 1
    assert "TooManyRequestsException" in capsys.readouterr().err
    assert twin.is_clean()


def test_expired_credentials_are_said_and_clean_puts_right_what_could_not_be(
    twin: Twin, lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    before = twin.changeable()
    with at_call("Invoke", 1, lambda: change(twin.account.endpoint, faults=["expired:*"])):
        assert lab("--memory", 512) == 1
    said = capsys.readouterr().err
    assert any(code in said for code in refusals.EXPIRED)
    assert f"--stack {twin.name} --clean" in said
    change(twin.account.endpoint, faults=[])
    assert twin.changeable() != before
    assert main(["--stack", twin.name, "--clean"]) == 0
    assert twin.changeable() == before
    assert twin.is_clean()


def test_credentials_that_are_renewed_in_time(
    twin: Twin, lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = twin.changeable()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr(session, "renew", lambda: change(twin.account.endpoint, faults=[]))
    with at_call("Invoke", 1, lambda: change(twin.account.endpoint, faults=["expired:*"])):
        assert lab("--memory", 512) == 1
    assert "credentials have expired" in capsys.readouterr().err
    assert twin.changeable() == before
    assert twin.is_clean()


def test_a_deleted_stack(twin: Twin, lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    def delete() -> None:
        twin.account.functions.delete_function(FunctionName=twin.name)

    with at_call("Invoke", 2, delete):
        assert lab() == 1
    said = capsys.readouterr().err
    assert "is gone, so there is nothing to restore" in said
    assert "Traceback" not in said


def test_somebody_else_changes_the_function(twin: Twin, lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """Their configuration stays: it is newer than the original one."""
    theirs = {"Variables": {"THEIRS": "1"}}

    def deploy() -> None:
        twin.account.functions.update_function_configuration(
            FunctionName=twin.name, Environment=theirs, MemorySize=256
        )

    with at_call("Invoke", 1, deploy):
        assert lab("--environments", 4) == 1
    said = capsys.readouterr().err
    assert "somebody else has changed" in said
    assert twin.changeable()[:2] == (256, theirs["Variables"])
    assert twin.is_clean()


def test_a_change_between_reading_and_writing_is_not_overwritten(twin: Twin, lab: Lab) -> None:
    """RevisionId: Lambda refuses the update that was made of what is no more."""

    def deploy() -> None:
        twin.account.functions.update_function_configuration(FunctionName=twin.name, MemorySize=256)
        twin.account.settled(twin.name)

    with at_call("UpdateFunctionConfiguration", 1, deploy):
        assert lab("--memory", 512) == 1
    assert twin.changeable()[0] == 256
    assert twin.is_clean()


@pytest.mark.parametrize(
    ("path", "failure"),
    [("/exits", "Runtime.ExitError"), ("/missing", "status 404"), ("/secret", "status 500")],
)
def test_a_function_that_fails_each_time(
    twin: Twin, lab: Lab, path: str, failure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = twin.changeable()
    assert lab("--event", written(path)) == 1
    said = "".join(capsys.readouterr())
    assert failure in said
    assert SECRET not in said + Path("records.jsonl").read_text(encoding="utf-8")
    assert twin.changeable() == before
    assert twin.is_clean()


def test_a_function_that_times_out(twin: Twin, lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    twin.account.update(twin.name, Timeout=2)
    few = ("--environments", 1, "--invocations", 1, "--parallel", 1)
    assert lab(*few, "--event", written("/sleeps")) == 1
    assert "timeout (1)" in capsys.readouterr().out
    reports = [line for line in records(Path("records.jsonl")) if line.get("type") == "platform.report"]
    assert [line["record"]["status"] for line in reports] == ["timeout"]
    assert twin.is_clean()


def test_a_function_that_prints_megabytes(twin: Twin, lab: Lab) -> None:
    """The end of the log holds nothing of the request's beginning; the log group has it."""
    assert lab("--event", written("/prints")) == 0
    home = records(Path("records.jsonl"))
    reported = [line for line in home if line.get("type") == "platform.report"]
    assert len(reported) == len(list(of_kind(home, "invocation")))
    assert Path("records.jsonl").stat().st_size < 100_000


def test_late_logs_are_waited_for(twin: Twin, lab: Lab) -> None:
    change(twin.account.endpoint, delays={"log": 3})
    assert lab("--event", written("/prints")) == 0
    home = records(Path("records.jsonl"))
    assert {f"{one['process']}-{one['ordinal']}" for one in of_kind(home, "startup")} == {
        one["startup_id"] for one in of_kind(home, "invocation")
    }
