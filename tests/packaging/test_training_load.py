"""The load that trains the optimizer: what it asks is answered, and a wrong answer ends it."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("uvicorn")

import training_load
from cases import service
from harness.answers import Answer, WrongAnswerError
from harness.case import Expected

import ferroapi
from ferroapi import FastAPI

ROOT = Path(__file__).parents[2]
(CONSTANT, *_) = service.CASE.rows
WRONG = replace(CONSTANT, expected=Expected({"message": "Farewell"}))
SHORTENED = "import training_load as load; load.FEWEST = load.MOST = load.REPEATED = 1; load.main()"

# name: bytes of the answer, how often the request is made
TIMES = {
    "a short answer": (100, training_load.MOST),
    "a long one": (99_900, 10),
    "one that is longer than all": (10 * training_load.BYTES, training_load.FEWEST),
}


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    """uvicorn configures its loggers, which other tests of the process have as well."""
    loggers = [logging.getLogger(f"uvicorn{name}") for name in ("", ".error", ".access")]
    before = [(each.level, each.propagate, [*each.handlers]) for each in loggers]
    yield
    for logger, (level, propagate, handlers) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.propagate, logger.handlers = propagate, handlers


def test_every_answer_is_as_it_has_to_be() -> None:
    """In a process of its own, as it is run; each request once or twice."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SHORTENED],
        cwd=ROOT / "packaging",
        env={"PYTHONPATH": str(Path(ferroapi.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(("size", "times"), TIMES.values(), ids=TIMES)
def test_long_answers_do_not_outweigh_short_ones(size: int, times: int) -> None:
    assert training_load.times(CONSTANT, Answer(200, [], b"x" * size)) == times


def test_a_wrong_answer_in_process_ends_it() -> None:
    with pytest.raises(WrongAnswerError, match="Hello"):
        asyncio.run(training_load.answer_in_process(service.CASE.app(ferroapi), WRONG))


def test_a_wrong_answer_over_a_socket_ends_it() -> None:
    with (
        training_load.serving(service.CASE.app(ferroapi)) as port,
        pytest.raises(WrongAnswerError, match="Hello"),
    ):
        training_load.answer_over_socket(port, WRONG)


@pytest.mark.parametrize("name", ["pipelined", "body in chunks"])
def test_a_wrong_exchange_ends_it(name: str) -> None:
    with training_load.serving(FastAPI()) as port, pytest.raises(WrongAnswerError, match="404"):
        training_load.exchange(port, name)
