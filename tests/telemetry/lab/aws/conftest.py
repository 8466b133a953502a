import itertools
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from telemetry.lab.aws.__main__ import main
from tests.lambda_api.functions import Account
from tests.lambda_api.loopback import change, lambda_api
from tests.lambda_api.options import Options
from tests.telemetry.lab.aws.twins import Twin, make_twin
from tests.template.loopback_aws import CREDENTIALS

NUMBERS = itertools.count(1)
DELAYS = {"update": 0.05, "publish": 0.05, "snapshot": 0.1, "provisioning": 0.1, "log": 0.1}
Lab = Callable[..., int]


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    options = Options(update=0.05, publish=0.05, snapshot=0.1, provisioning=0.1, log_delay=0.1)
    with lambda_api(options) as endpoint:
        yield Account(endpoint)


@pytest.fixture
def at_loopback(account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Account]:
    """Whatever is called goes to the double, and records go to an empty folder."""
    for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": account.endpoint}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.chdir(tmp_path)
    yield account
    change(account.endpoint, faults=[], delays=DELAYS)


@pytest.fixture
def twin(at_loopback: Account) -> Iterator[Twin]:
    made = make_twin(at_loopback, f"twin-{next(NUMBERS)}")
    yield made
    change(at_loopback.endpoint, faults=[], delays=DELAYS)
    at_loopback.delete(made.name)


@pytest.fixture
def heard_sigint() -> Iterator[None]:
    """A shell has SIGINT ignored in what it starts in the background, and the lab leaves it so."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def lab(twin: Twin, heard_sigint: None) -> Lab:
    """Runs the lab on the twin: two environments with two requests each, unless it is told otherwise."""

    def run(*arguments: Any) -> int:
        few = ("--environments", "2", "--invocations", "2", "--parallel", "2", "--yes")
        return main(["--stack", twin.name, *few, *map(str, arguments)])

    return run
