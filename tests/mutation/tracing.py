"""A plugin of pytest that writes which tests run which lines of what is mutated, and how long a
test takes that passes: `python -m pytest -p tests.mutation.tracing`.

The first is written by each process that runs tests, as data of coverage.py with the id of the test
as context; the second by the process that hears of all, as JSON: seconds, by ids.
"""

import json
from collections import Counter
from collections.abc import Iterator

import coverage
import pytest
from tests.mutation.places import MUTATED, PACKAGE, TRACES

_durations: Counter[str] = Counter()
_others: set[str] = set()
_coverage = coverage.Coverage(
    data_file=str(TRACES / "lines"),
    data_suffix=True,
    config_file=False,
    include=[str(PACKAGE / folder / "*") for folder in MUTATED],
)
# The process that has the workers runs no test.
_coverage.set_option("run:disable_warnings", ["no-data-collected"])
_coverage.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _coverage.switch_context(item.nodeid)
    yield
    _coverage.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _durations[report.nodeid] += report.duration
    if not report.passed:
        _others.add(report.nodeid)


def pytest_unconfigure(config: pytest.Config) -> None:
    _coverage.stop()
    _coverage.save()
    if not hasattr(config, "workerinput"):
        passed = {test: took for test, took in _durations.items() if test not in _others}
        TRACES.joinpath("durations.json").write_text(json.dumps(passed))
