"""Functions other packages import from FastAPI under this name."""

import re
from typing import Any, TypeVar

from pydantic.fields import FieldInfo

from ferroapi.content import (
    is_body_allowed_for_status_code as is_body_allowed_for_status_code,
)
from ferroapi.datastructures import DefaultPlaceholder
from ferroapi.fields import Mode, ModelField, Undefined, create_field
from ferroapi.openapi.writing.merging import merged
from ferroapi.routing.options import first_chosen
from ferroapi.routing.unique_id import generate_unique_id as generate_unique_id

__all__ = [
    "create_model_field",
    "deep_dict_update",
    "generate_operation_id_for_path",
    "generate_unique_id",
    "get_path_param_names",
    "get_value_or_default",
    "is_body_allowed_for_status_code",
]

Chosen = TypeVar("Chosen")


def create_model_field(
    name: str,
    type_: Any,
    default: Any | None = Undefined,
    field_info: FieldInfo | None = None,
    alias: str | None = None,
    mode: Mode = "validation",
) -> ModelField:
    """A field of a type.

    Args:
        name: the Python name.
        type_: the annotation.
        default: its default, when there is no `field_info`.
        field_info: what is declared of it.
        alias: its name elsewhere, when there is no `field_info`.
        mode: whether its schema is that of reading or that of writing.

    Raises:
        FastAPIError: pydantic has no schema for the type.
        PydanticV1NotSupportedError: the type names a `pydantic.v1` model.
    """
    info = field_info or FieldInfo(annotation=type_, default=default, alias=alias)
    return create_field(name, type_, field_info=info, mode=mode)


def get_path_param_names(path: str) -> set[str]:
    """What stands in braces in a path, a convertor included."""
    return set(re.findall(r"\{([^}]*)\}", path))


def generate_operation_id_for_path(*, name: str, path: str, method: str) -> str:
    """Name, path and method in word characters."""
    words = re.sub(r"\W", "_", name + path)
    return f"{words}_{method.lower()}"


def deep_dict_update(main_dict: dict[Any, Any], update_dict: dict[Any, Any]) -> None:
    """Merges a dictionary into another, in place: dictionaries are merged, lists joined."""
    main_dict.update(merged(main_dict, update_dict))


def get_value_or_default(
    first_item: DefaultPlaceholder | Chosen, *extra_items: DefaultPlaceholder | Chosen
) -> DefaultPlaceholder | Chosen:
    """The first item somebody chose; the first placeholder when nobody did."""
    chosen: DefaultPlaceholder | Chosen = first_chosen(first_item, *extra_items)
    return chosen
