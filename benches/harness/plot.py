"""The figures as a picture: plain SVG, readable on light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from harness import shapes
from harness.case import NAMES, Contender
from harness.goals import limit
from harness.imports import GOAL as IMPORT_GOAL
from harness.imports import Imports
from harness.results import Results
from harness.rounds import RowFigures
from harness.sockets import SocketFigures
from harness.startup import STAGES, StartUp

WIDTH = 760
LEFT = 270
RIGHT = 30
ROW = 22

COLOURS: dict[Contender, str] = {
    "fastapi": "#0f8a7e",
    "starlette": "#b7791f",
    "litestar": "#6f42c1",
    "blacksheep": "#0969da",
    "falcon": "#8c959f",
    "robyn": "#bf3989",
    "granian": "#6e7781",
    "ferroapi_granian": "#f0883e",
    "ferroapi": "#d1392b",
}
"""In the order in which they are drawn, ours above the others."""

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-size: 14px; font-weight: 600; }
.small { font-size: 11px; fill: #59636e; }
.grid { stroke: #d1d9e0; }
.unit { stroke: #6e7781; }
.goal { stroke: #1f2328; stroke-width: 2; }
.page { fill: #ffffff; }
.bar { fill: #d1392b; }
"""


@dataclass
class Picture:
    """SVG elements from top to bottom."""

    height: float = 16
    elements: list[str] = field(default_factory=list)

    def text(self, x: float, text: str, kind: str = "", anchor: str = "start") -> None:
        """A line of text at the present height."""
        self.elements.append(
            f'<text class="{kind}" x="{x:g}" y="{self.height:g}" text-anchor="{anchor}">'
            f"{escape(text)}</text>"
        )

    def line(self, x: float, top: float, bottom: float, kind: str) -> None:
        """A vertical line."""
        self.elements.append(
            f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{top:g}" y2="{bottom:g}"/>'
        )

    def dot(self, x: float, contender: Contender, tip: str) -> None:
        """A mark of a contender on the present row."""
        radius = 5 if contender == "ferroapi" else 4
        self.elements.append(
            f'<circle cx="{x:.1f}" cy="{self.height - 4:g}" r="{radius}" '
            f'fill="{COLOURS[contender]}"><title>{escape(tip)}</title></circle>'
        )

    def bar(self, x: float, width: float, height: float, tip: str) -> None:
        """A bar on the present row."""
        self.elements.append(
            f'<rect class="bar" x="{x:g}" y="{self.height - height:g}" width="{width:.1f}" '
            f'height="{height:g}"><title>{escape(tip)}</title></rect>'
        )

    def svg(self) -> str:
        """The file."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.height:g}" '
            f'viewBox="0 0 {WIDTH} {self.height:g}">\n<style>{STYLE}</style>\n'
            f'<rect class="page" width="100%" height="100%"/>\n'
            + "\n".join(self.elements)
            + "\n</svg>\n"
        )


@dataclass(frozen=True)
class Mark:
    """One row of a panel: figures by contender, and a goal."""

    title: str
    figures: dict[Contender, float]
    goal: float | None = None


@dataclass(frozen=True)
class Panel:
    """A set of rows on one axis; figures are multiples of what stands at 1."""

    title: str
    marks: list[Mark]
    ticks: tuple[float, ...]
    logarithmic: bool = False

    def x(self, value: float) -> float:
        """Where a figure is, kept inside the axis."""
        low, high = self.ticks[0], self.ticks[-1]
        value = min(max(value, low), high)
        if self.logarithmic:
            part = math.log(value / low) / math.log(high / low)
        else:
            part = (value - low) / (high - low)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def draw(self, picture: Picture) -> None:
        """Adds the panel below what is there."""
        picture.height += 26
        picture.text(12, self.title, "title")
        picture.height += 18
        for tick in self.ticks:
            picture.text(self.x(tick), f"{tick:,}", "small", "middle")
        top = picture.height + 5
        bottom = top + ROW * len(self.marks) + 4
        for tick in self.ticks:
            picture.line(self.x(tick), top, bottom, "unit" if tick == 1 else "grid")
        for mark in self.marks:
            picture.height += ROW
            picture.text(LEFT - 12, mark.title, "", "end")
            middle = picture.height - 4
            if mark.goal is not None:
                picture.line(self.x(mark.goal), middle - 8, middle + 8, "goal")
            for contender, figure in mark.figures.items():
                tip = f"{NAMES[contender]}: {figure:.3g}"
                picture.dot(self.x(figure), contender, tip)
        picture.height = bottom


def in_process_panel(rows: list[RowFigures]) -> Panel:
    """Times of the floor."""
    by_row = {figures.row.name: figures for figures in rows}
    marks = []
    for figures in rows:
        floor = figures.rounds["floor"]
        limits = [limit(goal, figures, by_row) for goal in figures.row.goals]
        lowest = min((most for most in limits if most is not None), default=None)
        marks.append(
            Mark(
                figures.row.title,
                {
                    contender: figures.ratio(contender, floor)
                    for contender in COLOURS
                    if contender in figures.rounds
                },
                None if lowest is None else lowest / figures.seconds("floor"),
            )
        )
    most = max(figure for mark in marks for figure in mark.figures.values())
    ticks = (0.5, 1, 2, 5, 10, 20, 50, 100, 1_000, 10_000, 100_000)
    count = next((n for n, tick in enumerate(ticks) if tick >= most), len(ticks) - 1)
    title = "In process: time of a request, as a multiple of the floor"
    return Panel(title, marks, ticks[: count + 1], logarithmic=True)


def socket_panel(rows: list[SocketFigures]) -> Panel:
    """Parts of the floor's rate."""
    marks = [
        Mark(
            figures.row.title,
            {
                contender: figures.part(contender)
                for contender in COLOURS
                if contender in figures.rounds
            },
            figures.goal,
        )
        for figures in rows
    ]
    title = "Over a socket: requests a second, as a part of the floor's on uvicorn"
    most = max([1.0, *(figure for mark in marks for figure in mark.figures.values())])
    return Panel(title, marks, (0, 0.25, 0.5, 0.75, *range(1, math.ceil(most) + 1)))


def startup_panel(figures: StartUp) -> Panel:
    """Parts of FastAPI's figures."""
    marks = []
    for name, stage in STAGES.items():
        theirs, ours = figures.figure(name, "fastapi"), figures.figure(name, "ferroapi")
        if theirs and ours is not None:
            parts: dict[Contender, float] = {"fastapi": 1.0, "ferroapi": ours / theirs}
            marks.append(Mark(stage.title, parts, stage.part))
    title = "Start-up with 1,000 routes, as a part of FastAPI's"
    most = max([1.0, *(mark.figures["ferroapi"] for mark in marks)])
    return Panel(title, marks, (0, 0.25, 0.5, 0.75, *range(1, math.ceil(most) + 1)))


def imports_panel(figures: Imports) -> Panel:
    """Parts of FastAPI's time."""
    parts = {
        contender: figures.ratio(contender, "fastapi")
        for contender in COLOURS
        if contender in figures.rounds
    }
    most = max([1.0, *parts.values()])
    ticks = (0, 0.25, 0.5, 0.75, *range(1, math.ceil(most) + 1))
    title = "Import, as a part of FastAPI's time"
    return Panel(title, [Mark("import", parts, IMPORT_GOAL)], ticks)


def plot(results: Results, title: str) -> str:
    """The picture of a run as an SVG file."""
    picture = Picture()
    picture.height = 24
    picture.text(12, title, "small")
    x = float(LEFT)
    for contender in reversed(COLOURS):
        picture.dot(x, contender, NAMES[contender])
        picture.text(x + 9, NAMES[contender])
        x += 24 + 7 * len(NAMES[contender])
        if x > WIDTH - 120:
            x, picture.height = float(LEFT), picture.height + 18
    picture.line(x, picture.height - 12, picture.height + 4, "goal")
    picture.text(x + 9, "goal")
    if results.rows:
        in_process_panel(results.rows).draw(picture)
    if results.sockets:
        socket_panel(results.sockets).draw(picture)
    if results.startup is not None:
        startup_panel(results.startup).draw(picture)
    if results.imports is not None:
        imports_panel(results.imports).draw(picture)
    picture.height += 12
    return picture.svg()


COLUMNS = 2
SHAPE_LEFT = 246
SHAPE_ROW = 15


def plot_shapes(rows: Sequence[RowFigures]) -> str:
    """The picture of the ordinary shapes: how many times as fast as FastAPI each is, as bars."""
    picture = Picture(height=22)
    speedups = sorted((shapes.speedup(figures), figures.row.title) for figures in rows)[::-1]
    picture.text(
        12,
        f"{len(rows)} ordinary endpoints: how many times as fast as FastAPI, in process. "
        f"Geometric mean: {shapes.mean_speedup(rows):.1f}",
        "title",
    )
    top, width = picture.height + 6, WIDTH / COLUMNS
    scale = (width - SHAPE_LEFT - 40) / max(speedups)[0]
    length = math.ceil(len(rows) / COLUMNS)
    for column in range(COLUMNS):
        picture.height, left = top, column * width + SHAPE_LEFT
        for speedup, title in speedups[column * length :][:length]:
            picture.height += SHAPE_ROW
            picture.text(left - 6, title, "small", "end")
            picture.bar(left, speedup * scale, 9, f"{title}: {speedup:.3g}")
            picture.text(left + speedup * scale + 4, f"{speedup:.1f}", "small")
        for goal in (1.0, shapes.LOWEST, shapes.MEAN):
            kind = "unit" if goal == 1 else "grid"
            picture.line(left + goal * scale, top + 4, top + SHAPE_ROW * length + 2, kind)
    picture.height = top + SHAPE_ROW * length + 18
    picture.text(
        12,
        f"lines: FastAPI's own time, and the goals of {shapes.LOWEST:g} times for each shape and "
        f"{shapes.MEAN:g} times for all",
        "small",
    )
    picture.height += 10
    return picture.svg()
