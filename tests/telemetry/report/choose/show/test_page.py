"""The page of a choice, and its picture."""

import re
from html import unescape

from telemetry.report.choose.show.page import page
from tests.telemetry.report.choose.outcomes import choice_of, outcome

FAR = [
    outcome("init", 2.0, 399), outcome("provisioned 1", 12.0, 390), outcome("provisioned 2", 23.0, 380),
    outcome("every <invocation>", 2.6, 9100),
]  # fmt: skip


def test_the_picture_states_its_axes_with_what_is_left_out_and_is_described() -> None:
    text = page(choice_of(FAR))
    shown = unescape(text)
    assert re.search(r"\(logarithmic, without 2\.\d+ to 1[01][.\d]*\)", shown)
    assert re.search(r"\(logarithmic, without 4[01]\d to 8,\d{3}\)", shown)
    assert "a part without options is left out of the axis" in shown
    assert 'aria-label="Chart: Dollars against p99. init: 2 dollars, p99 399 ms; ' in text
    assert "every <invocation>: 2.6 dollars, p99 9,100 ms; " in shown
    assert "<invocation>" not in text
