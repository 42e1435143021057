"""Reading all parameters of an operation with one extraction and one validation."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import SchemaValidator

from ferroapi import params
from ferroapi._core import Parameters
from ferroapi.masking import NO_SECRETS
from ferroapi.plan.reading.form_parameters import can_shorten, form_parameters, reads_files
from ferroapi.plan.reading.from_json import same_errors_from_json, same_from_json
from ferroapi.plan.reading.parameter_models import may_be_absent, model_extraction
from ferroapi.plan.reading.refusal import Refusal, can_refuse
from ferroapi.plan.reading.refused import Refusing
from ferroapi.plan.reading.schema_decoder import schema_decoder
from ferroapi.plan.reading.stopping import can_stop, stopping_validator
from ferroapi.plan.reading.validators import (
    calls_functions_of_users,
    combined_schema,
    may_read_attributes,
)
from ferroapi.plan.reading.values import (
    empty_is_absent,
    in_cookies,
    parameter_model,
    takes_all,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ferroapi._core import FormParameters, SchemaDecoder, Wanted
    from ferroapi.dependencies.models import Dependant
    from ferroapi.fields import ModelField
    from ferroapi.masking import Secrets


class Model(NamedTuple):
    """A parameter that is a model."""

    key: str
    """Where it is among the other parameters."""
    parameters: Parameters
    """Finds what it is made of."""
    may_be_absent: bool


class Stage:
    """What is read and validated at once, before a step."""

    __slots__ = (
        "absent_when_empty",
        "body_validator",
        "decoder",
        "form",
        "from_json",
        "index",
        "models",
        "parameters",
        "reads_attributes",
        "reads_cookies",
        "refusal",
        "refusing",
        "refusing_body",
        "stopping_validator",
        "validator",
    )

    index: int
    """The step that it is read before."""
    parameters: Parameters | None
    """Finds those that are no models."""
    absent_when_empty: list[str]
    """Those for which an empty text counts as none."""
    models: list[Model]
    reads_attributes: bool
    """Whether a model among the parameters may be read from an object."""
    validator: SchemaValidator | None
    body_validator: SchemaValidator | None
    stopping_validator: Callable[[], SchemaValidator] | None
    """What validates large bodies: as `body_validator`, without finding all errors. `None` where
    they are few."""
    decoder: SchemaDecoder | None
    """Reads most bodies that are valid, where they need no validator."""
    form: FormParameters | None
    """What takes the values for `body_validator` out of a form, where the body is one."""
    from_json: bool
    """Whether a body is validated as it is, without being decoded first."""
    reads_cookies: bool
    refusal: Refusal | None
    """Answers what does not fit, unless something else may have to be said."""
    refusing: Refusing | None
    """Keeps what `validator` refuses, where it may say something else when it is asked again."""
    refusing_body: Refusing | None
    """The same of `body_validator`."""

    def __init__(
        self,
        index: int,
        flat: Sequence[tuple[str, ModelField]],
        bodies: Sequence[tuple[str, ModelField]],
        *,
        models: Mapping[str, Parameters],
        embed: bool,
        is_form: bool,
        refuses: bool,
        secrets: Secrets,
    ) -> None:
        """
        Args:
            index: the step that it is read before.
            flat: the parameters.
            models: what finds those that are models.
            bodies: what is taken from the body.
            embed: whether the body is an object with a member for each of `bodies`.
            is_form: whether the body is a form.
            refuses: whether nothing is left to do for a request whose values do not fit.
            secrets: what is secret among the parameters of the operation.
        """
        self.index = index
        self.parameters = self.validator = self.body_validator = self.form = None
        self.stopping_validator = self.decoder = None
        self.from_json = same_errors = False
        self.reads_cookies = any(in_cookies(param) for _, param in flat)
        single = [(key, param) for key, param in flat if not parameter_model(param)]
        self.models = [
            Model(key, models[key], may_be_absent(param)) for key, param in flat if key in models
        ]
        if single:
            self.parameters = _extraction(single)
        self.reads_attributes = bool(self.models) or any(
            may_read_attributes(param.core_schema) for _, param in flat
        )
        self.absent_when_empty = [key for key, param in single if _empty_is_absent(param)]
        if flat:
            self.validator = SchemaValidator(
                combined_schema((key, key, param) for key, param in flat)
            )
        if bodies and is_form:
            self.form = form_parameters(bodies)
            self.body_validator = SchemaValidator(
                combined_schema((key, key, param) for key, param in bodies)
            )
        elif bodies:
            schema = (
                combined_schema((key, param.input_names[0], param) for key, param in bodies)
                if embed
                else bodies[0][1].core_schema
            )
            self.body_validator = SchemaValidator(schema)
            if can_stop(schema):
                self.stopping_validator = cache(partial(stopping_validator, schema))
            self.decoder = schema_decoder(schema)
            self.from_json = same_from_json(schema)
            same_errors = self.from_json and same_errors_from_json(schema)
        self.refusing = self.refusing_body = None
        if any(calls_functions_of_users(field.core_schema) for _, field in (*flat, *bodies)):
            names = {key: [param.name] for key, param in flat}
            is_final = can_refuse(flat, bodies)
            self.refusing = Refusing(names, of_body=False, is_final=is_final)
            self.refusing_body = _refusing_body(
                bodies, embed=embed, is_form=is_form, is_final=is_final and not self.from_json
            )
        self.refusal = None
        if refuses and not is_form and can_refuse(flat, bodies):
            self.refusal = Refusal(
                flat,
                bodies,
                body_validator=self.body_validator,
                finds_all=self.stopping_validator is None,
                from_json=self.from_json,
                same_errors=same_errors,
                embed=embed,
                secrets=secrets,
            )


class Shortcut:
    """The parameters of an operation as dictionaries, and its body as one value or several.

    A form is one that the core reads: others take the exact order.

    All are read at once before the first step, where nobody can tell: in order, each step has its
    own read just before it runs. Keys are the names of the endpoint's parameters, and
    `<step>.<name>` for those of dependencies.
    """

    __slots__ = ("expressions", "in_order", "reads_form", "stages")

    expressions: list[dict[str, str]]
    """For each step the names of its own arguments, and where a value is: in `values_<stage>`, the
    validated parameters, or in `body_<stage>`, the validated body."""
    stages: dict[int, Stage]
    """By the step that each is read before."""
    reads_form: bool
    """Whether the body is a form."""

    def __init__(self, *, in_order: bool, reads_form: bool) -> None:
        self.expressions = []
        self.stages = {}
        self.in_order = in_order
        self.reads_form = reads_form

    @property
    def reads_body(self) -> bool:
        """Whether anything is taken from a body that is no form."""
        return not self.reads_form and any(
            stage.body_validator is not None for stage in self.stages.values()
        )

    @property
    def decodes_first(self) -> bool:
        """Whether a step runs before the body is looked at, which has to be JSON by then."""
        return (
            self.reads_body
            and self.in_order
            and any(
                stage.index and stage.body_validator is not None for stage in self.stages.values()
            )
        )

    @property
    def decoded_stage(self) -> Stage | None:
        """The stage whose decoder reads the body, when it is the only one that takes it."""
        if self.reads_form:
            return None
        takers = [stage for stage in self.stages.values() if stage.body_validator is not None]
        return takers[0] if len(takers) == 1 and takers[0].decoder is not None else None

    @classmethod
    def compile(
        cls,
        dependants: Sequence[Dependant],
        *,
        body_field: ModelField | None,
        embed: bool,
        in_order: bool = False,
        secrets: Secrets = NO_SECRETS,
    ) -> Shortcut | None:
        """The short cut of an operation; `None` when a parameter needs the exact reading.

        Args:
            dependants: those of the steps, the last of which is the endpoint.
            body_field: the body as one field.
            embed: whether the body is an object with a member for each parameter.
            in_order: whether a step may change what those after it get.
            secrets: what is secret among the parameters.
        """
        is_form = body_field is not None and isinstance(body_field.field_info, params.Form)
        shortcut = cls(in_order=in_order, reads_form=is_form)
        waiting: dict[int, tuple[list[tuple[str, ModelField]], list[tuple[str, ModelField]]]] = {}
        for index, dependant in enumerate(dependants):
            prefix = "" if dependant is dependants[-1] else f"{index}."
            stage = index if in_order else 0
            flat, bodies = waiting.setdefault(stage, ([], []))
            expressions: dict[str, str] = {}
            for param in dependant.parameters:
                flat.append((prefix + param.name, param))
                expressions[param.name] = f'values_{stage}["{prefix}{param.name}"]'
            for param in dependant.body_params:
                bodies.append((prefix + param.name, param))
                member = f'["{prefix}{param.name}"]' if embed or is_form else ""
                expressions[param.name] = f"body_{stage}{member}"
            shortcut.expressions.append(expressions)
        read = [param for flat, _ in waiting.values() for _, param in flat]
        taken = [param for _, bodies in waiting.values() for param in bodies]
        if not all(param.is_complete for param in (*read, *(param for _, param in taken))):
            # What nobody can read is an error where it is sent only.
            return None
        models: dict[str, Parameters] = {}
        for key, param in (row for flat, _ in waiting.values() for row in flat):
            if parameter_model(param):
                found = model_extraction(param)
                if found is None:
                    return None
                models[key] = found
        if taken and not _can_shorten(taken, body_field, embed=embed):
            return None
        readers = [dependant for dependant in dependants if dependant.body_params]
        shares_files = in_order or len(readers) > 1
        if is_form and shares_files and any(reads_files(param) for _, param in taken):
            # What one step has read of a file, another one does not get.
            return None
        shortcut.stages = {
            index: Stage(
                *(index, flat, bodies),
                models=models,
                embed=embed,
                is_form=is_form,
                refuses=index == len(dependants) - 1,
                secrets=secrets,
            )
            for index, (flat, bodies) in waiting.items()
            if flat or bodies
        }
        return shortcut


def _refusing_body(
    bodies: Sequence[tuple[str, ModelField]], *, embed: bool, is_form: bool, is_final: bool
) -> Refusing | None:
    if not bodies:
        return None
    if not (embed or is_form):
        return Refusing(bodies[0][1].name, of_body=True, is_final=is_final)
    names: dict[str, list[str]] = {}
    for key, field in bodies:
        # Errors of JSON have the name that was sent, but those of a default the key.
        for name in {key} if is_form else {key, field.input_names[0]}:
            names.setdefault(name, []).append(field.name)
    return Refusing(names, of_body=True, is_final=False)


def _empty_is_absent(field: ModelField) -> bool:
    return empty_is_absent(field, in_cookies=in_cookies(field))


def _can_shorten(
    bodies: list[tuple[str, ModelField]], body_field: ModelField | None, *, embed: bool
) -> bool:
    if body_field is None:
        # A WebSocket has no body.
        return False
    if isinstance(body_field.field_info, params.Form):
        return all(can_shorten(field) for _, field in bodies)
    if embed:
        return all(len(field.input_names) == 1 for _, field in bodies)
    return len(bodies) == 1


def _extraction(flat: Sequence[tuple[str, ModelField]]) -> Parameters:
    path: list[tuple[str, Sequence[str]]] = []
    query: list[Wanted] = []
    header: list[Wanted] = []
    cookie: list[Wanted] = []
    for key, param in flat:
        names = param.input_names
        info = param.field_info
        if isinstance(info, params.Path):
            path.append((key, names))
        elif isinstance(info, params.Header):
            header.append(
                (key, [name.lower() for name in names], "all" if takes_all(param) else "first")
            )
        elif isinstance(info, params.Cookie):
            cookie.append((key, names, "last"))
        else:
            query.append((key, names, "all" if takes_all(param) else "last"))
    return Parameters(path=path, query=query, header=header, cookie=cookie)
