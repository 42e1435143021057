"""Answers many generated requests by both frameworks, and prints each difference nobody meant.

python -m tests.differential.run --pairs 20000
"""

import argparse
import json
import sys
import time
from collections import Counter
from typing import Any

from tests.differential.applications import application
from tests.differential.changes.comparison import compared, first_unexplained
from tests.differential.changes.generator import script_of_changes
from tests.differential.choices import Choices
from tests.differential.descriptions import Answer
from tests.differential.difference import Difference
from tests.differential.differences import intended, is_refused_alike, is_refused_early
from tests.differential.explanations import explained
from tests.differential.pair import Pair
from tests.differential.reduction import reduced
from tests.differential.requests import document, requests_to

REQUESTS = 20
"""Requests to each application."""


def unexplained(pair: Pair, case: Any) -> Difference | None:
    """The difference in the answers to `[application, request]`, when nobody meant it.

    Or the first one in the answers to a script. Applications that only one framework takes are no
    difference in answers.
    """
    if isinstance(case, dict):
        try:
            return first_unexplained(pair, case)  # type: ignore[arg-type]  # it is a script
        except ValueError:
            return None
    described, sent = case
    ours, theirs = pair.ask(described, [sent])
    if isinstance(ours, str) or isinstance(theirs, str) or ours == theirs:
        return None
    difference = Difference(sent, ours[0], theirs[0])
    return None if explained(pair, described, difference) else difference


class Run:
    """A run over seeds, with what it counted and found."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.pairs = 0
        self.refused = 0
        self.scripts = 0
        self.statuses: Counter[str] = Counter()
        self.meant: Counter[str] = Counter()
        self.found: dict[Any, str] = {}
        """The smallest form of each kind of difference."""

    def answer(self, pairs: int, seconds: float, seed: int) -> None:
        """Answers the requests and plays the scripts of one seed after the other, from `seed` on.

        Ends when there are so many pairs, or after so many seconds.
        """
        end = time.monotonic() + seconds
        while self.pairs < pairs and time.monotonic() < end:
            self.once(seed)
            self.play(seed)
            seed += 1

    def once(self, seed: int) -> None:
        """Answers the requests of one seed."""
        choices = Choices.seeded(seed)
        described = application(choices)
        requests = requests_to(choices, described, REQUESTS)
        ours, theirs = self.pair.ask(described, requests)
        if isinstance(ours, str) or isinstance(theirs, str):
            self.refused += 1
            if is_refused_alike(ours, theirs):
                return
            # Whatever is around the application may answer in the place of the error.
            bare = {**described, "middleware": [], "handlers": []}
            if is_refused_early(*self.pair.ask(bare, [document()])):
                self.meant["wrong dependency of an inclusion"] += 1
            else:
                self._report_declaration(described, seed)
            return
        for sent, our, their in zip(requests, ours, theirs, strict=True):
            self.pairs += 1
            self._count(their)
            if our == their:
                continue
            difference = Difference(sent, our, their)
            name = explained(self.pair, described, difference)
            if name:
                self.meant[name] += 1
            else:
                self._report([described, sent], difference, seed)

    def play(self, seed: int) -> None:
        """Plays the script of one seed, until a difference that nobody meant."""
        script = script_of_changes(Choices.seeded(seed))
        self.scripts += 1
        for difference in compared(self.pair, script):
            if difference.sent["method"]:
                self.pairs += 1
                self._count(difference.theirs)
            if not difference.parts:
                continue
            name = intended(difference)
            if name is None:
                self._report(script, difference, seed)
                return
            self.meant[name] += 1

    def _count(self, answer: Answer) -> None:
        self.statuses[f"{answer['status'] or 0:03d}"[0] + "xx"] += 1

    def _report(self, case: Any, difference: Difference, seed: int) -> None:
        kind = _kind(difference)
        if kind in self.found:
            return

        def still(candidate: Any) -> bool:
            found = unexplained(self.pair, candidate)
            return found is not None and _kind(found) == kind

        smallest = reduced(case, still) if still(case) else case
        last = unexplained(self.pair, smallest) or difference
        lines = [
            f"seed {seed}",
            json.dumps(smallest),
            json.dumps(last.ours),
            json.dumps(last.theirs),
        ]
        self._found(kind, lines)

    def _report_declaration(self, described: Any, seed: int) -> None:
        kind = [str(answers)[:40] for answers in self.pair.ask(described, [])]

        def still(candidate: Any) -> bool:
            return [str(answers)[:40] for answers in self.pair.ask(candidate, [])] == kind

        smallest = reduced(described, still)
        ours, theirs = self.pair.ask(smallest, [])
        lines = [f"seed {seed}", json.dumps(smallest), json.dumps(ours), json.dumps(theirs)]
        self._found(("declaration", *kind), lines)

    def _found(self, kind: Any, lines: list[str]) -> None:
        if kind not in self.found:
            self.found[kind] = "\n  ".join(lines)
            print(self.found[kind], flush=True)

    def summary(self) -> str:
        """The counts, in words."""
        meant = [f"  {count:7} {name}" for name, count in self.meant.most_common()]
        statuses = ", ".join(f"{count} {name}" for name, count in sorted(self.statuses.items()))
        return "\n".join(
            [
                f"{self.pairs} pairs ({statuses}); {self.refused} applications refused by both,"
                f" {self.scripts} scripts of changes",
                f"{self.meant.total()} documented differences",
                *meant,
                f"{len(self.found)} kinds of undocumented differences",
            ]
        )


def _kind(difference: Difference) -> Any:
    statuses = difference.ours["status"], difference.theirs["status"]
    errors = [(answer["error"] or "")[:30] for answer in (difference.ours, difference.theirs)]
    return (*statuses, *errors, tuple(sorted(difference.parts)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=20_000, help="how many requests at least")
    parser.add_argument("--seconds", type=float, default=300, help="how long at most")
    parser.add_argument("--seed", type=int, default=0, help="the first of the seeds")
    arguments = parser.parse_args()
    with Pair() as pair:
        if pair.ours.versions != pair.theirs.versions:
            print(f"not comparable: {pair.ours.versions} and {pair.theirs.versions}")
            return 1
        run = Run(pair)
        run.answer(arguments.pairs, arguments.seconds, arguments.seed)
    print(run.summary())
    if run.pairs < arguments.pairs:
        print(f"only {run.pairs} pairs in {arguments.seconds:.0f} s")
        return 1
    return 1 if run.found else 0


if __name__ == "__main__":
    sys.exit(main())
