"""`--clean`, after a run that was killed."""

import random
import time
from pathlib import Path

import pytest

from telemetry.lab.aws.__main__ import main
from tests.lambda_api.functions import until
from tests.telemetry.lab.aws.conftest import Lab
from tests.telemetry.lab.aws.twins import Twin, records, start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

KILLS = 10


def clean(twin: Twin) -> int:
    return main(["--stack", twin.name, "--clean"])


def test_nothing_is_left_of_a_run_that_was_killed_at_any_moment(twin: Twin, tmp_path: Path) -> None:
    """With all that a run makes: versions, an alias, provisioned concurrency, snapshots."""
    before, chance = twin.changeable(), random.Random(18)  # noqa: S311 # repeatable on purpose
    kinds = ("--init-type", "provisioned-concurrency", "snap-start", "--memory", "512", "1769")
    few = ("--environments", "2", "--invocations", "2", "--parallel", "2", "--yes")
    found_changed = 0
    for number in range(KILLS):
        lab = start(twin, tmp_path, *kinds, *few, "--seed", str(number))
        until(lambda: "lifespan-lab-run" in twin.tags())
        time.sleep(chance.uniform(0, 12))
        lab.kill()
        lab.communicate()
        found_changed += twin.changeable() != before
        assert clean(twin) == 0
        assert twin.changeable() == before
        assert twin.is_clean()
        assert all(records(path) for path in tmp_path.glob("*.part"))
    assert found_changed > 0, "the moments were no moments of a run"


def test_what_is_clean_stays_as_it_is(twin: Twin, lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    before = twin.changeable()
    assert lab() == 0
    capsys.readouterr()
    assert clean(twin) == 0
    assert "nothing of a run is left" in capsys.readouterr().err
    assert twin.changeable() == before


def test_versions_of_others_stay(twin: Twin) -> None:
    twin.account.publish(twin.name, Description="Release 1")
    twin.account.functions.create_alias(FunctionName=twin.name, Name="live", FunctionVersion="1")
    twin.account.update(twin.name, MemorySize=512)
    twin.account.publish(twin.name, Description="lifespan-lab-run 0a1b2c3d")
    assert clean(twin) == 0
    assert twin.versions() == {"1": "Release 1"}
    assert twin.aliases() == ["live"]


def test_a_run_without_its_tag_is_found_by_its_variable(twin: Twin) -> None:
    version = twin.account.publish(twin.name, Description="lifespan-lab-run 0a1b2c3d")
    before = twin.changeable()
    marker = f"0a1b2c3d 2026-11-26T13:33:00Z original={version} made 4"
    twin.account.update(
        twin.name, MemorySize=512, Environment={"Variables": {**before[1], "LIFESPAN_LAB_BLOCK": marker}}
    )
    assert clean(twin) == 0
    assert twin.changeable() == before
    assert twin.is_clean()


def test_an_original_that_is_lost_is_said(twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    marker = "0a1b2c3d 2026-11-26T13:33:00Z original=99 found"
    twin.account.update(twin.name, Environment={"Variables": {"LIFESPAN_LAB_BLOCK": f"{marker} 1"}})
    assert clean(twin) == 2
    assert "version 99, which holds the original configuration, is gone" in capsys.readouterr().err
