"""Whether the schema of a model is still that of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANNOTATIONS = frozenset({"metadata", "ref", "serialization"})


def is_own_schema(schema: Any, definitions: Mapping[str, Any]) -> bool:
    """Whether a class would be validated by `schema` also on its own.

    Validators ask the class for its own validator, and that is another one when the class was built
    again after the schema was made.

    Args:
        schema: the schema of a model or a dataclass, as part of a larger one.
        definitions: those of the larger one, by their references.
    """
    model = schema["cls"]
    own = vars(model).get("__pydantic_core_schema__")
    if type(own) is not dict:
        return False
    known: dict[str, Any] = {}
    own = _resolved(own, known)
    if own["type"] != schema["type"] or own["cls"] is not model:
        return False
    return _are_same(own["schema"], schema["schema"], known, definitions, set()) and (
        own.get("config") == schema.get("config")
    )


def _resolved(schema: Any, definitions: dict[str, Any]) -> Any:
    while schema["type"] == "definitions":
        definitions.update((each["ref"], each) for each in schema["definitions"])
        schema = schema["schema"]
    return _followed(schema, definitions)


def _followed(schema: Any, definitions: Mapping[str, Any]) -> Any:
    while schema.get("type") == "definition-ref":
        schema = definitions[schema["schema_ref"]]
    return schema


def _are_same(
    left: Any,
    right: Any,
    of_left: Mapping[str, Any],
    of_right: Mapping[str, Any],
    begun: set[tuple[int, int]],
) -> bool:
    """Whether two parts are the same, but for models in them: each is looked at by itself.

    What contains itself is compared once: `begun` has the pairs that are, or were.
    """
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        left, right = _followed(left, of_left), _followed(right, of_right)
        if left.get("type") == right.get("type") == "model":
            return left["cls"] is right["cls"]
        if left is right or (id(left), id(right)) in begun:
            return True
        begun.add((id(left), id(right)))
        names = left.keys() - _ANNOTATIONS
        return names == right.keys() - _ANNOTATIONS and all(
            _are_same(left[name], right[name], of_left, of_right, begun) for name in names
        )
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(
            _are_same(*pair, of_left, of_right, begun) for pair in zip(left, right, strict=True)
        )
    return left is right or bool(left == right)
