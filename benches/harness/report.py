"""The tables."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from harness import shapes
from harness.case import CONTENDERS, NAMES, OTHER_SERVERS, Contender
from harness.goals import Comparison, Verdict
from harness.imports import Imports
from harness.latency import SLOW, LatencyFigures
from harness.rounds import RowFigures
from harness.service import Service, ServiceRow
from harness.sockets import SocketFigures
from harness.startup import STAGES, STARTING, StartUp

TITLE = 41
LONG = 45
SERVED = 34
"""Columns of titles: of rows, of goals, and of setups."""


def _present(
    rows: Sequence[RowFigures] | Sequence[SocketFigures], order: Sequence[Contender]
) -> list[Contender]:
    measured = {contender for figures in rows for contender in figures.rounds}
    return [contender for contender in order if contender in measured]


def in_process_table(rows: Sequence[RowFigures]) -> str:
    """The rows without a socket."""
    shown = _present(rows, CONTENDERS[1:])
    lines = [
        "In process, one request after the other. floor: microseconds a request, driver included.",
        "x: times the floor. net: ferroapi's with the driver's cost taken off both; cpu: the same",
        "as x in processor time, which a busy machine disturbs less. sends: messages of its body.",
        "",
        f"{'':{TITLE}}{'floor us':>9}"
        + "".join(f"{NAMES[contender]:>11}" for contender in shown)
        + f"{'net':>8}{'cpu':>7}{'sends':>6}",
    ]
    for figures in rows:
        floor = figures.rounds["floor"]
        lines.append(
            f"{figures.row.title:{TITLE}}{figures.seconds('floor') * 1e6:>9.1f}"
            + "".join(
                f"{_times(figures.ratio(contender, floor)):>11}"
                if contender in figures.rounds
                else f"{'-':>11}"
                for contender in shown
            )
            + f"{_times(figures.net_ratio('ferroapi')):>8}"
            f"{figures.worked_ratio('ferroapi'):>6.2f}x{figures.sends['ferroapi']:>6}"
        )
    driver = median(median(figures.driver) for figures in rows)
    spread = median(figures.spread() for figures in rows)
    lines += [
        "",
        f"The driver alone (an application that does nothing): {driver * 1e6:.2f} us.",
        f"From the fastest to the slowest round: {spread:.0%} of the median, in the middle row.",
    ]
    return "\n".join(lines)


def shapes_table(rows: Sequence[RowFigures]) -> str:
    """The ordinary shapes; `*` marks who does not hold."""
    order: tuple[Contender, ...] = ("fastapi", "ferroapi", "floor")
    lines = [
        "Ordinary shapes, in process, one request after the other: microseconds a request, driver",
        "included; how many times as fast as FastAPI; how often the time of the floor.",
        "",
        f"{'':{TITLE}}"
        + "".join(f"{NAMES[contender]:>11}" for contender in order)
        + f"{'of FastAPI':>12}{'of floor':>10}",
    ]
    lines += (
        f"{figures.row.title:{TITLE}}"
        + "".join(f"{figures.seconds(contender) * 1e6:>11,.1f}" for contender in order)
        + f"{_times(shapes.speedup(figures)):>12}{_times(shapes.over_floor(figures)):>10}"
        + ("" if shapes.holds(figures) else "  *")
        for figures in rows
    )
    slowest = min(rows, key=shapes.speedup)
    lines += [
        "",
        f"Geometric mean of {len(rows)}: {shapes.mean_speedup(rows):.2f} times as fast as FastAPI. "
        f"Lowest: {shapes.speedup(slowest):.2f}, {slowest.row.title}.",
        f"* less than {shapes.LOWEST:g} times, and more than {shapes.NEAR:g} times the floor.",
    ]
    return "\n".join(lines)


def _times(ratio: float) -> str:
    return f"{ratio:,.2f}x" if ratio < 10 else f"{ratio:,.1f}x"


def socket_table(rows: Sequence[SocketFigures]) -> str:
    """The rows over a socket."""
    shown = _present(rows, (*CONTENDERS[1:], *OTHER_SERVERS))
    lines = [
        "Over a socket: part of the requests a second of the floor on uvicorn with one worker,",
        "httptools and uvloop. Granian and Robyn are servers of their own, with one worker. cpu:",
        "ferroapi's by processor time of the server. client: the most of the time that the client",
        "was busy, and at whom; near 1, it and not that server is measured.",
        "",
        f"{'':{TITLE}}{'floor/s':>9}"
        + "".join(f"{_column(contender)}" for contender in shown)
        + f"{'cpu':>7}  client",
    ]
    for figures in rows:
        worked = figures.worked_part("ferroapi")
        busiest = max(figures.busy, key=lambda contender: median(figures.busy[contender]))
        lines.append(
            f"{figures.row.title:{TITLE}}{figures.rate('floor'):>9,.0f}"
            + "".join(
                f"{figures.part(contender):>{_width(contender)}.2f}"
                if contender in figures.rounds
                else f"{'-':>{_width(contender)}}"
                for contender in shown
            )
            + f"{'-' if worked is None else f'{worked:.2f}':>7}"
            f"  {median(figures.busy[busiest]):.2f} {NAMES[busiest]}"
        )
    return "\n".join(lines)


def _column(contender: Contender) -> str:
    return f"{NAMES[contender]:>{_width(contender)}}"


def _width(contender: Contender) -> int:
    return max(11, len(NAMES[contender]) + 2)


def service_table(service: Service) -> str:
    """The small service on many servers."""
    where = "on one processor, the client on another" if service.pinned else "wherever it was put"
    lines = [
        "A small service over a socket: microseconds that the server's processor works a request,",
        "user and system, and requests a second. x: times the limit's microseconds.",
        f"One worker each, {where}.",
    ]
    small = [figures for figures in service.rows if "limit" in figures.worked]
    streams = [figures for figures in service.rows if "limit" not in figures.worked]
    lines += _service_lines(service, small)
    lines += _service_lines(service, streams) if streams else ()
    shown = ("django-bolt", "h2corn", "granian", "robyn", "blacksheep", "fastapi", "starlette")
    versions = (f"{name} {service.versions[name]}" for name in shown if name in service.versions)
    lines += ["", ", ".join(versions)]
    lines += (f"{title}: not measured, {reason}." for title, reason in service.absent.items())
    lines += (
        f"* {service.titles[name]}, {figures.row.title}: a wrong value is not refused, "
        f"{f'status {status}' if status else 'no answer'}."
        for figures in service.rows
        for name, status in figures.refusals.items()
        if not figures.refuses(name)
    )
    busy = [
        (median(rounds), service.titles[name])
        for figures in service.rows
        for name, rounds in figures.busy.items()
    ]
    lines.append("The client was busy {:.2f} of the time at most, at {}.".format(*max(busy)))
    spread = median(
        (max(rounds) - min(rounds)) / median(rounds)
        for figures in service.rows
        for rounds in figures.worked.values()
    )
    lines.append(
        f"From the fastest to the slowest round: {spread:.0%} of the median, in the middle."
    )
    return "\n".join(lines)


def _service_lines(service: Service, rows: Sequence[ServiceRow]) -> list[str]:
    """The lines of the setups that were measured in these rows."""
    lines = [
        "",
        f"{'':{SERVED}}" + "".join(f"{figures.row.title:>36}" for figures in rows),
        f"{'':{SERVED}}" + f"{'us':>16}{'x':>10}{'/s':>10}" * len(rows),
    ]
    for name, title in service.titles.items():
        if any(name not in figures.worked for figures in rows):
            continue
        cells = ""
        for figures in rows:
            ratio = _times(figures.ratio(name, "limit")) if "limit" in figures.worked else "-"
            rate = median(figures.rates[name])
            cells += f"{figures.seconds(name) * 1e6:>16,.1f}{ratio:>10}{rate:>10,.0f}"
        lines.append(f"{title:{SERVED}}{cells}")
    return lines


def latency_table(rows: Sequence[LatencyFigures]) -> str:
    """The slow streams."""
    lines = [
        "Slow streams over a socket, uvicorn: microseconds from the request to the first byte of",
        "the body, and from when an item was yielded to when it arrived.",
        "",
        f"{'':{TITLE}}"
        + "".join(f"{NAMES[contender]:>11}" for contender in SLOW)
        + f"{'of FastAPI':>12}",
    ]
    for figures in rows:
        ratios = figures.ratios("ferroapi", "fastapi")
        for what, of, ratio in zip(
            ("first byte", "each item"), (figures.first, figures.item), ratios, strict=True
        ):
            lines.append(
                f"{f'{figures.row.title}: {what}':{TITLE}}"
                + "".join(f"{median(of[contender]) * 1e6:>11,.0f}" for contender in SLOW)
                + f"{ratio:>12.2f}"
            )
    return "\n".join(lines)


def startup_table(figures: StartUp) -> str:
    """The stages of start-up."""
    lines = [
        "Start-up, 1,000 typed routes in 20 routers, each in a fresh process. Starlette's are not",
        "typed.",
        "",
        f"{'':{TITLE}}"
        + "".join(f"{NAMES[contender]:>11}" for contender in STARTING)
        + f"{'of FastAPI':>12}",
    ]
    for name, stage in STAGES.items():
        values = [figures.figure(name, contender) for contender in STARTING]
        ours, theirs = figures.figure(name, "ferroapi"), figures.figure(name, "fastapi")
        part = "-" if ours is None or theirs is None else f"{ours / theirs:.2f}"
        lines.append(
            f"{stage.title:{TITLE}}"
            + "".join(f"{_quantity(name, value):>11}" for value in values)
            + f"{part:>12}"
        )
    return "\n".join(lines)


def _quantity(stage: str, value: float | None) -> str:
    if value is None:
        return "-"
    if stage in ("peak", "memory", "memory_end"):
        return f"{value / 2**20:.1f} MiB"
    return f"{value * 1e3:.1f} ms"


def imports_table(figures: Imports) -> str:
    """What imports take."""
    imported = list(figures.rounds)
    return "\n".join(
        [
            "Import, each in a fresh interpreter.",
            "",
            f"{'':{TITLE}}" + "".join(f"{NAMES[contender]:>11}" for contender in imported),
            f"{'import':{TITLE}}"
            + "".join(f"{figures.seconds(contender) * 1e3:>8.1f} ms" for contender in imported),
            f"{'of FastAPI':{TITLE}}"
            + "".join(f"{figures.ratio(contender, 'fastapi'):>11.2f}" for contender in imported),
            f"{'modules imported':{TITLE}}"
            + "".join(f"{figures.modules[contender]:>11}" for contender in imported),
        ]
    )


def goals_table(verdicts: Sequence[Verdict], comparisons: Sequence[Comparison]) -> str:
    """What is reached, and what is not; `*` marks the latter."""
    lines = [f"{'Goals':{LONG}}{'at most (over a socket: at least)':56}{'measured':>10}"]
    for verdict in verdicts:
        measured = f"{verdict.measured:.3g} {verdict.unit}"
        mark = "" if verdict.reached else f"  * {_missed(verdict)}"
        lines.append(f"{verdict.title:{LONG}}{verdict.goal:56}{measured:>10}{mark}")
    reached = sum(verdict.reached for verdict in verdicts)
    lines += ["", f"{reached} of {len(verdicts)} goals reached."]
    behind = [comparison for comparison in comparisons if comparison.ratio >= 1]
    for comparison in behind:
        lines.append(
            f"* {comparison.title}: {comparison.ratio:.2f} times the time of {comparison.peer}"
        )
    ahead = len(comparisons) - len(behind)
    lines.append(f"Ahead of the others {ahead} of {len(comparisons)} times.")
    return "\n".join(lines)


def _missed(verdict: Verdict) -> str:
    factor = verdict.measured / verdict.limit if verdict.most else verdict.limit / verdict.measured
    return f"x {factor:.2f} off"
