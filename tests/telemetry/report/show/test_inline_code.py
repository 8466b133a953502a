from telemetry.report.show.inline_code import with_code
from telemetry.report.show.page import page
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import Run


def test_commands_are_elements_of_code_and_all_is_escaped() -> None:
    assert with_code("`a b` <i> `<b>`") == (
        '<code class="short">a b</code> &lt;i&gt; <code class="short">&lt;b&gt;</code>'
    )
    assert with_code(f"`{'-x ' * 20}` no`") == f"<code>{'-x ' * 20}</code> no`"


def test_page_shows_no_backticks() -> None:
    html = page(verdict_from(Run(arms={"init": 4, "every_invocation": 4}).lines()))
    assert "`" not in html
    assert '<code class="short">python -m telemetry choose</code>' in html
