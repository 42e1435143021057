"""Sequences that are arguments: read to their end, whatever they say of their length."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ferroapi._core import FormParameters, Parameters, Router, SchemaEncoder

WANTED = ("a", ["a"], "first")

TAKES: dict[str, tuple[Callable[[Any], object], Any]] = {
    "routes": (Router, ("/", "http", None)),
    "methods": (lambda items: Router([("/", "http", items)]), "GET"),
    "query": (lambda items: Parameters(query=items), WANTED),
    "header": (lambda items: Parameters(header=items), WANTED),
    "cookie": (lambda items: Parameters(cookie=items), WANTED),
    "path": (lambda items: Parameters(path=items), ("a", ["a"])),
    "names": (lambda items: Parameters(query=[("a", items, "first")]), "a"),
    "names in a path": (lambda items: Parameters(path=[("a", items)]), "a"),
    "fields": (lambda items: FormParameters(fields=items), (*WANTED, False)),
    "models": (lambda items: FormParameters(models=items), ("a", [], False, False)),
    "fields of a model": (
        lambda items: FormParameters(models=[("a", items, False, False)]),
        (["a"], "first", False),
    ),
    "fields of a schema": (
        lambda items: SchemaEncoder([("model", dict, items)], repr),  # type: ignore[arg-type]  # no bytes
        ("a", "a", 0),
    ),
    "texts of a schema": (
        lambda items: SchemaEncoder([("enum", (1,), items)], repr),  # type: ignore[arg-type]  # no bytes
        b"1",
    ),
}


class Lying(Sequence[Any]):
    """A sequence of one item that says it has another number of them."""

    def __init__(self, item: Any, length: int) -> None:
        self._item = item
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        return [self._item][index]


@pytest.mark.parametrize("length", [0, 2**31, 2**62, -1])
@pytest.mark.parametrize(("make", "item"), TAKES.values(), ids=TAKES)
def test_a_length_is_not_believed(make: Callable[[Any], object], item: Any, length: int) -> None:
    made = make(Lying(item, length))
    assert type(made) is type(make([item]))


@pytest.mark.parametrize(("make", "item"), TAKES.values(), ids=TAKES)
@pytest.mark.parametrize(
    "wrong", ["text", 1, {"a"}, iter([])], ids=lambda wrong: type(wrong).__name__
)
def test_what_is_no_sequence_is_refused(
    make: Callable[[Any], object], item: Any, wrong: object
) -> None:
    with pytest.raises(TypeError):
        make(wrong)


@pytest.mark.parametrize(("make", "item"), TAKES.values(), ids=TAKES)
def test_a_wrong_item_is_refused(make: Callable[[Any], object], item: Any) -> None:
    with pytest.raises(TypeError):
        make([item, object()])


def test_what_a_sequence_raises_comes_out() -> None:
    class Failing(list[Any]):
        def __iter__(self) -> Any:
            raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        Router(Failing([("/", "http", None)]))
