"""The page on a laptop and on a phone, light and dark: nothing runs over, and the first screen decides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.report.show.made import Made
from telemetry.report.show.page import page
from telemetry.report.show.verdict import verdict_of
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.show.devices import CHROMIUM, Screen, screen
from tests.telemetry.report.simulation import Run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium installed"),
]
KEPT = Path(__file__).parents[1] / "kept"
LAPTOP, PHONE = (1366, 768), (390, 844)
INTERIM = "init=45,first_invocation=45,every_invocation=10"
MADE = Made("2026-01-02T03:04:05+00:00", "0123abcd4567", "python -m telemetry.report records.jsonl --html a")
RUNS_OVER = """
[...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 0.5
    || (one.matches(".scroll, figure, header *") && one.clientWidth && one.scrollWidth > one.clientWidth + 1))
  .map(one => one.outerHTML.slice(0, 80))
"""
BOTTOM = "document.querySelector('.glance').getBoundingClientRect().bottom"


@pytest.fixture(scope="module")
def browser() -> Iterator[Screen]:
    with screen() as found:
        yield found


@pytest.fixture(scope="module", params=["demo", "experiment", "interim", "one arm"])
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = {
        "demo": lambda: Run(arms={"init": 25, "first_invocation": 25, "every_invocation": 25}).lines(),
        "experiment": lambda: (KEPT / "lambda.jsonl").read_text(encoding="utf-8").splitlines(),
        "interim": lambda: Run(
            arms={"init": 40, "first_invocation": 40, "every_invocation": 12},
            lab=False, experiment=INTERIM, planned=400, unequal=True,
        ).lines(),
        "one arm": lambda: Run(arms={"init": 25}, lab=False).lines(),
    }[request.param]()  # fmt: skip
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page(verdict_of(results_from(lines), MADE)), encoding="utf-8")
    return path


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_nothing_runs_over_and_the_first_screen_decides(
    size: tuple[int, int],
    dark: bool,  # noqa: FBT001
    shown: Path,
    browser: Screen,
) -> None:
    browser.show(shown, *size, dark=dark)
    assert browser.ask("matchMedia('(prefers-color-scheme: dark)').matches") is dark
    assert browser.ask("innerWidth") == size[0]
    assert browser.ask(RUNS_OVER) == []
    assert browser.ask(BOTTOM) <= size[1]


def test_check_would_find_what_runs_over(shown: Path, browser: Screen, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text(shown.read_text(encoding="utf-8").replace("<h1>", f"<h1>{'x' * 200}"), encoding="utf-8")
    browser.show(broken, *PHONE, dark=False)
    assert browser.ask(RUNS_OVER) != []
