"""The adapters of pydantic: what says the same shares one."""

from __future__ import annotations

import warnings
from typing import Annotated, Any
from weakref import WeakValueDictionary

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic.warnings import UnsupportedFieldAttributeWarning

from ferroapi.annotations import parts
from ferroapi.identity import Same
from ferroapi.immutable import is_immutable

_NAMES = frozenset({"alias", "alias_priority", "serialization_alias", "validation_alias"})
_DEFAULTS: dict[str, Any] = dict(FieldInfo(annotation=Any).asdict()["attributes"])
_adapters: WeakValueDictionary[Any, TypeAdapter[Any]] = WeakValueDictionary()


def adapter_of(info: FieldInfo, config: ConfigDict | None) -> TypeAdapter[Any]:
    """The adapter of an annotation with all its constraints and its default.

    Raises what `TypeAdapter` does.

    Args:
        info: the annotation and what is said of it. Names are left to the extraction.
        config: the configuration of a model that it is a field of.
    """
    described = info.asdict()
    attributes = {
        name: value
        for name, value in described["attributes"].items()
        if name not in _NAMES and value is not _DEFAULTS[name]
    }
    key = _identity(described["annotation"], described["metadata"], attributes, config)
    known = _adapters.get(key) if key is not None else None
    if known is not None:
        return known
    with warnings.catch_warnings():
        # Some attributes (`deprecated`, say) are for the schema only.
        warnings.simplefilter("ignore", category=UnsupportedFieldAttributeWarning)
        # A model that is not complete yet, or says so, is read anew below an `Annotated`.
        incomplete = getattr(described["annotation"], "__pydantic_complete__", True) is False
        more = (Field(**attributes),) if attributes or incomplete else ()
        adapter: TypeAdapter[Any] = TypeAdapter(annotated(info, *more), config=config)
    if key is not None:
        _adapters[key] = adapter
    return adapter


def annotated(info: FieldInfo, *more: Any) -> Any:
    """The annotation with its constraints, as `Annotated` where there are any."""
    described = info.asdict()
    annotation: Any = described["annotation"]
    for item in (*described["metadata"], *more):
        annotation = Annotated[annotation, item]
    return annotation


def _comparable(value: Any) -> Any:
    """What stands for a value among those that may be equal and yet become different ones."""
    return value if is_immutable(value) else Same(value)


def core_schemas(annotation: Any) -> tuple[Any, ...]:
    """The core schemas of the models that an annotation names: others, once one was rebuilt."""
    return tuple(
        Same(schema)
        for part in parts(annotation)
        if isinstance(part, type)
        and (schema := getattr(part, "__pydantic_core_schema__", None)) is not None
    )


def _identity(
    annotation: Any, metadata: list[Any], attributes: dict[str, Any], config: ConfigDict | None
) -> Any:
    """A key that is equal for what one adapter can serve; `None` for what cannot be compared."""
    if config:
        return None
    # Types as well: 1, 1.0 and True are equal, but not the same default.
    key = (
        annotation,
        tuple((type(item), item) for item in metadata),
        tuple((name, type(value), _comparable(value)) for name, value in attributes.items()),
    )
    try:
        hash(key)
    except TypeError:
        return None
    # Equal is not the same: unions in another order, -0.0 and 0.0, decimals of other precision.
    return key, repr(key), core_schemas(annotation)
