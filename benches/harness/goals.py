"""Whether the goals are reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness import imports, shapes
from harness.case import NAMES, Contender, Goal, Over, Within
from harness.imports import Imports
from harness.latency import LatencyFigures
from harness.rounds import RowFigures
from harness.service import Service, ServiceRow
from harness.sockets import SocketFigures
from harness.startup import STAGES, StartUp

OURS: tuple[Contender, ...] = ("ferroapi", "ferroapi_granian")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal, and what was measured; `most`: that it limits from above, else from below."""

    title: str
    goal: str
    limit: float
    measured: float
    unit: str = "x"
    most: bool = True

    @property
    def reached(self) -> bool:
        """Whether it is."""
        return self.measured <= self.limit if self.most else self.measured >= self.limit


@dataclass(frozen=True, slots=True)
class Comparison:
    """ferroapi's time and a peer's, for one row."""

    title: str
    peer: str
    ratio: float
    """Of ferroapi's time to the peer's: below 1, ferroapi is ahead."""


def judge(goal: Goal, figures: RowFigures, by_row: Mapping[str, RowFigures]) -> Verdict | None:
    """The verdict on a goal of a row; `None` when what it is compared with was not measured."""
    title = figures.row.title
    if isinstance(goal, Within):
        for contender, rounds in figures.rounds.items():
            if contender == goal.against:
                ratio = figures.ratio("ferroapi", rounds)
                return Verdict(title, f"{goal.factor:.3g} x {goal.against}", goal.factor, ratio)
        other = by_row.get(goal.against)
        if other is None:
            return None
        ratio = figures.ratio("ferroapi", other.rounds["ferroapi"])
        return Verdict(title, f"{goal.factor:.3g} x {other.row.title}", goal.factor, ratio)
    other = by_row.get(goal.row)
    if other is None:
        return None
    over = figures.over("ferroapi", other)
    if isinstance(goal, Over):
        text = f"{goal.microseconds:g} us each over {other.row.title}"
        return Verdict(title, text, goal.microseconds, over * 1e6 / goal.parts, "us")
    text = f"over {other.row.title}: {goal.factor:g} x what floor takes"
    return Verdict(title, text, goal.factor, over / figures.over("floor", other))


def limit(goal: Goal, figures: RowFigures, by_row: Mapping[str, RowFigures]) -> float | None:
    """What ferroapi may take by a goal, in seconds."""
    if isinstance(goal, Within):
        for contender in figures.rounds:
            if contender == goal.against:
                return goal.factor * figures.seconds(contender)
        other = by_row.get(goal.against)
        return None if other is None else goal.factor * other.seconds("ferroapi")
    other = by_row.get(goal.row)
    if other is None:
        return None
    if isinstance(goal, Over):
        return other.seconds("ferroapi") + goal.parts * goal.microseconds / 1e6
    return other.seconds("ferroapi") + goal.factor * figures.over("floor", other)


def judge_rows(rows: Iterable[RowFigures]) -> list[Verdict]:
    """The verdicts on every row without a socket."""
    by_row = {figures.row.name: figures for figures in rows}
    verdicts = [
        judge(goal, figures, by_row) for figures in by_row.values() for goal in figures.row.goals
    ]
    return [verdict for verdict in verdicts if verdict is not None]


def judge_shapes(rows: Sequence[RowFigures]) -> list[Verdict]:
    """The verdicts on the ordinary shapes: on all together, and on the one that is furthest off."""
    if not rows:
        return []
    mean, lowest = shapes.mean_speedup(rows), shapes.lowest(rows)
    text = "at least {:g} x as fast as fastapi"
    title, of_all = f"{len(rows)} shapes, geometric mean", text.format(shapes.MEAN)
    verdict = Verdict(title, of_all, shapes.MEAN, mean, most=False)
    title, of_one = lowest.row.title, f"lowest shape: {text.format(shapes.LOWEST)}"
    if shapes.near_floor(lowest):
        of_one = f"lowest shape: {shapes.NEAR:g} x floor"
        return [verdict, Verdict(title, of_one, shapes.NEAR, shapes.over_floor(lowest))]
    speedup = shapes.speedup(lowest)
    return [verdict, Verdict(title, of_one, shapes.LOWEST, speedup, most=False)]


def judge_sockets(rows: Iterable[SocketFigures]) -> list[Verdict]:
    """The verdicts on every row over a socket."""
    return [
        Verdict(
            f"{figures.row.title}, socket",
            f"{figures.goal:g} of floor's requests a second",
            figures.goal,
            figures.part("ferroapi"),
            most=False,
        )
        for figures in rows
    ]


@dataclass(frozen=True, slots=True)
class Bound:
    """How often the processor time of `against` a setup may take at most, by row."""

    name: str
    against: str
    factors: Mapping[str, float]


def _every(factor: float) -> dict[str, float]:
    return {"root": factor, "item": factor, "order": factor}


BOUNDS = (
    Bound("ferroapi_own", "bolt", _every(1.0)),
    Bound("ferroapi_own", "limit", {"root": 2.0, "item": 2.5, "order": 2.8}),
    Bound("run", "limit", {"root": 2.3, "item": 2.8, "order": 3.2}),
    Bound("behind_own", "behind", _every(0.65)),
    Bound("fastapi_own", "fastapi", _every(0.85)),
    Bound("starlette_own", "starlette", _every(0.85)),
    Bound("ferroapi_own", "ferroapi", {"jsonl": 1.0, "sse": 1.0}),
)
RATE = 1.6
"""How often the requests a second of bare ASGI on uvicorn, ferroapi's on our protocol, at least."""


def judge_service(service: Service) -> list[Verdict]:
    """The verdicts on the small service, of the setups that were measured."""
    verdicts = [
        Verdict(
            f"{service.titles[bound.name]} ({figures.row.name})",
            f"{factor:g} x {service.titles[bound.against]}",
            factor,
            figures.ratio(bound.name, bound.against),
        )
        for bound in BOUNDS
        for figures in service.rows
        if figures.worked.keys() >= {bound.name, bound.against}
        and figures.row.name in bound.factors
        for factor in (bound.factors[figures.row.name],)
    ]
    verdicts += (
        Verdict(
            f"{service.titles['ferroapi_own']} ({figures.row.name})",
            f"{RATE:g} x the requests a second of {service.titles['bare']}",
            RATE,
            figures.rate("ferroapi_own", "bare"),
            most=False,
        )
        for figures in service.rows
        if figures.rates.keys() >= {"ferroapi_own", "bare"}
    )
    return verdicts


def judge_latency(rows: Iterable[LatencyFigures]) -> list[Verdict]:
    """The verdicts on slow streams."""
    return [
        Verdict(f"{figures.row.title}, {what}", "not later than fastapi's", 1.0, ratio)
        for figures in rows
        for what, ratio in zip(
            ("first byte", "each item"), figures.ratios("ferroapi", "fastapi"), strict=True
        )
    ]


def judge_startup(figures: StartUp) -> list[Verdict]:
    """The verdicts on start-up."""
    verdicts = []
    for name, stage in STAGES.items():
        ours, theirs = figures.figure(name, "ferroapi"), figures.figure(name, "fastapi")
        title = f"start-up: {stage.title}"
        if stage.part is not None and ours is not None and theirs is not None:
            text = f"{stage.part:.2f} of fastapi's"
            verdicts.append(Verdict(title, text, stage.part, ours / theirs))
        if stage.most is not None and ours is not None:
            text = f"{stage.most * 1e3:g} ms"
            verdicts.append(Verdict(title, text, stage.most * 1e3, ours * 1e3, "ms"))
    return verdicts


def judge_imports(figures: Imports) -> list[Verdict]:
    """The verdict on imports."""
    ratio = figures.ratio("ferroapi", "fastapi")
    text = f"{imports.GOAL:.2f} of fastapi's"
    return [Verdict("import ferroapi", text, imports.GOAL, ratio)]


def compare_rows(rows: Iterable[RowFigures]) -> list[Comparison]:
    """Everybody who is no floor, on every row without a socket."""
    return [
        Comparison(figures.row.title, NAMES[peer], figures.ratio("ferroapi", rounds))
        for figures in rows
        for peer, rounds in figures.rounds.items()
        if peer not in ("floor", *OURS)
    ]


def compare_sockets(rows: Iterable[SocketFigures]) -> list[Comparison]:
    """The same over a socket; who has a server of its own is compared with our best."""
    comparisons = []
    for figures in rows:
        rates = {contender: figures.part(contender) for contender in figures.rounds}
        for peer, rate in rates.items():
            if peer in ("floor", "granian", *OURS):
                continue
            ours = max(rates.get(own, 0.0) for own in (OURS if peer == "robyn" else OURS[:1]))
            comparisons.append(Comparison(f"{figures.row.title}, socket", NAMES[peer], rate / ours))
    return comparisons


RIVALS = ("starlette", "fastapi", "blacksheep", "bolt", "robyn")
"""Who does in the small service what ferroapi does, and is compared with it."""


def compare_service(service: Service) -> list[Comparison]:
    """ferroapi on its fastest server, and everybody with a framework, by processor time."""
    return [
        Comparison(
            f"{figures.row.title}, processor",
            service.titles[rival],
            min(figures.ratio(own, rival) for own in _own(figures)),
        )
        for figures in service.rows
        for rival in RIVALS
        if rival in figures.worked
    ]


def _own(figures: ServiceRow) -> list[str]:
    return [name for name in ("ferroapi", "ferroapi_own") if name in figures.worked]
