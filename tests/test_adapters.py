"""Which fields share an adapter, and that those which do not differ."""

from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

import pytest
from pydantic import ConfigDict, create_model
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType

from ferroapi.adapters import adapter_of, annotated, core_schemas


def info(annotation: Any, **attributes: Any) -> FieldInfo:
    return FieldInfo.from_annotated_attribute(annotation, FieldInfo(**attributes))


def test_a_bare_annotation_stays_what_it_is() -> None:
    assert annotated(info(str)) is str
    assert get_args(annotated(info(int, ge=1)))[0] is int


# name: two declarations
ALIKE: dict[str, tuple[Any, Any]] = {
    "type": (info(int), info(int)),
    "constraints": (info(int, ge=1), info(int, ge=1)),
    "metadata": (info(Annotated[str, "a"]), info(Annotated[str, "a"])),
    "default": (info(int, default=1), info(int, default=1)),
    "names": (info(int, alias="a"), info(int, alias="b")),
}
DIFFERENT: dict[str, tuple[Any, Any]] = {
    "type": (info(int), info(str)),
    "constraints": (info(int, ge=1), info(int, ge=2)),
    "order of a union": (info(int | str), info(str | int)),
    "sign of zero": (info(float, default=0.0), info(float, default=-0.0)),
    "precision": (info(Decimal, default=Decimal("1.0")), info(Decimal, default=Decimal("1.00"))),
    "kind of default": (info(int, default=1), info(int, default=True)),
    "kind of literal": (info(Literal[1]), info(Literal[True])),
    "what cannot be compared": (info(Annotated[int, []]), info(Annotated[int, []])),
}


@pytest.mark.parametrize(("one", "other"), ALIKE.values(), ids=ALIKE)
def test_what_says_the_same_shares_one(one: FieldInfo, other: FieldInfo) -> None:
    adapter = adapter_of(one, None)
    assert adapter_of(other, None) is adapter


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_differs_shares_none(one: FieldInfo, other: FieldInfo) -> None:
    adapter = adapter_of(one, None)
    assert adapter_of(other, None) is not adapter


def test_with_a_configuration_each_has_its_own() -> None:
    adapter = adapter_of(info(int), ConfigDict(strict=True))
    assert adapter_of(info(int), ConfigDict(strict=True)) is not adapter


def test_a_model_that_was_rebuilt_has_another() -> None:
    model: Any = create_model("Model", a=(int, 1))
    alias = TypeAliasType("alias", dict[str, list[model | None]])
    for annotation in (model, list[model], Annotated[model, "a"], alias):
        before, adapter = core_schemas(annotation), adapter_of(info(annotation), None)
        assert core_schemas(annotation) == before
        assert adapter_of(info(annotation), None) is adapter
        model.model_rebuild(force=True)
        assert core_schemas(annotation) != before
        assert adapter_of(info(annotation), None) is not adapter
