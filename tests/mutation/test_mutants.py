"""What counts as a mistake in a module."""

import pytest
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.places import MUTATED, PACKAGE

MISTAKES = {
    "comparison": ("return a < b", ["a <= b", "None"]),
    "identity": ("x = a is not None", ["a is None"]),
    "membership": ("x = a not in (b)", ["a in (b)"]),
    "chain": ("x = a <= b < c", ["a < b < c", "a <= b <= c"]),
    "and": ("x = (a) and b", ["(a) or b"]),
    "arithmetic": ("x = a - b", ["a + b"]),
    "in place": ("x += y", ["pass"]),
    "negation": ("x = not a", ["= a"]),
    "condition": ("if a: b", ["if not (a): b"]),
    "constants": ('x = True, 1, "a", b"b"', ["False", "2", '""', 'b""']),
    "call": ("f(a, b)", ["pass", "f(b, a)"]),
    "call with the same": ("x = f(a, a)", []),
    "call with all": ("x = f(*a, b)", []),
    "raise": ("raise a", ["pass"]),
    "attribute": ("a.b = c", ["pass"]),
    "loop": ("for a in b: break", ["continue"]),
    "annotation": ("x: list[1] = a", []),
    "formatted": ('x = f"{a < b}"', []),
    "text for the reader": ('"""a"""', []),
    "inner": ("def g(): return a", ["None"]),
}


@pytest.mark.parametrize(("body", "written"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(body: str, written: list[str]) -> None:
    source = f"def f(a=1 < 2):\n    {body}\n".encode()
    found = mutants("a.py", source)
    changed = [mutant.applied(source).decode().splitlines()[1] for mutant in found]
    assert len(changed) == len(written)
    for line in changed:
        assert any(piece in line.replace("''", '""') for piece in written)


def test_a_mutant_is_told_by_its_function_and_lines() -> None:
    source = b"class A:\n    def f(self):\n        return g(\n            a,\n            not b)\n"
    found = mutants("a.py", source)[-1]
    assert found == Mutant("a.py", "A.f", (3, 5), source.index(b"not b"), "not b", "b")


def test_nothing_outside_of_functions_is_mutated() -> None:
    assert not mutants("a.py", b"x = 1 < 2\nclass A:\n    y = not x\n")


@pytest.mark.parametrize("folder", MUTATED)
def test_all_mutants_can_be_compiled(folder: str) -> None:
    path = next(iter(sorted(PACKAGE.joinpath(folder).glob("[a-z]*.py"))))
    source = path.read_bytes()
    found = mutants(path.name, source)
    assert found
    for mutant in found:
        compile(mutant.applied(source), path, "exec")
