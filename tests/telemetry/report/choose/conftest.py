"""Recorded traffic that several tests of the command read."""

from pathlib import Path

import pytest

from tests.telemetry.report.choose.fleet import QUIET, log


@pytest.fixture(scope="session")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("traffic") / "records.jsonl"
    path.write_text(log(8, shape=QUIET))
    return path
