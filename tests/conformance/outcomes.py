"""A pytest plugin that writes the outcome of every test to the file named by `OUTCOMES`."""

import json
import os
from pathlib import Path

import pytest

_SEVERITY = ["passed", "skipped", "xfailed", "failed"]
_outcomes: dict[str, str] = {}


def _record(node: str, outcome: str) -> None:
    # A test has three phases; the worst of them is its outcome.
    known = _outcomes.get(node, "passed")
    _outcomes[node] = max(known, outcome, key=_SEVERITY.index)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    outcome = "xfailed" if report.skipped and hasattr(report, "wasxfail") else report.outcome
    _record(report.nodeid, outcome)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        _record(report.nodeid, "failed")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        Path(os.environ["OUTCOMES"]).write_text(json.dumps(_outcomes))
