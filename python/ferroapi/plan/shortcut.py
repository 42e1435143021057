"""Reading all parameters of an operation with one extraction and one validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import SchemaValidator, from_json

from ferroapi import params
from ferroapi._core import Parameters
from ferroapi.annotations import is_sequence
from ferroapi.plan.parameters import parameter_model, takes_all
from ferroapi.plan.validators import combined_validator, longest_from_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ferroapi._core import Wanted
    from ferroapi.fields import ModelField
    from ferroapi.plan.exchange import Exchange
    from ferroapi.plan.steps import Step


@dataclass(slots=True, eq=False)
class Shortcut:
    """The parameters of all steps as one dictionary.

    Keys are the names of the endpoint's parameters, and `<step>.<name>` for those of dependencies.
    """

    keys: tuple[tuple[tuple[str, str], ...], ...]
    """For each dependency its argument names and their keys."""
    parameters: Parameters | None = None
    validator: SchemaValidator | None = None
    body_key: str = ""
    longest_from_json: int = 0
    """The longest body that is validated as it is, without being decoded first."""
    body_validator: SchemaValidator | None = None

    @property
    def reads_parameters(self) -> bool:
        """Whether anything is taken from path, query, headers or cookies."""
        return self.validator is not None

    @property
    def reads_body(self) -> bool:
        """Whether anything is taken from the body."""
        return self.body_validator is not None

    @classmethod
    def compile(
        cls, steps: Sequence[Step], *, body_field: ModelField | None, embed: bool
    ) -> Shortcut | None:
        """The short cut of an operation; `None` when a parameter needs the exact reading."""
        keys = []
        flat: list[tuple[str, ModelField]] = []
        bodies: list[tuple[str, ModelField]] = []
        for step in steps:
            prefix = "" if step is steps[-1] else f"{step.index}."
            dependant = step.dependant
            own = [
                (prefix + field.name, field)
                for field in (
                    *dependant.path_params,
                    *dependant.query_params,
                    *dependant.header_params,
                    *dependant.cookie_params,
                )
            ]
            body = [(prefix + field.name, field) for field in dependant.body_params]
            flat += own
            bodies += body
            if step is not steps[-1]:
                keys.append(tuple((field.name, key) for key, field in (*own, *body)))
        if any(parameter_model(field) or _is_cookie_list(field) for _, field in flat):
            return None
        if bodies and not _can_shorten(bodies, body_field, embed=embed):
            return None
        shortcut = cls(keys=tuple(keys))
        if flat:
            shortcut.parameters = _extraction(flat)
            shortcut.validator = combined_validator((key, key, field) for key, field in flat)
        if bodies:
            shortcut._add_body(bodies, embed=embed)
        return shortcut

    def _add_body(self, bodies: list[tuple[str, ModelField]], *, embed: bool) -> None:
        if embed:
            self.body_validator = combined_validator(
                (key, field.input_names[0], field) for key, field in bodies
            )
            return
        ((self.body_key, field),) = bodies
        self.body_validator = SchemaValidator(field.core_schema)
        self.longest_from_json = longest_from_json(field.core_schema)

    def read(self, exchange: Exchange) -> dict[str, Any] | None:
        """All parameters by key, or `None` when one of them is not valid."""
        assert self.parameters is not None
        assert self.validator is not None
        scope = exchange.scope
        given = self.parameters.extract(
            scope["path_params"], scope["query_string"], scope["headers"]
        )
        try:
            values: dict[str, Any] = self.validator.validate_python(given)
        except (ValidationError, OverflowError):
            return None
        return values

    def read_body(self, raw: bytes, values: dict[str, Any]) -> None:
        """Adds the body parameters to `values`. Raises `ValueError` when they are not valid."""
        assert self.body_validator is not None
        if len(raw) <= self.longest_from_json:
            values[self.body_key] = self.body_validator.validate_json(raw)
            return
        body = from_json(raw, allow_inf_nan=False)
        result = self.body_validator.validate_python(body, from_attributes=True)
        if self.body_key:
            values[self.body_key] = result
        else:
            values.update(result)


def _is_cookie_list(field: ModelField) -> bool:
    """Whether an empty value counts as an empty list, which is as good as none."""
    return isinstance(field.field_info, params.Cookie) and is_sequence(field.field_info.annotation)


def _can_shorten(
    bodies: list[tuple[str, ModelField]], body_field: ModelField | None, *, embed: bool
) -> bool:
    if body_field is None or isinstance(body_field.field_info, params.Form):
        # A WebSocket has no body; a form is taken apart name by name.
        return False
    if embed:
        return all(len(field.input_names) == 1 for _, field in bodies)
    return len(bodies) == 1


def _extraction(flat: Sequence[tuple[str, ModelField]]) -> Parameters:
    path: list[tuple[str, Sequence[str]]] = []
    query: list[Wanted] = []
    header: list[Wanted] = []
    cookie: list[Wanted] = []
    for key, field in flat:
        names = field.input_names
        info = field.field_info
        if isinstance(info, params.Path):
            path.append((key, names))
        elif isinstance(info, params.Header):
            header.append(
                (key, [name.lower() for name in names], "all" if takes_all(field) else "first")
            )
        elif isinstance(info, params.Cookie):
            cookie.append((key, names, "last"))
        else:
            query.append((key, names, "all" if takes_all(field) else "last"))
    return Parameters(path=path, query=query, header=header, cookie=cookie)
