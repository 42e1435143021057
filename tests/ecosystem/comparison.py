"""Which tests pass on FastAPI and not on ferroapi, and which of them known.toml explains."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.ecosystem.running import Outcomes

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Known:
    """Tests of one suite that are lost, and why."""

    suite: str
    reason: str
    tests: tuple[str, ...]
    """Tests, or patterns in which `*` stands for any characters."""
    sometimes: bool = False
    """Whether they pass by chance; they count as lost all the same, so that runs are comparable."""


def read_known() -> list[Known]:
    """The entries of known.toml."""
    entries = tomllib.loads((HERE / "known.toml").read_text()).get("known", [])
    return [Known(**entry | {"tests": tuple(entry["tests"])}) for entry in entries]


@dataclass(frozen=True)
class Comparison:
    """One suite on both frameworks."""

    passing: int
    """Tests that pass on FastAPI."""
    known: dict[str, str]
    """Those of them that do not pass on ferroapi and are explained, with the reason."""
    lost: list[str]
    """Those of them that do not pass on ferroapi and are not explained."""
    recovered: list[str]
    """Tests and patterns of known.toml that no lost test needs."""

    @property
    def kept(self) -> int:
        """Tests that pass on both."""
        return self.passing - len(self.known) - len(self.lost)

    @property
    def expected(self) -> bool:
        """Whether there was something to compare, and known.toml says what came out."""
        return self.passing > 0 and not self.lost and not self.recovered


def compare(
    theirs: Outcomes, ours: Outcomes, known: list[Known], unstable: tuple[str, ...] = ()
) -> Comparison:
    """Compares the outcomes on FastAPI with those on ferroapi.

    `known` are the entries of this suite; `unstable` tests count nowhere.
    """
    passing = {test for test in _passed(theirs) if not _matches_any(test, unstable)}
    by_chance = tuple(test for entry in known if entry.sometimes for test in entry.tests)
    kept = {test for test in _passed(ours) if not _matches_any(test, by_chance)}
    missing = sorted(passing - kept)
    reasons = {pattern: entry.reason for entry in known for pattern in entry.tests}
    explained = {
        test: reason
        for test in missing
        for pattern, reason in reasons.items()
        if matches(test, pattern)
    }
    return Comparison(
        passing=len(passing),
        known=explained,
        lost=[test for test in missing if test not in explained],
        recovered=[
            pattern for pattern in reasons if not any(matches(test, pattern) for test in missing)
        ],
    )


def matches(test: str, pattern: str) -> bool:
    """Whether the pattern means the test: `*` is any characters, all others are themselves."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), test, re.DOTALL) is not None


def _matches_any(test: str, patterns: tuple[str, ...]) -> bool:
    return any(matches(test, pattern) for pattern in patterns)


def _passed(outcomes: Outcomes) -> set[str]:
    return {test for test, outcome in outcomes.items() if outcome == "passed"}
