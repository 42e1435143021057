"""Declared values: which of them can share one adapter."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Optional, Union

import pytest
from pydantic import Field

from ferroapi import params
from ferroapi.fields import ModelField

# name: two declarations `(annotation, default)`, and whether one adapter serves both
PAIRS: dict[str, tuple[tuple[Any, Any], tuple[Any, Any], bool]] = {
    "same": ((int, 1), (int, 1), True),
    "same constraint": ((Annotated[int, Field(ge=1)], 1), (Annotated[int, Field(ge=1)], 1), True),
    "order of a union": ((Union[int, str], 1), (Union[str, int], 1), False),  # noqa: UP007
    "order of a literal": ((Literal["a", "b"], "a"), (Literal["b", "a"], "a"), False),
    "inner order": ((list[int | str], ()), (list[str | int], ()), False),
    "spelling": ((Optional[int], None), (int | None, None), False),  # noqa: UP045
    "type of the default": ((Any, 1), (Any, True), False),
    "type within the default": ((Any, (1,)), (Any, (True,)), False),
    "sign of zero": ((float, 0.0), (float, -0.0), False),
    "precision": ((Decimal, Decimal("1.0")), (Decimal, Decimal("1.00")), False),
}


@pytest.mark.parametrize(("left", "right", "shared"), PAIRS.values(), ids=PAIRS)
def test_equal_declarations_share_an_adapter(
    left: tuple[Any, Any], right: tuple[Any, Any], shared: bool
) -> None:
    adapters = []
    for annotation, default in (left, right):
        info = params.Query.from_annotated_attribute(annotation, params.Query(default))
        adapters.append(ModelField(name="a", field_info=info).type_adapter)

    assert (adapters[0] is adapters[1]) is shared
