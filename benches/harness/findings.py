"""What is found of servers that were put under load."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.case import Contender
from harness.servers import OWN_PROTOCOL, Parser

TITLE = 46
COLUMN = 17


@dataclass(frozen=True, slots=True)
class Subject:
    """What is put under load: a framework behind a server."""

    name: str
    contender: Contender
    http: Parser = "httptools"

    @property
    def ours(self) -> bool:
        """Whether it is what has to hold; others are there to compare with."""
        return self.contender in ("ferroapi", "ferroapi_granian")


UVICORN = Subject("uvicorn", "ferroapi")
H11 = Subject("uvicorn, h11", "ferroapi", "h11")
OURS = Subject("uvicorn, ours", "ferroapi", OWN_PROTOCOL)
GRANIAN = Subject("Granian", "ferroapi_granian")
FASTAPI = Subject("FastAPI", "fastapi")
FLOOR = Subject("bare ASGI", "floor")
OURS_FLOOR = Subject("bare, ours", "floor", OWN_PROTOCOL)
GRANIAN_FLOOR = Subject("bare, Granian", "granian")

BARE = {UVICORN: FLOOR, OURS: OURS_FLOOR, GRANIAN: GRANIAN_FLOOR}
"""The same server with no framework."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A count or a size, and what it may be at most."""

    subject: Subject
    what: str
    value: float
    unit: str
    most: float | None
    judged: bool

    @property
    def holds(self) -> bool:
        """Whether it is within its bound, if it has one that counts here."""
        return not self.judged or self.most is None or self.value <= self.most


@dataclass(slots=True)
class Findings:
    """What one scenario found.

    `quick`: that sizes and times are shown and not judged, since those of a small load on a busy
    machine say little. Counts always are.
    """

    quick: bool
    rows: list[Finding] = field(default_factory=list)

    def count(self, subject: Subject, what: str, value: int, most: int = 0) -> None:
        """Adds what is right or wrong."""
        self.rows.append(Finding(subject, what, value, "", most, subject.ours))

    def size(
        self, subject: Subject, what: str, value: float, unit: str, most: float | None = None
    ) -> None:
        """Adds what is more or less."""
        judged = subject.ours and not self.quick
        self.rows.append(Finding(subject, what, value, unit, most, judged))

    def over_bare(self, what: str, most: float) -> None:
        """Adds by how much a size is more than what the server needs by itself."""
        sizes = {row.subject: row for row in self.rows if row.what == what}
        for subject, bare in BARE.items():
            if subject in sizes and bare in sizes:
                over = sizes[subject].value - sizes[bare].value
                self.size(subject, f"{what}, over bare", over, sizes[subject].unit, most)

    @property
    def failed(self) -> list[Finding]:
        """What does not hold."""
        return [finding for finding in self.rows if not finding.holds]


def table(findings: Iterable[Finding]) -> str:
    """A line for each thing that was found, a column for each server; `*` is out of bounds."""
    rows = list(findings)
    subjects = sorted(
        dict.fromkeys(row.subject for row in rows), key=lambda subject: not subject.ours
    )
    lines = [
        f"{'':{TITLE}}"
        + "".join(f"{subject.name:>{COLUMN}}" for subject in subjects)
        + f"{'at most':>{COLUMN}}"
    ]
    for what in dict.fromkeys(row.what for row in rows):
        found = {row.subject: row for row in rows if row.what == what}
        cells = [_cell(found.get(subject)) for subject in subjects]
        bounds = [_quantity(row.most, row.unit) for row in found.values() if row.most is not None]
        most = bounds[0] if bounds else ""
        lines.append(
            f"{what:{TITLE}}" + "".join(f"{cell:>{COLUMN}}" for cell in (*cells, most)).rstrip()
        )
    return "\n".join(lines)


def _cell(finding: Finding | None) -> str:
    if finding is None:
        return "-"
    return ("" if finding.holds else "* ") + _quantity(finding.value, finding.unit)


def _quantity(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
    return f"{number} {unit}".rstrip()
