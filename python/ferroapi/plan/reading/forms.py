"""Taking the parameters of an operation out of a parsed form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ferroapi import params
from ferroapi.dependencies.body import form_models
from ferroapi.exceptions import RequestValidationError
from ferroapi.fields import Undefined
from ferroapi.plan.reading.form_fields import FormField
from ferroapi.plan.reading.form_models import FormModels
from ferroapi.plan.reading.parts import Part
from ferroapi.plan.reading.values import validate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import FormData

    from ferroapi.fields import ErrorDetail, Location, ModelField
    from ferroapi.plan.reading.form_fields import Received
    from ferroapi.plan.reading.values import Validate


class _Parameter(Protocol):
    """One parameter of an operation whose body is a form."""

    field: ModelField
    """Validates the value."""

    async def read(self, received: Received) -> tuple[Location, Any]:
        """The place of the parameter for its errors, and its value or `Undefined`.

        Raises:
            RequestValidationError: there is none to validate.
        """
        ...


class _Single:
    def __init__(self, field: ModelField) -> None:
        self.field = field
        self._form_field = FormField(field)

    async def read(self, received: Received) -> tuple[Location, Any]:
        name, value = self._form_field.find(received)
        if value is not Undefined:
            value = await self._form_field.read_files(value)
        return ("body", name), value


class FormReader:
    """Gets the body parameters of one callable out of forms."""

    __slots__ = ("_parameters",)

    def __init__(self, fields: Sequence[ModelField]) -> None:
        self._parameters: list[_Parameter] = [
            Part(field)
            if isinstance(field.field_info, params.Part)
            else FormModels(field)
            if form_models(field)
            else _Single(field)
            for field in fields
        ]

    async def read(
        self, form: FormData, validate: Validate = validate
    ) -> tuple[dict[str, Any], list[ErrorDetail]]:
        """The values by Python name, and the errors in order of declaration."""
        received: Received = {}
        for name, item in form.multi_items():
            received.setdefault(name, []).append(item)
        values: dict[str, Any] = {}
        errors: list[ErrorDetail] = []
        for parameter in self._parameters:
            try:
                loc, value = await parameter.read(received)
            except RequestValidationError as fault:
                errors.extend(fault.current_errors())
                continue
            value, found = validate(parameter.field, value, loc)
            if found:
                errors.extend(found)
            else:
                values[parameter.field.name] = value
        return values, errors
