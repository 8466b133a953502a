"""The dashboard shows by example how to plot a metric of one's own; a project may take the example out."""

import re

from tests.stack.conftest import TEMPLATE

COUNT = re.compile(r'\bcount\("(\w+)"')


def test_metric_of_the_sample_is_plotted() -> None:
    code = [path.read_text(encoding="utf-8") for path in sorted((TEMPLATE.parent / "service").glob("*.py"))]
    (counted,) = [name for text in code for name in COUNT.findall(text)]
    lines = [line.strip() for line in TEMPLATE.read_text(encoding="utf-8").splitlines()]
    (graph,) = [line for line in lines if line.startswith('{"type": "metric"') and f'"{counted}"' in line]
    assert '"title": "Tickets created"' in graph
