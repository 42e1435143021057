"""Which tests are to kill a mutant: those that run its lines, the nearest and fastest first."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.changed import named_for
from tests.mutation.mutants import Mutant

AT_ONCE = 40
"""How many tests are run before others are looked at."""
FILES = 4
"""Of how many files the second selection is."""
ALL = 60.0
"""Seconds that the tests of the last selection take together."""


class Selection:
    """The tests of each line.

    Args:
        lines: the numbers of the lines that a test runs, and the tests, by path of a module.
        durations: the seconds that each test takes; others are not run.
    """

    def __init__(
        self, lines: Mapping[str, Mapping[int, list[str]]], durations: Mapping[str, float]
    ) -> None:
        self.lines = lines
        self.durations = durations

    def of(self, mutant: Mutant) -> Iterator[list[str]]:
        """Tests of those named for the module, then of others, then the rest within `ALL`."""
        lines = self.lines.get(mutant.path, {})
        first, last = mutant.lines
        covering = {test for line in range(first, last + 1) for test in lines.get(line, ())}
        covering &= self.durations.keys()
        named = tuple(named_for(f"python/{mutant.path}"))
        if not covering:  # run while the package is imported, or by a process that a test starts
            covering = {test for test in self.durations if test.startswith(named)}
        tests = sorted(covering, key=self.durations.__getitem__)
        nearest = [test for test in tests if test.startswith(named)][:AT_ONCE]
        if nearest:
            yield nearest
        others = [test for test in tests if test not in nearest]
        files = Counter(map(_file, others)).most_common(FILES)
        second = [test for test in others if _file(test) in dict(files)][:AT_ONCE]
        if second:
            yield second
        rest, seconds = [], 0.0
        for test in others:
            seconds += self.durations[test]
            if seconds <= ALL and test not in second:
                rest.append(test)
        if rest:
            yield rest


def read_traces(folder: Path, package: Path) -> Selection:
    """What the plugin `tracing` has written into a folder."""
    import coverage  # not needed to try the rest of this module

    lines: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file in folder.glob("lines.*"):
        data = coverage.CoverageData(str(file))
        data.read()
        for path in data.measured_files():
            module = lines[Path(path).relative_to(package).as_posix()]
            for line, tests in data.contexts_by_lineno(path).items():
                module[line] += tests
    return Selection(lines, json.loads(folder.joinpath("durations.json").read_text()))


def _file(test: str) -> str:
    return test.split("::")[0]
