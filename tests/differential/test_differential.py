"""Requests are answered as FastAPI answers them, or as docs/differences.md says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from tests.differential.applications import application
from tests.differential.changes.comparison import compared, first_unexplained
from tests.differential.changes.descriptions import Script
from tests.differential.changes.generator import script_of_changes
from tests.differential.changes.regressions import MEANT, SCRIPTS
from tests.differential.choices import Choices, choices
from tests.differential.descriptions import Application, Sent
from tests.differential.difference import Difference
from tests.differential.differences import INTENDED, intended, is_refused_alike, is_refused_early
from tests.differential.explanations import explained
from tests.differential.pair import FASTAPI_PYTHON, Pair
from tests.differential.reduction import reduced
from tests.differential.regressions import REGRESSIONS
from tests.differential.requests import requests_to

REQUESTS = 10
"""Requests to each generated application."""
DOCUMENTED = (Path(__file__).parents[2] / "docs" / "differences.md").read_text()


@pytest.fixture(scope="session")
def pair() -> Iterator[Pair]:
    if not FASTAPI_PYTHON.exists():
        pytest.skip("there is no environment with FastAPI: `make test` makes it")
    with Pair() as both:
        if both.ours.versions != both.theirs.versions:
            pytest.skip(f"not comparable: {both.ours.versions} and {both.theirs.versions}")
        yield both


@st.composite
def cases(draw: st.DrawFn) -> tuple[Application, list[Sent]]:
    """Applications and the requests to them."""
    decisions = draw(choices())
    described = application(decisions)
    return described, requests_to(decisions, described, REQUESTS)


PROPERTY = settings(
    database=None,
    deadline=None,
    derandomize=True,
    # Printing the smallest case is what matters: explaining it would take another minute.
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@given(cases())
@settings(PROPERTY, max_examples=55)  # Some applications are refused, by both.
def test_generated_requests(pair: Pair, case: tuple[Application, list[Sent]]) -> None:
    described, requests = case
    ours, theirs = pair.ask(described, requests)
    if isinstance(ours, str) or isinstance(theirs, str):
        assert is_refused_alike(ours, theirs) or is_refused_early(ours, theirs)
        return
    for sent, our, their in zip(requests, ours, theirs, strict=True):
        if our != their and not explained(pair, described, Difference(sent, our, their)):
            note(json.dumps([described, sent]))
            assert our == their


@given(choices().map(script_of_changes))
@settings(PROPERTY, max_examples=30)
def test_generated_changes(pair: Pair, script: Script) -> None:
    difference = first_unexplained(pair, script)
    if difference is not None:
        note(json.dumps(script))
        assert difference.ours == difference.theirs


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_changes_that_were_once_noticed_differently(pair: Pair, script: Script) -> None:
    difference = first_unexplained(pair, script)
    assert difference is None or difference.ours == difference.theirs


@pytest.mark.parametrize(("script", "meant"), MEANT.values(), ids=MEANT)
def test_changes_that_are_to_be_noticed_differently(pair: Pair, script: Script, meant: str) -> None:
    differences = [difference for difference in compared(pair, script) if difference.parts]
    assert {intended(difference) for difference in differences} == {meant}


def test_wrong_dependencies_of_inclusions_are_refused_early(pair: Pair) -> None:
    read: Any = {"kind": "sync", "path": "/a", "methods": ["GET"], "parameters": [], "returns": {}}
    wrong: Any = {"name": "b", "in": "query", "type": ["dict", "time"]}
    described: Any = {
        "models": [],
        "dependencies": {"dep0": {"kind": "sync", "parameters": [wrong]}},
        "router": {"members": [{"members": [read]}], "dependencies": ["dep0"]},
    }
    sent: Sent = {"method": "GET", "path": "/a", "query": "", "headers": []}
    ours, theirs = pair.ask(described, [sent])
    assert isinstance(theirs, list)
    assert is_refused_early(ours, theirs)
    assert not is_refused_early(ours, [{**theirs[0], "error": None}])


@pytest.mark.parametrize(("described", "sent", "meant"), REGRESSIONS.values(), ids=REGRESSIONS)
def test_regression(pair: Pair, described: Application, sent: Sent, meant: str | None) -> None:
    ours, theirs = pair.ask(described, [sent])
    assert not isinstance(ours, str), ours
    assert not isinstance(theirs, str), theirs
    if meant is None:
        assert ours == theirs
    else:
        assert ours != theirs
        assert intended(Difference(sent, ours[0], theirs[0])) == meant


def test_every_difference_that_is_meant_is_documented_and_happens() -> None:
    for row in INTENDED:
        assert f"\n| {row.documented}" in DOCUMENTED, row.name
    happening = {row[2] for row in REGRESSIONS.values()} | {meant for _, meant in MEANT.values()}
    assert {row.name for row in INTENDED} == happening - {None}


def test_the_same_seed_makes_the_same_case() -> None:
    def make() -> Any:
        decisions = Choices.seeded(7)
        described = application(decisions)
        return described, requests_to(decisions, described, 3)

    assert make() == make()


def test_reduction_takes_away_what_is_not_needed() -> None:
    case = [{"members": [1, {"type": ["list", "int"]}, "vwxyz"]}, {"query": "a=1&b=2"}]
    smallest = reduced(case, lambda value: "x" in json.dumps(value) and "int" in json.dumps(value))
    assert smallest == [{"members": [{"type": "int"}, "x"]}, {}]
