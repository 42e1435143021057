"""The table."""

from __future__ import annotations

from statistics import median

from harness.case import Row
from harness.rounds import RowFigures
from harness.sockets import GOAL, SocketFigures
from harness.startup import STAGES, STARTING, StartUp


def goal_ratio(figures: RowFigures, by_row: dict[str, RowFigures]) -> float | None:
    """What the goal of a row limits, as measured; `None` when its other row was not measured."""
    goal = figures.row.goal
    if goal is None:
        return None
    if goal.against in ("floor", "starlette", "fastapi"):
        return figures.ratio("ferroapi", figures.rounds[goal.against])  # type: ignore[index]  # one of these
    other = by_row.get(goal.against)
    return None if other is None else figures.ratio("ferroapi", other.rounds["ferroapi"])


def standing(row: Row, ratio: float | None) -> str:
    """Whether a goal is reached."""
    if row.goal is None or ratio is None:
        return ""
    return "reached" if ratio <= row.goal.factor else f"x {ratio / row.goal.factor:.2f} off"


def in_process_table(rows: list[RowFigures]) -> str:
    """The rows without a socket."""
    by_row = {figures.row.name: figures for figures in rows}
    lines = [
        "In process. us: microseconds a request, driver included. x: times the floor.",
        "net: the same with the driver's cost taken off both. cpu: the same in processor time,",
        "which a busy machine disturbs less. sends: messages of the body.",
        "",
        f"{'':41}{'floor us':>9}{'Starlette':>10}{'FastAPI':>9}{'ferroapi':>9}{'us':>9}{'net':>7}"
        f"{'cpu':>7}{'sends':>6}  goal",
    ]
    for figures in rows:
        floor = figures.rounds["floor"]
        goal = figures.row.goal
        ratio = goal_ratio(figures, by_row)
        shown = "" if ratio is None else f"{ratio:.3g}"
        lines.append(
            f"{figures.row.title:41}"
            f"{figures.seconds('floor') * 1e6:>9.1f}"
            f"{figures.ratio('starlette', floor):>9.2f}x"
            f"{figures.ratio('fastapi', floor):>8.1f}x"
            f"{figures.ratio('ferroapi', floor):>8.2f}x"
            f"{figures.seconds('ferroapi') * 1e6:>9.1f}"
            f"{figures.net_ratio('ferroapi'):>6.1f}x"
            f"{figures.worked_ratio('ferroapi'):>6.2f}x"
            f"{figures.sends['ferroapi']:>6}"
            + (f"  {goal!s}: {shown}, {standing(figures.row, ratio)}" if goal else "")
        )
    driver = median(median(figures.driver) for figures in rows)
    spread = median(figures.spread() for figures in rows)
    lines += [
        "",
        f"The driver alone (an application that does nothing): {driver * 1e6:.2f} us.",
        f"From the fastest to the slowest round: {spread:.0%} of the median, in the middle row.",
    ]
    return "\n".join(lines)


def socket_table(rows: list[SocketFigures]) -> str:
    """The rows over a socket."""
    lines = [
        "Over a socket: uvicorn, one worker, httptools and uvloop. Part of the floor's requests a",
        "second. cpu: ferroapi's by processor time of the server. client: part of the time that",
        "the client was busy at the floor; near 1, it and not the server is measured.",
        "",
        f"{'':41}{'floor/s':>9}{'Starlette':>10}{'FastAPI':>9}{'ferroapi':>9}{'cpu':>9}"
        f"{'client':>9}  goal",
    ]
    for figures in rows:
        part = figures.part("ferroapi")
        worked = figures.worked_part("ferroapi")
        reached = "reached" if part >= GOAL else "not reached"
        lines.append(
            f"{figures.row.title:41}"
            f"{figures.rate('floor'):>9,.0f}"
            f"{figures.part('starlette'):>10.2f}"
            f"{figures.part('fastapi'):>9.2f}"
            f"{part:>9.2f}"
            f"{'-' if worked is None else f'{worked:.2f}':>9}"
            f"{median(figures.busy['floor']):>9.2f}"
            f"  {GOAL:g}: {reached}"
        )
    return "\n".join(lines)


def startup_table(figures: StartUp) -> str:
    """The stages of start-up."""
    lines = [
        "Start-up, 1,000 typed routes in 20 routers, each in a fresh process.",
        "",
        f"{'':41}{'Starlette':>11}{'FastAPI':>11}{'ferroapi':>11}{'of FastAPI':>12}  goal",
    ]
    for stage, (title, goal) in STAGES.items():
        values = [figures.figure(stage, contender) for contender in STARTING]
        _, theirs, ours = values
        if theirs is None or ours is None:
            continue
        part = ours / theirs
        line = f"{title:41}" + "".join(f"{_quantity(stage, value):>11}" for value in values)
        line += f"{part:>12.2f}"
        if goal is not None:
            line += f"  {goal:.2f}: {'reached' if part <= goal else 'not reached'}"
        lines.append(line)
    return "\n".join(lines)


def _quantity(stage: str, value: float | None) -> str:
    if value is None:
        return "-"
    if stage.startswith("memory"):
        return f"{value / 2**20:.1f} MiB"
    return f"{value * 1e3:.1f} ms"
