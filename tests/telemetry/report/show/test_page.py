import html as markup
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from telemetry.report.show.made import Made
from telemetry.report.show.page import page, with_code
from telemetry.report.show.verdict import verdict_of
from tests.telemetry.report.reported import results_from, verdict_from
from tests.telemetry.report.simulation import Run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-component-update", "--disable-background-networking", "--enable-logging=stderr", "--v=0",
)  # fmt: skip
ARMS = {
    "lifespan kept": "init", "lazy singleton": "first_invocation", "stock Mangum": "every_invocation",
}  # fmt: skip
THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


@pytest.fixture(scope="module")
def html() -> str:
    return page(verdict_from(Run(arms=THREE_ARMS).lines()))


class Outward(HTMLParser):
    """Everything on a page that could load something or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "img", "image", "audio", "video"}:
            self.found.append(tag)
        for name, value in attrs:
            loads = name in {"src", "href", "xlink:href", "srcset", "action"} and not (
                value or ""
            ).startswith(("data:", "#"))
            if loads or name.startswith("on"):
                self.found.append(f"{tag} {name}={value}")


def test_page_loads_and_runs_nothing(html: str) -> None:
    outward = Outward()
    outward.feed(html)
    assert outward.found == []
    assert not re.search(r"@import|url\((?!#)", html)


def test_first_line_is_the_heading(html: str) -> None:
    heading = re.search(r"<h1>(.*?)</h1>", html)
    assert heading
    assert heading[1].startswith("Against stock Mangum: keeping the lifespan saves ")


def test_charts_keep_text_and_colour(html: str) -> None:
    assert html.count("<svg") == html.count("<figure ") == 7
    assert ">exporter</text>" in html
    assert 'fill="currentColor"' in html


def test_what_a_reader_decides_by_comes_first_then_charts_then_limits(html: str) -> None:
    first = ["<h1>", *(f'id="glance-{name}"' for name in ("split", "saved", "advised"))]
    tables = [f'id="table-{name}"' for name in ("time-split", "per-request", "advice", "percentiles")]
    parts = [*first, 'class="charts"', *tables, 'id="not-estimated"', 'id="notes"', 'id="method"']
    places = [html.index(part) for part in parts]
    assert places == sorted(places)


def test_page_says_when_from_which_commit_and_how_it_was_made() -> None:
    made = Made("2026-01-02T03:04:05+00:00", "0123abcd", "python -m telemetry.report <b>")
    shown = page(verdict_of(results_from(Run().lines()), made))
    assert "Made 2026-01-02 03:04:05 UTC, commit 0123abcd, by python -m telemetry.report &lt;b&gt;" in shown


def test_rule_of_the_check_is_whole(html: str) -> None:
    text = " ".join(html.split())
    assert "What that sum leaves unexplained is tested against 10 % of the difference" in text
    assert "for sure" not in text


def test_chart_points_to_its_own_table(html: str) -> None:
    labels = re.findall(r'role="img" aria-label="([^"]*)"', html)
    pointed = {
        found for label in labels for found in re.findall(r"in the table &#39;(.*?)&#39; below", label)
    }
    assert len(pointed) == 6
    assert all(f"<h2>{title}</h2>" in html for title in pointed)


def test_cells_carry_their_heading_for_narrow_pages(html: str) -> None:
    cells = re.findall(r"<td [^>]*>", html)
    assert len(cells) > 20
    assert all('data-label="' in cell for cell in cells)


def test_names_are_escaped_everywhere() -> None:
    lines = [line.replace('"model"', '"<b>model"') for line in Run(arms={"init": 25}).lines()]
    html = page(verdict_from(lines))
    assert "<b>model" not in html
    assert html.count("&lt;b&gt;model") > 2


def test_empty_verdict_has_a_page() -> None:
    lines = [line for line in Run(lab=False).lines() if '"record":"end"' in line]
    html = page(verdict_from(lines))
    assert "Cannot tell yet" in html
    assert "<svg" not in html


def test_sample_sizes_are_stated(html: str) -> None:
    text = " ".join(re.sub(r"<[^>]+>", "", html).split())
    assert "init: 300 requests in 25 environments (effective: 25.0)" in text
    assert "Equal to what the lab sent." in text


def browse(path: Path, profile: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM
    command = [CHROMIUM, *QUIET, f"--user-data-dir={profile}", *flags, path.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What the browser's console said, refused loads included."""
    return [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium installed")
def test_browser_shows_page_without_complaint(html: str, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(html)
    done = browse(path, tmp_path / "profile", "--dump-dom")
    assert said(done) == []
    assert "Equal to what the lab sent." in done.stdout


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium installed")
def test_browser_would_complain_of_a_load(html: str, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(html.replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>'))
    assert any(
        "Content Security Policy" in line for line in said(browse(path, tmp_path / "profile", "--dump-dom"))
    )


def test_stage_is_labelled() -> None:
    run = Run(arms=THREE_ARMS, experiment="init=1,first_invocation=1,every_invocation=1", lab=False)
    early, done = (" ".join(page(verdict_from(run.lines(), planned=size)).split()) for size in (60, 20))
    assert '<p class="stage interim">Interim look: 25 of 60 per arm</p>' in early
    assert "<h1>Interim look at 25 of 60 planned environments per arm, not the verdict yet.</h1>" in early
    assert '<p class="stage ">Planned size reached: 20 per arm</p>' in done


def test_every_scrolling_region_takes_the_keyboard(html: str) -> None:
    regions = re.findall(r'<div class="scroll"[^>]*>', html)
    assert len(regions) > 5
    assert all('tabindex="0"' in region and "aria-label=" in region for region in regions)


def test_rows_and_columns_have_headers(html: str) -> None:
    assert "></th>" not in html
    tables = html.split("<table ")[1:]
    assert all('scope="col"' in table and 'scope="row"' in table for table in tables)


AXE_RUN = """
axe.run({resultTypes: ["violations"]}).then(found => {
  const said = document.createElement("pre");
  said.id = "axe";
  said.textContent = JSON.stringify({
    passed: found.passes.length, dark: matchMedia("(prefers-color-scheme: dark)").matches,
    violations: found.violations.map(one => [one.impact, one.id, one.nodes.map(node => node.html)]),
  });
  document.body.append(said);
})
"""


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The accessibility checker axe-core, from npm."""
    npm = shutil.which("npm")
    if not npm or not CHROMIUM:
        pytest.skip("needs npm, for axe-core, and Chromium")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "--prefix", str(folder), "--no-save", "--ignore-scripts", "axe-core@4"]
    if subprocess.run(command, capture_output=True, check=False, timeout=120).returncode:
        pytest.skip("npm cannot install axe-core here")
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def checked(page_html: str, axe: str, folder: Path, *flags: str) -> dict[str, Any]:
    """Run axe inside the page, whose policy would forbid that."""
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page_html)
    path = folder / "checked.html"
    path.write_text(open_page.replace("</body>", f"<script>{axe}</script><script>{AXE_RUN}</script></body>"))
    done = browse(path, folder / "profile", "--dump-dom", "--virtual-time-budget=20000", *flags)
    said_in_page = re.search(r'<pre id="axe">(.*?)</pre>', done.stdout, re.DOTALL)
    assert said_in_page
    found: dict[str, Any] = json.loads(markup.unescape(said_in_page[1]))
    return found


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("flags", "dark"),
    [
        (["--window-size=1280,900"], False),
        (["--window-size=1280,900", "--blink-settings=preferredColorScheme=0"], True),
        (["--window-size=500,800"], False),
    ],
    ids=["desktop", "dark", "narrow"],
)
def test_accessibility_check_finds_nothing(
    flags: list[str],
    dark: bool,  # noqa: FBT001
    html: str,
    axe: str,
    tmp_path: Path,
) -> None:
    found = checked(html, axe, tmp_path, *flags)
    assert found["dark"] is dark
    assert found["passed"] > 10
    assert found["violations"] == []


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_accessibility_check_would_find_something(html: str, axe: str, tmp_path: Path) -> None:
    broken = html.replace("--ink: #1b2227", "--ink: #dddddd").replace('lang="en"', "")
    assert {one[1] for one in checked(broken, axe, tmp_path)["violations"]} >= {
        "color-contrast",
        "html-has-lang",
    }


def test_commands_are_elements_of_code_and_all_is_escaped() -> None:
    assert with_code("`a b` <i> `<b>`") == (
        '<code class="short">a b</code> &lt;i&gt; <code class="short">&lt;b&gt;</code>'
    )
    assert with_code(f"`{'-x ' * 20}` no`") == f"<code>{'-x ' * 20}</code> no`"


def test_page_shows_no_backticks() -> None:
    html = page(verdict_from(Run(arms={"init": 4, "every_invocation": 4}).lines()))
    assert "`" not in html
    assert '<code class="short">python -m telemetry choose</code>' in html


def test_dark_colours_are_for_screens_alone(html: str) -> None:
    assert re.findall(r"@media ([^{]*dark[^{]*) {", html) == ["screen and (prefers-color-scheme: dark)"]


def test_words_that_a_newcomer_does_not_know_are_explained_and_linked_at_the_top(html: str) -> None:
    head, _, rest = html.partition("</header>")
    assert '<a href="#words">Words</a>' in head
    words = rest[rest.index('<section id="words">') : rest.index('<section id="method">')]
    assert {"Environment", "INIT", "Startup", "Arm"} < set(re.findall("<dt>([^<]*)</dt>", words))
    for name, placement in ARMS.items():
        assert f"<em>{name}</em> (<code>{placement}</code>): startup " in words
