"""Which configuration to take, in words: what was found, what was left out, and what is missing."""

import numpy as np
import pytest

from telemetry.report.show.configurations import asked
from telemetry.report.show.verdict import verdict_of
from tests.telemetry.report.estimate.configurations.planted import Part, Planted, drawn

SHORT, FEW = drawn(31, 40, 60, 10.0), drawn(32, 30, 8, 10.0)


def said(*parts: Part, **wished: object) -> str:
    return asked(Planted(parts).configurations(**{"cold_share": 0.0, **wished}))


def test_best_is_taken() -> None:
    assert said(Part(512, 2.0 * SHORT), Part(1024, 1.7 * SHORT), prefer="cost") == (
        "Which configuration (--prefer cost): take 512 MB, init: it has the lowest bill, whatever the "
        "intervals leave open."
    )


def test_equal_ones_leave_it_to_the_other_respect() -> None:
    long = np.round(np.random.default_rng(6).normal(2000.0, 20.0, (60, 40)), 3)
    assert said(Part(512, long), Part(1024, np.round(long / 2, 3)), prefer="cost") == (
        "Which configuration (--prefer cost): no difference that matters to the lowest bill: take 1024 MB, "
        "init, which has the lower p99, or 512 MB, init."
    )


def test_what_cannot_be_told_apart_is_not_decided() -> None:
    text = said(
        Part(512, SHORT), Part(512, SHORT, placement="first_invocation"), Part(3008, SHORT), prefer="p99"
    )
    assert "not decided: " in text
    assert "cannot be told from it" in text


def test_too_few_requests_for_p99_say_how_many_it_takes_and_what_the_bill_says() -> None:
    text = said(Part(512, 2 * FEW), Part(1024, 2 * FEW))
    assert text.startswith(
        "Which configuration (--prefer balanced): cannot tell yet, as p99 takes more than "
    )
    assert " requests of each configuration. By cost alone: take 512 MB, init: " in text


def test_left_out_ones_are_named_with_their_reason() -> None:
    text = said(
        Part(512, SHORT),
        Part(1024, SHORT, failed=True),
        Part(1769, SHORT[:4]),
        Part(2048, SHORT),
        prefer="cost",
    )
    assert text.endswith("; left out: 1024 MB, init (requests failed); 1769 MB, init (too few environments).")


@pytest.mark.parametrize("where", ["lambda", "loopback", "lab"])
def test_brief_begins_with_it(where: str) -> None:
    found = verdict_of(Planted((Part(512, SHORT), Part(1024, SHORT)), where=where).results(prefer="cost"))
    assert found.brief[0].startswith("Which configuration (--prefer cost): ")
