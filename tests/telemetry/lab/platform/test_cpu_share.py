"""How many cores the control groups of a process leave it. What the kernel writes: cgroups(7), cgroup-v2."""

from pathlib import Path

import pytest

from telemetry.lab.platform.cpu_share import available_cores, cgroup_cores


def written(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(f"{text}\n", encoding="ascii")


def test_quotas_of_version_2_count_on_the_way_up(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("0::/ci/job\n", encoding="ascii")
    written(tmp_path / "groups", cpu__max="max 100000")
    written(tmp_path / "groups/ci", cpu__max="150000 100000")
    written(tmp_path / "groups/ci/job", cpu__max="200000 100000")
    assert list(cgroup_cores(own, tmp_path / "groups")) == [2.0, 1.5]


def test_quota_of_a_container_of_version_1(tmp_path: Path) -> None:
    """It sees its own group at the root of the tree, under another name than the host's."""
    own = tmp_path / "own"
    own.write_text("3:memory:/docker/a1\n4:cpu,cpuacct:/docker/a1\n", encoding="ascii")
    written(tmp_path / "groups/cpu", cpu__cfs_quota_us="50000", cpu__cfs_period_us="100000")
    assert list(cgroup_cores(own, tmp_path / "groups")) == [0.5]


@pytest.mark.parametrize("quota", ["max 100000", "", "-1 100000", "100000 0"])
def test_without_a_quota_all_cores_are_there(tmp_path: Path, quota: str) -> None:
    own = tmp_path / "own"
    own.write_text("0::/\n", encoding="ascii")
    written(tmp_path / "groups", cpu__max=quota)
    assert list(cgroup_cores(own, tmp_path / "groups")) == []
    assert list(cgroup_cores(tmp_path / "absent", tmp_path / "groups")) == []
    assert available_cores() > 0
