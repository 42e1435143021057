"""What became of mutants, and why some of them may survive."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

GATE = 90.0
"""The percentage of mutants that has to be killed."""

KILLED, TIMED_OUT, SURVIVED = "killed", "timed out", "survived"

REASONS = {
    "equivalent": "does the same",
    "speed": "answers the same, by a longer way",
    "process": "is run by processes that tests start, in which the mutant is not",
    "gap": "no test looks",
}
"""Why a mutant may survive, by the word that `survivors.toml` has for it."""


@dataclass(frozen=True)
class Result:
    """A mutant, and what became of it."""

    path: str
    """Of the file, below the checkout."""
    number: int
    """Of the line, at that time."""
    column: int
    line: str
    """The text of the line, without the blanks around it."""
    mistake: str
    outcome: str
    """`KILLED`, `TIMED_OUT`, which also is to be killed, or `SURVIVED`."""
    by: str = ""
    """The test that failed, where it is known."""

    @property
    def place(self) -> tuple[str, int, int, str]:
        """What tells it from others."""
        return self.path, self.number, self.column, self.mistake


@dataclass(frozen=True)
class Survivor:
    """Why a mutant may survive: a row of `survivors.toml`."""

    path: str
    line: str
    mistake: str
    reason: str
    """A key of `REASONS`."""
    why: str


def read_survivors(file: Path) -> list[Survivor]:
    """The rows of `survivors.toml`."""
    return [Survivor(**row) for row in tomllib.loads(file.read_text())["survivor"]]


def write(result: Result, file: Path) -> None:
    """Adds a line, so that what is known outlives an interruption."""
    with file.open("a") as lines:
        lines.write(json.dumps(asdict(result)) + "\n")


def read(file: Path) -> list[Result]:
    """The last that was written of each mutant."""
    results = [Result(**json.loads(line)) for line in file.read_text().splitlines()]
    return list({result.place: result for result in results}.values())


def report(results: Iterable[Result], explained: Iterable[Survivor]) -> tuple[bool, str]:
    """Whether enough are killed and all others explained, and what to print."""
    reasons = {(row.path, row.line, row.mistake): row.reason for row in explained}
    counts: Counter[str] = Counter()
    parts: dict[str, Counter[str]] = {}
    unexplained = []
    for result in results:
        counts[result.outcome] += 1
        parts.setdefault(_part(result.path), Counter())[result.outcome] += 1
        if result.outcome == SURVIVED:
            reason = reasons.get((result.path, result.line, result.mistake))
            if reason is None:
                unexplained.append(result)
            else:
                counts[reason] += 1
    lines = [f"{part}: {_told(count)}" for part, count in sorted(parts.items())]
    lines.append(f"all: {_told(counts)}")
    lines += [f"survived, {reason}: {counts[reason]}" for reason in REASONS if counts[reason]]
    lines += [f"survived: {r.path}:{r.number} {r.mistake}\n    {r.line}" for r in unexplained]
    return _share(counts) >= GATE and not unexplained, "\n".join(lines)


def _part(path: str) -> str:
    """`rust/core`, or the folder of the package."""
    return "/".join(path.split("/")[: 2 if path.startswith("rust") else 3])


def _share(counts: Mapping[str, int]) -> float:
    killed = counts[KILLED] + counts[TIMED_OUT]
    tried = killed + counts[SURVIVED]
    if not tried:
        raise ValueError("no mutant was tried")
    return 100 * killed / tried


def _told(counts: Counter[str]) -> str:
    killed = counts[KILLED] + counts[TIMED_OUT]
    late = f", {counts[TIMED_OUT]} of them by time" if counts[TIMED_OUT] else ""
    return f"{killed} of {killed + counts[SURVIVED]} killed, {_share(counts):.1f} %{late}"
