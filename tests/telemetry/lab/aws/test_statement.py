from dataclasses import replace
from pathlib import Path

import pytest

from telemetry.lab.aws.cost import forecast
from telemetry.lab.aws.settings import Settings
from telemetry.lab.aws.state import State
from telemetry.lab.aws.statement import agreed, check_budget, statement
from telemetry.lab.aws.twin import Twin
from telemetry.lab.usage import UsageError
from telemetry.prices import Prices, prices_of
from telemetry.report.aws.stack import Stack
from tests.docs.documents import DOCS

STATE = State(
    arn="arn:aws:lambda:us-east-1:123456789012:function:shop", version="$LATEST", revision_id="1", code="c",
    description="", handler="h", runtime="python3.13", architecture="x86_64", timeout_s=30, memory_mb=1024,
    snap_start=False, variables={"SECRET": "correct-horse"},
)  # fmt: skip
TWIN = Twin(Stack("shop-measure", "CREATE_COMPLETE", "shop", "group"), STATE, 10, "lambda")
SETTINGS = Settings(
    "shop-measure", Path("records.jsonl"), ("init", "first_invocation"), (512, 1024, 1769),
    ("on-demand", "snap-start"),
)  # fmt: skip
US = prices_of("us-east-1", "x86_64", None)


def said(settings: Settings = SETTINGS, twin: Twin = TWIN, prices: Prices | None = US) -> str:
    return "\n".join(statement(settings, twin, forecast(settings, twin, prices), prices))


def test_it_says_where_what_how_often_how_long_and_for_how_much() -> None:
    text = said()
    for part in (
        "account 123456789012 in us-east-1", "shop, of stack shop-measure", "init, first_invocation",
        "512 MB, 1024 MB, 1769 MB", "on-demand, snap-start", "2,880 requests to 72 versions, 5 at once",
        "at most", "minutes", "at worst", "executed for real", "put back",
    ):  # fmt: skip
        assert part in text, part
    assert "correct-horse" not in text + repr(TWIN)


def test_the_worst_case_is_reckoned_for_all_blocks() -> None:
    """Six deals on demand and under SnapStart; time-outs make nearly all of it."""
    found = forecast(SETTINGS, TWIN, US)
    gb = (512 + 1024 + 1769) / 1024
    on_demand = 32 * 5 * 8 * 40 * gb * 1.66667e-5
    snap_start = 2 * 14 * (5 * 8 * 40 * gb * 1.66667e-5 + 3 * 3600 * gb * 1.5046e-6)
    assert on_demand + snap_start < found.bill.dollars < 1.3 * (on_demand + snap_start)


def test_the_documents_show_what_it_says() -> None:
    """The page's own command, of which only the session's output cannot be made here."""
    settings = replace(SETTINGS, init_types=("on-demand",))
    original = replace(STATE, arn=STATE.arn.replace("us-east-1", "eu-west-1"))
    name = "support-tickets-measure"
    stack = Stack(name, "CREATE_COMPLETE", f"{name}-Function-W1S8", "group")
    text = said(settings, Twin(stack, original, 10, "loopback"), prices_of("eu-west-1", "x86_64", None))
    page = (DOCS / "measure-on-lambda.md").read_text(encoding="utf-8")
    assert text in page
    arm = prices_of("us-east-1", "arm64", None)
    worst = forecast(settings, replace(TWIN, original=replace(STATE, architecture="arm64")), arm)
    assert f"| **{worst.bill.dollars:.2f}** |" in page


def test_a_price_that_is_not_known_is_said() -> None:
    frankfurt = prices_of("eu-central-1", "x86_64", None)
    assert "their price is not known: SnapStart, logs" in said(prices=frankfurt)
    assert "--prices FILE" in said(prices=None)


def test_calls_are_those_of_the_environments_that_were_asked_for() -> None:
    """Fewer than could be called at once: nobody calls more."""
    one = replace(SETTINGS, placements=("init",), memory_mb=(512,), init_types=("on-demand",), environments=1)
    assert "calls       8 requests to 1 version, 5 at once; at most 32 to 4" in said(one)
    six = replace(one, environments=6)
    assert "calls       48 requests to 2 versions" in said(six)


def test_a_budget_that_is_too_small_for_any_block_is_refused_before_anything_is_changed() -> None:
    """Of on-demand blocks of 512 MB, 1 GB and 1769 MB and of such under SnapStart, the first costs least."""
    least = 40 * (40 * 0.5 * 1.66667e-5 + 2e-7 + 1e-5 * 0.5)
    found = forecast(SETTINGS, TWIN, US)
    assert found.least == pytest.approx(least)
    check_budget(replace(SETTINGS, budget=1.01 * least), found, US)
    with pytest.raises(UsageError, match="the cheapest could cost"):
        check_budget(replace(SETTINGS, budget=0.99 * least), found, US)


def test_a_budget_needs_prices() -> None:
    budget = replace(SETTINGS, budget=1.0)
    check_budget(budget, forecast(budget, TWIN, US), US)
    check_budget(SETTINGS, forecast(SETTINGS, TWIN, None), None)
    for prices in (None, prices_of("eu-central-1", "x86_64", None)):
        with pytest.raises(UsageError, match="--prices FILE"):
            check_budget(budget, forecast(budget, TWIN, prices), prices)


@pytest.mark.parametrize(
    ("typed", "goes_on"), [("y\n", True), ("Yes\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_only_yes_is_yes(typed: str, goes_on: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 # of a table
    (tmp_path / "typed").write_text(typed, encoding="utf-8")
    with (tmp_path / "typed").open(encoding="utf-8") as terminal:
        monkeypatch.setattr("sys.stdin", terminal)
        with pytest.raises(UsageError, match="add --yes"):
            agreed(SETTINGS)
        monkeypatch.setattr("telemetry.lab.aws.statement.is_terminal", lambda _: True)
        assert agreed(SETTINGS) is goes_on
    assert agreed(replace(SETTINGS, yes=True))
