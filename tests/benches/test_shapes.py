"""The ordinary shapes: everybody gives the same answers, and their figures are judged and told."""

import asyncio
import importlib
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cases import CASES, SHAPE_CASES
from cases.shapes import SHAPES
from harness.answers import Answer, WrongAnswerError, check
from harness.applications import USED
from harness.case import ASGIApp, Case, Contender, Expected, Request, Row
from harness.contenders import BENCHES, interpreter
from harness.driver import answer
from harness.goals import judge_shapes
from harness.plot import plot_shapes
from harness.report import shapes_table
from harness.rounds import RowFigures

import ferroapi

PACKAGE = str(Path(ferroapi.__file__).parents[1])
for name in USED:
    importlib.import_module(f"ferroapi.{name}")
ROWS = {row.name: (case, row) for case in SHAPES for row in case.rows}


def answered(app: ASGIApp, row: Row) -> Answer:
    return Answer.of(asyncio.run(answer(app, row.request)))


@pytest.mark.parametrize(("case", "row"), ROWS.values(), ids=ROWS)
def test_ferroapi_and_the_floor_answer_equally(case: Case, row: Row) -> None:
    for app in (case.app(ferroapi), case.floor()):
        check(row, answered(app, row))


@pytest.mark.parametrize(("case", "row"), ROWS.values(), ids=ROWS)
def test_the_floor_does_not_answer_whatever_it_is_asked(case: Case, row: Row) -> None:
    """It looks at the method and the path, and at what it is sent."""
    request = row.request
    others = [Request("/", request.query, request.method, request.headers[3:], request.body)]
    others.append(Request(request.path, request.query, "PUT", request.headers[3:], request.body))
    for other in others:
        with pytest.raises((AssertionError, WrongAnswerError, KeyError)):
            check(row, answered(case.floor(), Row(row.name, row.title, other, row.expected)))


@pytest.mark.skipif(
    not interpreter("fastapi").exists(), reason="FastAPI is not installed: make bench installs it"
)
def test_fastapi_answers_equally() -> None:
    command = [sys.executable, str(BENCHES / "run.py"), "--quick", "--no-peers"]
    command += ["--case", "shapes", "--package", PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    for _, row in ROWS.values():
        assert f"\n{row.title} " in done.stdout


def test_names_and_titles_are_of_one_row() -> None:
    """Workers of a quick run keep all rows by their names."""
    cases = [case for together in (*CASES.values(), *SHAPE_CASES.values()) for case in together]
    rows = [row for case in {id(case): case for case in cases}.values() for row in case.rows]
    for key in ("name", "title"):
        counts = Counter(getattr(row, key) for row in rows)
        assert [value for value, count in counts.items() if count > 1] == []


def figures(title: str, fastapi: float, ferroapi: float, floor: float) -> RowFigures:
    """A shape that takes so many microseconds in each of three rounds."""
    times: dict[Contender, float] = {"fastapi": fastapi, "ferroapi": ferroapi, "floor": floor}
    return RowFigures(
        Row(title, title, Request("/"), Expected(None)),
        rounds={contender: [value * 1e-6] * 3 for contender, value in times.items()},
    )


FAST = figures("fast", 160, 8, 4)  # 20 times as fast, twice the floor
SLOW = figures("slow", 120, 40, 20)  # 3 times as fast
NEAR = figures("near", 100, 50, 45)  # twice as fast, and near the floor


@pytest.mark.parametrize(
    ("rows", "mean", "lowest"),
    [
        ([FAST], (20, True), ("fast", 4, 20, True)),
        ([FAST, SLOW], (60**0.5, False), ("slow", 4, 3, False)),
        ([FAST, NEAR], (40**0.5, False), ("near", 1.25, 50 / 45, True)),
        ([FAST, SLOW, NEAR], (120 ** (1 / 3), False), ("slow", 4, 3, False)),
    ],
    ids=["fast", "slow", "near the floor", "all"],
)
def test_the_mean_and_the_lowest_are_judged(
    rows: list[RowFigures], mean: tuple[float, bool], lowest: tuple[str, float, float, bool]
) -> None:
    of_all, of_one = judge_shapes(rows)
    assert (of_all.limit, of_all.measured, of_all.reached) == (10, pytest.approx(mean[0]), mean[1])
    assert (of_one.title, of_one.limit) == lowest[:2]
    assert (of_one.measured, of_one.reached) == (pytest.approx(lowest[2]), lowest[3])


def test_nothing_is_judged_that_was_not_measured() -> None:
    assert judge_shapes([]) == []


def test_the_table_marks_what_does_not_hold() -> None:
    table = shapes_table([FAST, SLOW, NEAR])
    lines = {line.split()[0]: line.split()[1:] for line in table.splitlines() if line}
    assert lines["fast"] == ["160.0", "8.0", "4.0", "20.0x", "2.00x"]
    assert lines["slow"] == ["120.0", "40.0", "20.0", "3.00x", "2.00x", "*"]
    assert lines["near"] == ["100.0", "50.0", "45.0", "2.00x", "1.11x"]
    assert "Geometric mean of 3: 4.93 times as fast as FastAPI. Lowest: 2.00, near." in table


def test_the_picture_has_a_bar_of_each_shape_from_the_fastest_on() -> None:
    picture = ElementTree.fromstring(plot_shapes([SLOW, FAST, NEAR]))
    svg = "{http://www.w3.org/2000/svg}"
    bars = picture.findall(f"{svg}rect[@class='bar']")
    assert [bar.findtext(f"{svg}title") for bar in bars] == ["fast: 20", "slow: 3", "near: 2"]
    widths = [float(bar.attrib["width"]) for bar in bars]
    assert widths == pytest.approx([widths[0], widths[0] * 3 / 20, widths[0] / 10], abs=0.1)
