"""Tests on a mutant, in a process of their own: this one has imported the package already."""

import subprocess
import sys

import pytest
from tests.mutation.mutants import mutants
from tests.mutation.places import CHECKOUT, PACKAGE

MODULE = "ferroapi/dependencies/body.py"
TEST = "tests/dependencies/test_body.py"
SCRIPT = f"""
from tests.mutation.mutants import mutants
from tests.mutation.places import PACKAGE
from tests.mutation.trial import Trial

found = mutants({MODULE!r}, PACKAGE.joinpath({MODULE!r}).read_bytes())
"""


def outcome(mutant: str) -> str:
    script = f"{SCRIPT}print(Trial({mutant}, [{TEST!r}], 120).run())"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def mistake() -> int:
    """The number of a mutant that gives no body where there is one."""
    found = mutants(MODULE, PACKAGE.joinpath(MODULE).read_bytes())
    return next(
        number
        for number, mutant in enumerate(found)
        if mutant.function == "combined_body_field" and mutant.original == "not fields"
    )


def test_a_test_fails_on_a_mutant(mistake: int) -> None:
    assert outcome(f"found[{mistake}]").startswith(f"{TEST}::test_")


def test_none_fails_on_the_package_itself() -> None:
    assert outcome("None") == "survived"
