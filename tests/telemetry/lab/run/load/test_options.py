"""What the lab refuses of traffic, before anything runs."""

from pathlib import Path

import pytest

from telemetry.lab.events import GET_ROOT, EventSource
from telemetry.lab.run.arguments import parser
from telemetry.lab.run.load import traffic
from telemetry.lab.run.settings import Settings, settings_from
from telemetry.workload import PUBLISHED, Poisson, Pool
from tests.telemetry.lab.run.test_settings import refused

POISSON = ("--arrivals", "poisson:3/s")
SOURCES = (EventSource(GET_ROOT),)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--arrivals", "often"), "must be poisson:RATE/s"),
        (("--arrivals", "poisson:0/s"), "with a rate above 0"),
        (("--arrivals", "."), "must be poisson:RATE/s or a file"),
        ((*POISSON, "--pool", "warm=3"), "must be `published`, or some of idle"),
        ((*POISSON, "--pool", "idle=0s"), "idle must be like 630s"),
        ((*POISSON, "--pool", "proactive=0.2"), "the lab starts an environment when a request needs it"),
        ((*POISSON, "--for", "5"), "must be like 90s, 10min, 4h or 2d"),
        ((*POISSON, "--time-lapse", "0.5"), "must be a number, 1 or greater"),
        ((*POISSON, "--requests", "0"), "must be a whole number, 1 or greater"),
        ((*POISSON, "--environments", "3"), "arrivals and pool decide how many there are"),
        ((*POISSON, "--invocations", "3"), "arrivals decide how many events an environment gets"),
        ((*POISSON, "--quick"), "say how much by --requests or --for"),
        ((*POISSON, "--idle", "12"), "the pool decides how long an environment is idle"),
        ((*POISSON, "--memory", "512", "1024"), "run one size after the other"),
        ((*POISSON, "--init-type", "provisioned-concurrency"), "arrivals start environments on demand"),
        ((*POISSON, "--for", "1d"), "24 hours would take 24 hours here"),
        (("--pool", "idle=5s"), "--pool: is of use with --arrivals only"),
        (("--for", "5s"), "--for: is of use with --arrivals only"),
        (("--time-lapse", "5"), "--time-lapse: is of use with --arrivals only"),
    ],
)
def test_bad_usage(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], text: str
) -> None:
    assert text in refused(capsys, *arguments)
    assert not list(here.glob("records*"))


def given(*arguments: str) -> Settings:
    return settings_from(parser().parse_args(arguments))


@pytest.mark.usefixtures("here")
def test_options_are_read() -> None:
    load = given(*POISSON, "--pool", "idle=5s,age=1min", "--for", "2min", "--time-lapse", "4").load
    assert load is not None
    assert (load.arrivals, load.pool) == (Poisson(3.0), Pool(5.0, age=60.0))
    assert (load.length, load.time_lapse, load.requests, load.at_once) == (120, 4, None, None)


@pytest.mark.usefixtures("here")
def test_the_pool_is_as_published_unless_told() -> None:
    load = given(*POISSON).load
    assert load is not None
    assert load.pool == PUBLISHED


@pytest.mark.usefixtures("here")
def test_without_arrivals_there_is_no_load() -> None:
    assert given().load is None


@pytest.mark.parametrize(("memory", "fitting"), [(1024, 3), (512, 6), (1769, 1)])
def test_more_at_once_than_the_cores_can_give_their_share_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, memory: int, fitting: int
) -> None:
    monkeypatch.setattr(traffic, "available_cores", lambda: 2)
    said = refused(
        capsys, *POISSON, "--memory", str(memory), "--cpu", "lambda", "--at-once", str(fitting + 1)
    )
    assert f"this machine has 2, 0.25 of which the lab takes: {fitting} at once can have their share" in said
    assert not list(here.glob("records*"))


@pytest.mark.usefixtures("here")
def test_as_many_are_at_work_as_the_cores_can_give_their_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "available_cores", lambda: 2)
    made = traffic.traffic_of(given(*POISSON, "--cpu", "lambda"), SOURCES)
    assert made is not None
    assert (made.at_once, made.beside_init) == (3, 1)  # of 0.58 cores each, and one for who is in INIT
    full = traffic.traffic_of(given(*POISSON, "--cpu", "full", "--at-once", "20"), SOURCES)
    assert full is not None
    assert full.at_once == 20
