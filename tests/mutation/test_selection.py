"""Which tests are to kill a mutant."""

import pytest
from tests.mutation import selection
from tests.mutation.mutants import Mutant
from tests.mutation.selection import Selection

PATH = "ferroapi/plan/solver.py"
OWN = [f"tests/plan/test_solver.py::{name}" for name in "abc"]
OTHERS = ["tests/test_params.py::a", "tests/test_params.py::b", "tests/test_fields.py::a"]
DURATIONS = dict(zip([*OWN, *OTHERS], [3.0, 2.0, 1.0, 0.1, 0.2, 0.3], strict=True))


def mutant(first: int, last: int) -> Mutant:
    return Mutant(PATH, "f", (first, last), 0, "a", "b")


CASES = {
    "its own first, and the fastest of them": ((1, 1), [OWN[1::-1]]),
    "then those of others": ((2, 2), [OWN[:1], OTHERS[:2]]),
    "of all lines of a statement": ((1, 2), [OWN[1::-1], OTHERS[:2]]),
    "its own where none is known to run it": ((9, 9), [OWN[::-1]]),
    "its own where none runs it, but an import": ((4, 4), [OWN[::-1]]),
    "none that failed": ((3, 3), [OTHERS[2:]]),
}


@pytest.mark.parametrize(("lines", "selected"), CASES.values(), ids=CASES)
def test_selected(lines: tuple[int, int], selected: list[list[str]]) -> None:
    known = {
        1: OWN[:2],
        2: [OWN[0], *OTHERS[:2]],
        3: [OTHERS[2], "tests/test_fields.py::failed"],
        4: [""],
    }
    assert list(Selection({PATH: known}, DURATIONS).of(mutant(*lines))) == selected


def test_the_rest_comes_last_and_is_held_to_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "AT_ONCE", 1)
    monkeypatch.setattr(selection, "ALL", 4.0)
    selected = list(Selection({PATH: {1: [*OWN, *OTHERS]}}, DURATIONS).of(mutant(1, 1)))
    assert selected == [OWN[2:], OTHERS[:1], [*OTHERS[1:], OWN[1]]]
