import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from telemetry.report.page import page
from tests.report.reported import verdict_from
from tests.report.simulation import Run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-component-update", "--disable-background-networking", "--enable-logging=stderr", "--v=0",
)  # fmt: skip
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
            ).startswith("data:")
            if loads or name.startswith("on"):
                self.found.append(f"{tag} {name}={value}")


def test_page_loads_and_runs_nothing(html: str) -> None:
    outward = Outward()
    outward.feed(html)
    assert outward.found == []
    assert not re.search(r"@import|url\((?!#)", html)


def test_sentence_is_the_heading(html: str) -> None:
    heading = re.search(r"<h1>(.*?)</h1>", html)
    assert heading
    assert heading[1].startswith("Keeping the lifespan saves ")


def test_charts_keep_text_and_colour(html: str) -> None:
    assert html.count("<svg") == 5
    assert ">exporter</text>" in html
    assert 'fill="currentColor"' in html


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
