"""Axes of the picture: where values go, and where an axis is broken."""

import pytest

from telemetry.report.choose.show.axis import axis_of

NEAR = [(1.9, 2.0), (2.1, 2.3), (2.4, 2.5)]


def test_one_far_option_leaves_room_for_the_others() -> None:
    axis = axis_of([*NEAR, (90.0, 110.0)])
    places = [axis.place(value) for value in (1.9, 2.1, 2.5, 90.0, 110.0)]
    assert places == sorted(places)
    assert places[2] - places[0] > 0.35
    assert axis.words() == "logarithmic, without 2.55 to 88.7"
    assert len(axis.breaks) == 1


def test_a_far_option_of_a_wide_interval_takes_no_room_from_the_others() -> None:
    """As a lab's ratio of few environments has it."""
    axis = axis_of([(1190, 2100), (1520, 1700), (1260, 1350), (32_800, 79_200)])
    assert axis.place(2100) - axis.place(1190) > 0.6
    assert 0.8 < axis.place(32_800) < axis.place(79_200) < 1


def test_what_is_left_out_may_be_below_and_above() -> None:
    axis = axis_of([(0.01, 0.01), *NEAR, (400.0, 400.0)])
    assert len(axis.breaks) == 2
    assert axis.place(2.5) - axis.place(1.9) > 0.2
    assert axis.place(0.01) == pytest.approx(axis.stretches[0].end / 2)


@pytest.mark.parametrize(
    "spans",
    [
        NEAR,
        [(1.0, 1.0), (10.0, 10.0), (100.0, 100.0)],
        [(0.3, 0.6), (11.1, 11.3), (18.0, 19.0), (22.0, 23.0)],
        [(1.0, 1.0), (1.0, 1.0)],
        [(5.0, 5.0), (5.0, 5.0), (80.0, 80.0)],
    ],
)
def test_no_axis_is_broken_without_need(spans: list[tuple[float, float]]) -> None:
    axis = axis_of(spans)
    assert axis.words() == "logarithmic"
    low, high = min(low for low, _ in spans), max(high for _, high in spans)
    assert 0 < axis.place(low) <= axis.place(high) < 1


@pytest.mark.parametrize(
    ("span", "labels"),
    [
        ((0.3, 30.0), ["0.5", "1", "2", "5", "10", "20"]),
        ((1250.0, 1700.0), ["1,300", "1,400", "1,500", "1,600", "1,700"]),
        ((1e6, 2e7), ["1,000,000", "2,000,000", "5,000,000", "10,000,000", "20,000,000"]),
        ((399.123, 399.123), ["396", "398", "400", "402"]),
    ],
)
def test_labels_are_round_numbers(span: tuple[float, float], labels: list[str]) -> None:
    assert [tick.label for tick in axis_of([span]).ticks(6)] == labels


def test_every_stretch_has_a_label() -> None:
    axis = axis_of([*NEAR, (90.0, 110.0)])
    ticks = axis.ticks(6)
    for stretch in axis.stretches:
        assert any(stretch.begin <= tick.place <= stretch.end for tick in ticks)
