"""The outcome of a run, as a table to read at once and as a page of the documentation."""

from collections import Counter
from datetime import date

from tests.ecosystem.comparison import Comparison
from tests.ecosystem.suites import Suite

Compared = list[tuple[Suite, Comparison]]

PAGE = """\
# Packages that build on FastAPI

The own tests of these packages, unchanged, run on FastAPI {fastapi} and on ferroapi under the name
`fastapi`, with the same versions of everything else. Counted are the tests that pass on FastAPI: of
{passing} in {suites} packages, {kept} pass on ferroapi, and all of theirs in {whole} packages.
`make ecosystem` repeats it; this page is that of {date}.

| Package | Version | What of FastAPI the tests are about | Pass on FastAPI | Pass on ferroapi |
|---|---|---|---|---|
{rows}

Tests of a package that need more than it, such as a database server or the network, are left out:
`tests/ecosystem/suites.toml` says which run.
"""


def table(compared: Compared) -> str:
    """A line a suite, and their sum."""
    lines = [f"{'suite':40}{'version':>9}{'FastAPI':>9}{'ferroapi':>9}{'known':>7}{'lost':>6}"]
    total = [0, 0, 0, 0]
    for suite, found in compared:
        counts = [found.passing, found.kept, len(found.known), len(found.lost)]
        total = [sum(pair) for pair in zip(total, counts, strict=True)]
        lines.append(_line(suite.name, suite.version, counts))
    return "\n".join([*lines, _line("all", "", total)])


def page(compared: Compared, fastapi: str, today: date) -> str:
    """The page of the documentation, as Markdown."""
    rows = [
        f"| {suite.name} | {suite.version} | {', '.join(suite.areas)} "
        f"| {found.passing} | {found.kept} |"
        for suite, found in compared
    ]
    text = PAGE.format(
        fastapi=fastapi,
        passing=f"{sum(found.passing for _, found in compared):,}",
        kept=f"{sum(found.kept for _, found in compared):,}",
        suites=len(compared),
        whole=sum(found.kept == found.passing for _, found in compared),
        date=today.isoformat(),
        rows="\n".join(rows),
    )
    compat = [f"- {suite.name}: {suite.compat}" for suite, _ in compared if suite.compat]
    missing = [line for suite, found in compared for line in _missing(suite, found)]
    return (
        text
        + _section("What needs `FERROAPI_COMPAT=1`", compat)
        + _section("What does not pass", missing)
    )


def _section(title: str, lines: list[str]) -> str:
    return "\n".join(["", f"## {title}", "", *lines, ""]) if lines else ""


def _missing(suite: Suite, found: Comparison) -> list[str]:
    reasons = Counter(found.known.values())
    if found.lost:
        reasons["Not explained."] = len(found.lost)
    return [f"- {suite.name}, {count}: {reason}" for reason, count in reasons.items()]


def _line(name: str, version: str, counts: list[int]) -> str:
    passing, kept, known, lost = counts
    return f"{name:40}{version:>9}{passing:9}{kept:9}{known:7}{lost:6}"
