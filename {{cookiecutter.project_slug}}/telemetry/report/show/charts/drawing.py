"""Charts as SVG for the page: text stays text and takes the page's own colour, light or dark."""

import re
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, assert_never

import altair as alt
import vl_convert

from adapter.placement import Placement

WIDTH: Final = 220
"""Of the plot without its labels: on a phone the whole chart then keeps its size."""
LARGEST: Final = 3 / 2
INK: Final = "currentColor"
FONT: Final = "sans-serif"
# The page sets these for light and dark; by itself a chart shows what is behind the comma, 3:1 against both.
TEAL: Final = "var(--teal, #2a8f84)"
AMBER: Final = "var(--amber, #b7791f)"
ROSE: Final = "var(--rose, #cf4a5c)"
BLUE: Final = "var(--blue, #3d83c4)"
VIOLET: Final = "var(--violet, #7a6fc0)"
SLATE: Final = "var(--slate, #66757f)"
FAINT: Final = "var(--faint, #8a949b)"
DASHES: Final = ([1, 0], [7, 3], [2, 2])
"""Of the lines of the arms, which are then told apart without colours too."""

Chart: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart | alt.VConcatChart
Values: TypeAlias = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart, and what it shows in words."""

    name: str
    title: str
    caption: str
    svg: str
    described: str
    """What it shows, for who does not see it: the numbers of a small chart."""
    numbers_in: str = ""
    """The name of the table that holds its numbers, if one does."""


def arm_colour(placement: Placement) -> str:
    """Give an arm its colour, the same in every chart."""
    match placement:
        case "init":
            return TEAL
        case "first_invocation":
            return AMBER
        case "every_invocation":
            return ROSE
        case _:
            assert_never(placement)


def svg(chart: Chart) -> str:
    """Render a chart; it follows the width of the page, up to half above its own size."""
    styled = (
        chart.configure(background="transparent", font=FONT, padding=2)
        .configure_axis(
            labelColor=INK, titleColor=INK, domainColor=INK, tickColor=INK, gridColor=INK, gridOpacity=0.15,
            labelFontSize=12, titleFontSize=12, titleFontWeight="normal", labelLimit=200,
        )
        .configure_legend(
            labelColor=INK, titleColor=INK, orient="top", title=None, labelFontSize=12, labelLimit=220,
            columns=2, columnPadding=14,
            symbolType="square",
            symbolStrokeWidth=0,
        )
        .configure_concat(spacing=14)
        .configure_text(color=INK, fontSize=12)
        .configure_view(stroke=None)
    )  # fmt: skip
    drawn: str = vl_convert.vegalite_to_svg(styled.to_dict())
    size = re.compile(r' width="([\d.]+)" height="[\d.]+"')
    return size.sub(lambda found: f' style="max-width:{float(found[1]) * LARGEST:.0f}px"', drawn, count=1)


def chart_of(values: Values) -> alt.Chart:
    """Start a chart on its data."""
    return alt.Chart(alt.InlineData(values)).properties(width=WIDTH)


def row(field: str, *, grid: bool = False) -> alt.Y:
    """Build the vertical axis: one row per value, in order of appearance; `|` breaks its label."""
    axis = alt.Axis(labelExpr="split(datum.label, '|')", grid=grid, ticks=False, domain=False, labelPadding=8)
    return alt.Y(f"{field}:N", sort=None, title=None, axis=axis)


def along(field: str, title: str) -> alt.X:
    """Build the horizontal axis, from zero."""
    axis = alt.Axis(tickCount=4, format="~f")
    return alt.X(f"{field}:Q", title=title, axis=axis, scale=alt.Scale(zero=True))


def colour(field: str, names: list[str], colours: list[str]) -> alt.Color:
    """Give each name its colour, with a legend."""
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=names, range=colours), sort=names)


def two_lines(name: str) -> str:
    """Break `stock Mangum (every_invocation)` before the bracket."""
    return name.replace(" (", "|(")
