"""Whether goals are judged by what was measured."""

import pytest
from harness.case import Added, Contender, Expected, Goal, Over, Request, Row, Within
from harness.goals import Comparison, Verdict, compare_rows, judge, limit
from harness.report import goals_table
from harness.rounds import RowFigures


def figures(name: str, goals: tuple[Goal, ...] = (), **rounds: float) -> RowFigures:
    """A row that takes so many microseconds in each of three rounds."""
    row = Row(name, name.title(), Request("/"), Expected(None), goals)
    names: dict[str, Contender] = {"floor": "floor", "ferroapi": "ferroapi", "fastapi": "fastapi"}
    return RowFigures(
        row, rounds={names[name]: [value * 1e-6] * 3 for name, value in rounds.items()}
    )


PLAIN = figures("plain", floor=2, ferroapi=3, fastapi=100)
OTHER = figures("other", floor=4, ferroapi=6, fastapi=120)
BY_ROW = {"plain": PLAIN, "other": OTHER}

GOALS = {
    "times the floor": (Within("floor", 1.4), 1.5, False, 5.6),
    "part of FastAPI": (Within("fastapi", 1 / 10), 0.05, True, 12),
    "times another row": (Within("plain", 2), 2, True, 6),
    "over another row": (Over("plain", 0.5, 10), 0.3, True, 8),
    "what is added": (Added("plain", 1.1), 1.5, False, 5.2),
}


@pytest.mark.parametrize(("goal", "measured", "reached", "most"), GOALS.values(), ids=GOALS)
def test_goals(goal: Goal, measured: float, reached: bool, most: float) -> None:
    verdict = judge(goal, OTHER, BY_ROW)
    assert verdict is not None
    assert verdict.measured == pytest.approx(measured)
    assert verdict.reached is reached
    assert limit(goal, OTHER, BY_ROW) == pytest.approx(most * 1e-6)


@pytest.mark.parametrize("goal", [Within("absent", 2), Over("absent", 1, 1), Added("absent", 1)])
def test_what_was_not_measured_is_not_judged(goal: Goal) -> None:
    assert judge(goal, OTHER, BY_ROW) is None
    assert limit(goal, OTHER, BY_ROW) is None


def test_everybody_but_the_floor_is_compared() -> None:
    assert compare_rows([PLAIN]) == [Comparison("Plain", "FastAPI", pytest.approx(0.03))]


def test_the_table_names_what_is_missed() -> None:
    verdicts = [
        Verdict("a row", "2 x floor", 2, 1.5),
        Verdict("a slow row", "2 x floor", 2, 3),
        Verdict("a rate", "0.85", 0.85, 0.9, most=False),
        Verdict("a low rate", "0.85", 0.85, 0.68, most=False),
    ]
    table = goals_table(verdicts, [Comparison("a row", "FastAPI", 0.1), Comparison("b", "P", 2)])
    assert "2 of 4 goals reached" in table
    assert [line for line in table.splitlines() if "off" in line] == [
        line for line in table.splitlines() if line.startswith(("a slow row", "a low rate"))
    ]
    assert "x 1.50 off" in table
    assert "x 1.25 off" in table
    assert "* b: 2.00 times the time of P" in table
    assert "1 of 2 times" in table
