"""The small service on many servers: what is measured, judged and told."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cases import SERVICE_CASES
from harness import goals
from harness.answers import Answer, check
from harness.contenders import BENCHES, interpreter
from harness.goals import Comparison, compare_service, judge_service
from harness.limit import answers
from harness.report import service_table
from harness.servers import OWN_PROTOCOL
from harness.service import SETUPS, STREAMS, SUPPORTED, Service, ServiceRow, able

import ferroapi

PACKAGE = str(Path(ferroapi.__file__).parents[1])
(CASE,) = SERVICE_CASES["service"]


@pytest.mark.skipif(not SUPPORTED, reason="nothing says how long another process has worked")
@pytest.mark.skipif(
    not interpreter("fastapi").exists(), reason="FastAPI is not installed: make bench installs it"
)
def test_every_setup_that_a_run_needs_answers_and_refuses() -> None:
    command = [sys.executable, str(BENCHES / "run.py"), "--quick", "--no-peers"]
    command += ["--case", "service", "--package", PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    for setup in able(SETUPS, Path(PACKAGE)):
        if not setup.optional:
            assert f"\n{setup.title} " in done.stdout
    assert "not refused" not in done.stdout
    assert "not measured" not in done.stdout


def service(**microseconds: float) -> Service:
    """One row in which the setups take so much, in each of three rounds."""
    row = next(row for row in CASE.rows if row.name == "item")
    figures = ServiceRow(
        row,
        worked={name: [value * 1e-6] * 3 for name, value in microseconds.items()},
        rates={name: [1e6 / value] * 3 for name, value in microseconds.items()},
        busy={name: [0.5] * 3 for name in microseconds},
        refusals=dict.fromkeys(microseconds, 422),
    )
    titles = {setup.name: setup.title for setup in SETUPS if setup.name in microseconds}
    return Service(pinned=True, rows=[figures], titles=titles)


@pytest.mark.parametrize(
    ("measured", "verdicts"),
    [
        ({"limit": 4, "ferroapi_own": 9}, [(2.5, 2.25, True)]),
        ({"limit": 4, "run": 12}, [(2.8, 3, False)]),
        ({"limit": 4, "bolt": 8, "ferroapi_own": 9}, [(1, 1.125, False), (2.5, 2.25, True)]),
        ({"behind": 20, "behind_own": 12}, [(0.65, 0.6, True)]),
        ({"fastapi": 70, "fastapi_own": 63}, [(0.85, 0.9, False)]),
        ({"starlette": 30, "starlette_own": 24}, [(0.85, 0.8, True)]),
        ({"bare": 15, "ferroapi_own": 10}, [(1.6, 1.5, False)]),
        ({"limit": 4, "ferroapi": 20, "bolt": 8}, []),
    ],
    ids=lambda given: " and ".join(given) if isinstance(given, dict) else "",
)
def test_what_was_measured_is_judged(
    measured: dict[str, float], verdicts: list[tuple[float, float, bool]]
) -> None:
    given = judge_service(service(**measured))
    assert [(each.limit, each.measured, each.reached) for each in given] == [
        (limit, pytest.approx(value), reached) for limit, value, reached in verdicts
    ]


def test_every_bound_is_of_setups_and_rows_that_there_are() -> None:
    names = {setup.name for setup in SETUPS}
    assert len(names) == len(SETUPS)
    for bound in goals.BOUNDS:
        assert {bound.name, bound.against} <= names
        assert bound.factors.keys() in ({row.name for row in CASE.rows}, set(STREAMS.values()))


def test_rivals_are_compared_with_the_best_of_ours() -> None:
    assert compare_service(service(ferroapi=20, ferroapi_own=9, fastapi=90)) == [
        Comparison(
            "GET path + two query parameters, processor",
            "FastAPI, uvicorn",
            pytest.approx(0.1),
        )
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda figures: figures.rows[0].refusals.update(bolt=500), "not refused, status 500"),
        (lambda figures: figures.rows[0].refusals.update(bolt=200), "not refused, status 200"),
        (lambda figures: figures.rows[0].refusals.update(bolt=0), "not refused, no answer"),
        (
            lambda figures: figures.leave_out(SETUPS[-2], "it is not installed"),
            "django-bolt: not measured, it is not installed.",
        ),
    ],
    ids=["an error", "an answer", "a closed connection", "absent"],
)
def test_the_table_says_what_a_setup_does_not_do(
    change: Callable[[Service], None], told: str
) -> None:
    figures = service(limit=4, bolt=8)
    assert told not in service_table(figures)
    change(figures)
    assert told in service_table(figures)


def test_the_table_has_a_line_of_each_setup() -> None:
    lines = service_table(service(limit=4, ferroapi=18)).splitlines()
    (line,) = (line.split() for line in lines if line.startswith("ferroapi, uvicorn"))
    assert line[2:] == ["18.0", "4.50x", "55,556"]


@pytest.mark.parametrize("there", [True, False])
def test_setups_on_our_protocol_are_measured_when_it_is_there(tmp_path: Path, there: bool) -> None:
    (tmp_path / "ferroapi").mkdir()
    if there:
        (tmp_path / "ferroapi" / "server.py").touch()
    assert any(setup.http == OWN_PROTOCOL for setup in able(SETUPS, tmp_path)) is there


def test_the_limit_has_the_answer_of_each_row() -> None:
    for row, answer in zip(CASE.rows, answers(CASE).values(), strict=True):
        head, _, body = answer.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        assert status == "HTTP/1.1 200 OK"
        check(row, Answer(200, headers, body))
