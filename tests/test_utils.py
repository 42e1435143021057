"""The small functions that packages import from `fastapi.utils`."""

from typing import Any

import pytest

from ferroapi import params
from ferroapi.datastructures import Default
from ferroapi.exceptions import FastAPIError
from ferroapi.utils import (
    create_model_field,
    deep_dict_update,
    generate_operation_id_for_path,
    get_path_param_names,
    get_value_or_default,
)

# name: (keywords, attributes of the field)
FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "required": ({}, {"name": "n", "required": True, "alias": "n", "mode": "validation"}),
    "default": ({"default": 3}, {"required": False, "default": 3}),
    "alias": ({"alias": "a"}, {"alias": "a"}),
    "mode": ({"mode": "serialization"}, {"mode": "serialization"}),
    "info": ({"field_info": params.Body(4, annotation=int), "default": 3}, {"default": 4}),
}


@pytest.mark.parametrize(("keywords", "attributes"), FIELDS.values(), ids=FIELDS)
def test_create_model_field(keywords: dict[str, Any], attributes: dict[str, Any]) -> None:
    field = create_model_field("n", int, **keywords)
    assert field.validate("3", loc=()) == (3, [])
    assert {name: getattr(field, name) for name in attributes} == attributes


def test_a_field_of_no_type_is_refused() -> None:
    with pytest.raises(FastAPIError):
        create_model_field("n", object())


def test_get_path_param_names() -> None:
    assert get_path_param_names("/a/{b}/{c:path}/x{d}") == {"b", "c:path", "d"}


def test_generate_operation_id_for_path() -> None:
    assert generate_operation_id_for_path(name="f", path="/a/{b}", method="GET") == "f_a__b__get"


def test_deep_dict_update() -> None:
    main = {"a": {"b": 1, "l": [1]}, "c": 1}
    deep_dict_update(main, {"a": {"x": 2, "l": [2]}, "c": 2, "e": {}})
    assert main == {"a": {"b": 1, "l": [1, 2], "x": 2}, "c": 2, "e": {}}


def test_get_value_or_default() -> None:
    assert get_value_or_default(Default(1), 2, 3) == 2
    assert get_value_or_default(Default(1), Default(2)) == Default(1)
    assert get_value_or_default(4) == 4
