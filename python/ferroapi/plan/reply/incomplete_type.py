"""A declared type of replies that names something undefined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from ferroapi.fields import ModelField


class TypeValidator(Protocol):
    """Validates values as a type says."""

    @property
    def validate_python(self) -> Callable[..., Any]:
        """Gives the validated value, or raises `ValidationError`."""
        ...


class TypeSerializer(Protocol):
    """Serializes values of a type; the options are those of pydantic."""

    @property
    def to_json(self) -> Callable[..., bytes]:
        """Gives JSON text."""
        ...

    @property
    def to_python(self) -> Callable[..., Any]:
        """Gives data."""
        ...


class IncompleteType:
    """Asks the type when a value is to fit it, since it may be complete by then.

    Who returns a response, or raises, never asks. The methods raise `PydanticUserError` while
    something is undefined.
    """

    def __init__(self, field: ModelField) -> None:
        """
        Args:
            field: the declared type.
        """
        self._field = field

    def validate_python(self, value: Any, /, *, from_attributes: bool | None = None) -> Any:
        """The validated value. Raises `ValidationError`."""
        validator = self._field.complete_adapter.validator
        return validator.validate_python(value, from_attributes=from_attributes)

    def to_json(self, value: Any, /, **options: Any) -> bytes:
        """JSON text."""
        return self._field.complete_adapter.serializer.to_json(value, **options)

    def to_python(self, value: Any, /, **options: Any) -> Any:
        """Data."""
        return self._field.complete_adapter.serializer.to_python(value, **options)
