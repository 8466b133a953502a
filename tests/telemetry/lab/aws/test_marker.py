import pytest

from telemetry.lab.aws.marker import Marker, is_ours

BEGUN = Marker("0a1b2c3d", "2026-11-26T13:33:00Z")
KEPT = Marker("0a1b2c3d", "2026-11-26T13:33:00Z", "7", made=True)


@pytest.mark.parametrize("marker", [BEGUN, KEPT, Marker("0a1b2c3d", "2026-11-26T13:33:00Z", "12")])
def test_what_is_written_is_read_again(marker: Marker) -> None:
    assert Marker.parse(str(marker)) == marker
    assert Marker.parse(f"{marker} 3") == marker  # as in the variable, before a block's number


@pytest.mark.parametrize("text", ["", "on", "0a1b2c3d", "0a1b2c3d yesterday", "x 2026-11-26T13:33:00Z"])
def test_what_somebody_else_wrote_is_no_marker(text: str) -> None:
    assert Marker.parse(text) is None


def test_a_value_is_one_that_a_tag_may_have() -> None:
    assert all(character.isalnum() or character in " _.:/=+-@" for character in str(KEPT))


def test_versions_of_runs_are_known_by_their_description() -> None:
    assert is_ours(KEPT.description)
    assert not is_ours("Release lifespan-lab-run")
