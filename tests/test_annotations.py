"""Questions about type annotations."""

import dataclasses
import typing
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from typing import Annotated, Any, Generic, Optional, TypeVar, Union

import pytest
from pydantic import BaseModel, Json
from typing_extensions import TypeAliasType

from ferroapi import UploadFile
from ferroapi.annotations import (
    is_bytes,
    is_bytes_sequence,
    is_scalar,
    is_scalar_sequence,
    is_sequence,
    is_union,
    is_upload_file,
    is_upload_file_sequence,
    optional_model,
    parts,
    resolve_alias,
    stream_item,
)

T = TypeVar("T")


class Model(BaseModel):
    a: int


class GenericModel(BaseModel, Generic[T]):
    a: T


@dataclasses.dataclass
class Data:
    a: int


# The statement `type` makes the first.
ALIASES: list[Any] = [getattr(typing, "TypeAliasType", TypeAliasType), TypeAliasType]
Alias = ALIASES[0]("Alias", list[int])
Deep = TypeAliasType("Deep", Alias)
ModelAlias = ALIASES[0]("ModelAlias", Model | None)

# name: (annotation, the questions that are answered with yes)
ANSWERS: dict[str, tuple[Any, str]] = {
    "int": (int, "scalar"),
    "str": (str, "scalar"),
    "any": (Any, "scalar"),
    "none": (None, "scalar"),
    "optional": (int | None, "scalar union"),
    "old_optional": (Optional[int], "scalar union"),  # noqa: UP045  people write it
    "old_union": (Union[int, str], "scalar union"),  # noqa: UP007  people write it
    "bytes": (bytes, "scalar bytes"),
    "optional_bytes": (bytes | None, "scalar bytes union"),
    "annotated": (Annotated[int, "note"], "scalar"),
    "model": (Model, ""),
    "generic_model": (GenericModel[int], ""),
    "optional_model": (Model | None, "union"),
    "dataclass": (Data, ""),
    "dict": (dict[str, int], ""),
    "mapping": (Mapping[str, int], ""),
    "list": (list[int], "sequence scalar_sequence"),
    "bare_list": (list, "sequence scalar_sequence"),
    "old_list": (typing.List[int], "sequence scalar_sequence"),  # noqa: UP006  people write it
    "set": (set[int], "sequence scalar_sequence"),
    "frozenset": (frozenset[int], "sequence scalar_sequence"),
    "deque": (deque[int], "sequence scalar_sequence"),
    "tuple": (tuple[int, str], "sequence scalar_sequence"),
    "long_tuple": (tuple[int, ...], "sequence scalar_sequence"),
    "abstract": (Sequence[int], "sequence scalar_sequence"),
    "optional_list": (list[int] | None, "sequence scalar_sequence union"),
    "list_or_int": (list[int] | int, "sequence scalar_sequence union"),
    "annotated_list": (Annotated[list[int] | None, "note"], "sequence scalar_sequence"),
    "alias": (Alias, "scalar sequence"),
    "alias_of_an_alias": (Deep, "scalar sequence"),
    "alias_in_a_union": (Alias | None, "scalar union"),
    "aliases": (list[Alias], "sequence scalar_sequence"),
    "alias_of_a_model": (ModelAlias, "scalar"),
    "models": (list[Model], "sequence"),
    "lists": (list[list[int]], "sequence"),
    "models_or_int": (list[Model] | int, "sequence union"),
    "list_or_model": (list[int] | Model, "sequence union"),
    "byte_strings": (list[bytes], "sequence scalar_sequence bytes_sequence"),
    "optional_byte_strings": (
        list[bytes] | None,
        "sequence scalar_sequence bytes_sequence union",
    ),
    "many_byte_strings": (tuple[bytes, ...], "sequence scalar_sequence bytes_sequence"),
    "upload": (UploadFile, "upload"),
    "optional_upload": (UploadFile | None, "upload union"),
    "uploads": (list[UploadFile], "sequence upload_sequence"),
    "many_uploads": (tuple[UploadFile, ...], "sequence upload_sequence"),
    "annotated_uploads": (list[Annotated[UploadFile, "note"]], "sequence upload_sequence"),
    "optional_uploads": (list[UploadFile] | None, "sequence upload_sequence union"),
}
QUESTIONS: dict[str, Any] = {
    "scalar": is_scalar,
    "sequence": is_sequence,
    "scalar_sequence": is_scalar_sequence,
    "union": is_union,
    "bytes": is_bytes,
    "bytes_sequence": is_bytes_sequence,
    "upload": is_upload_file,
    "upload_sequence": is_upload_file_sequence,
}


@pytest.mark.parametrize(("annotation", "answers"), ANSWERS.values(), ids=ANSWERS)
def test_answers(annotation: Any, answers: str) -> None:
    found = {name for name, question in QUESTIONS.items() if question(annotation)}
    # A bare list asks nothing of its items.
    if annotation is list:
        found -= {"bytes_sequence", "upload_sequence"}
    assert found == set(answers.split())


# name: (annotation, the model it stands for)
OPTIONAL_MODELS: dict[str, tuple[Any, Any]] = {
    "model": (Model, Model),
    "optional": (Model | None, Model),
    "annotated": (Annotated[Model | None, "note"], Model),
    "two": (Model | GenericModel[int], None),
    "with_scalar": (Model | int, None),
    "int": (int, None),
    "none": (None, None),
    "list": (list[Model], None),
    "alias": (ModelAlias, None),
    "json": (Json[Model], None),
    "optional_json": (Json[Model] | None, None),
    "annotated_json": (Annotated[Json[Model] | None, "note"], None),
}


@pytest.mark.parametrize(("annotation", "model"), OPTIONAL_MODELS.values(), ids=OPTIONAL_MODELS)
def test_optional_model(annotation: Any, model: Any) -> None:
    assert optional_model(annotation) is model


# name: (return annotation, its items)
STREAMS: dict[str, tuple[Any, Any]] = {
    "async_iterable": (AsyncIterable[int], (int,)),
    "async_iterator": (AsyncIterator[int], (int,)),
    "async_generator": (AsyncGenerator[int, None], (int,)),
    "iterable": (Iterable[str], (str,)),
    "iterator": (Iterator[Model], (Model,)),
    "generator": (Generator[int, str, None], (int,)),
    "typing": (typing.AsyncIterable[int], (int,)),
    "bare": (typing.Iterator, (Any,)),
    "none_items": (Iterator[None], (None,)),
    "annotated": (Annotated[Iterator[int], "note"], None),
    "list": (list[int], None),
    "int": (int, None),
    "nothing": (None, None),
}


@pytest.mark.parametrize(("annotation", "item"), STREAMS.values(), ids=STREAMS)
def test_stream_item(annotation: Any, item: Any) -> None:
    assert stream_item(annotation) == item


@pytest.mark.parametrize("alias", ALIASES, ids=["typing", "typing_extensions"])
def test_aliases_are_resolved(alias: Any) -> None:
    assert resolve_alias(alias("Outer", alias("Inner", list[int]))) == list[int]
    assert resolve_alias(Deep) == list[int]
    assert resolve_alias(int) is int


class Itself:
    """An alias that stands for itself, which the statement allows."""

    __value__: Any


def test_an_alias_of_itself_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ferroapi.annotations._ALIASES", (Itself,))
    first, second = Itself(), Itself()
    first.__value__, second.__value__ = second, first
    assert resolve_alias(first) in (first, second)
    assert len(list(parts(list[first]))) == 2  # type: ignore[valid-type]  # made above


def test_the_parts_of_what_contains_itself() -> None:
    json = TypeAliasType("json", "dict[str, json] | int")  # type: ignore[misc]  # meant
    assert list(parts(list[int | Alias])) == [list[int | Alias], int | Alias, list[int], int, int]
    assert list(parts(dict[str, Alias], is_union)) == [dict[str, Alias]]
    assert "dict[str, json] | int" in list(parts(json))


def test_json_is_what_it_holds() -> None:
    """Its annotation is that of the decoded value."""
    assert is_scalar_sequence(Json[list[int]])
