"""Request bodies that are forms made of models, which JSON Schema has to put together.

A form is flat: the fields of each model stand next to those of the other models and next to single
parameters, so the schema of the whole is an intersection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pydantic import AliasChoices, BaseModel, create_model

from ferroapi.annotations import is_nullable, is_subclass
from ferroapi.dependencies.body import embeds_body, form_models
from ferroapi.fields import ModelField, model_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import GetJsonSchemaHandler
    from pydantic.fields import FieldInfo
    from pydantic_core import CoreSchema

    from ferroapi.openapi.writing.definitions import JSONSchema

_composed: WeakKeyDictionary[ModelField, dict[str, ModelField]] = WeakKeyDictionary()
"""By body and name: who has asked for the schema of a field asks for that of the same one."""


def composed_form(body: ModelField, params: Sequence[ModelField], *, name: str) -> ModelField:
    """The field that documents a body of several form parameters, at least one of them a model.

    `body` is what stands for the whole body otherwise; it is returned as it is when the parameters
    need no composition. `name` is that of the definition.
    """
    of_models = [param for param in params if form_models(param)]
    nullable = any(is_nullable(param.field_info.annotation) for param in of_models)
    if not of_models or not (nullable or embeds_body(params)):
        return body
    composed = _composed.setdefault(body, {})
    if name not in composed:
        composed[name] = _compose_form(body, params, name)
    return composed[name]


def _compose_form(body: ModelField, params: Sequence[ModelField], name: str) -> ModelField:
    class Composed(BaseModel):
        @classmethod
        def __get_pydantic_json_schema__(
            cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler, /
        ) -> JSONSchema:
            reference = handler(core_schema)
            definition = handler.resolve_ref_schema(reference)
            definition.pop("required", None)
            schemas = list(definition.pop("properties").values())
            definition.update(_compose(params, schemas, handler))
            return reference

    members: dict[str, Any] = {f"field_{index}": _member(each) for index, each in enumerate(params)}
    annotation = create_model(name, __base__=Composed, **members)
    return body.with_info(annotation=annotation, metadata=[], discriminator=None)


def _member(param: ModelField) -> tuple[Any, FieldInfo]:
    """The parameter as pydantic declares the field of a model: under its place, not its name."""
    title = param.field_info.title
    # A model that is the form, alone, has a title of its own.
    if not (form_models(param) and is_subclass(param.field_info.annotation, BaseModel)):
        title = title or param.name.replace("_", " ").title()
    info = param.with_info(
        alias=None, validation_alias=None, serialization_alias=None, title=title
    ).field_info
    return info.annotation, info


def _compose(
    params: Sequence[ModelField], schemas: Sequence[JSONSchema], handler: GetJsonSchemaHandler
) -> JSONSchema:
    properties: dict[str, JSONSchema] = {}
    required: dict[str, None] = {}
    conditions: list[JSONSchema] = []
    for param, schema in zip(params, schemas, strict=True):
        models = form_models(param)
        if models:
            conditions += _group(param, models, schema, handler)
            continue
        name = param.input_names[0]
        if name in properties:
            conditions.append({"properties": {name: schema}})
        else:
            properties[name] = schema
        if param.required:
            required[name] = None
    composed: JSONSchema = {"allOf": conditions}
    if properties:
        composed["properties"] = properties
    if required:
        composed["required"] = list(required)
    return composed


def _group(
    param: ModelField,
    models: Sequence[type[BaseModel]],
    schema: JSONSchema,
    handler: GetJsonSchemaHandler,
) -> list[JSONSchema]:
    """The conditions that one model of the form, or a union of models, puts on the whole."""
    schema.pop("default", None)
    if not is_nullable(param.field_info.annotation):
        return [_with_sent_names(schema, models[0], handler) if len(models) == 1 else schema]
    choices = [choice for choice in schema["anyOf"] if choice.get("type") != "null"]
    if len(models) == 1:
        choices = [_with_sent_names(choice, models[0], handler) for choice in choices]
    schema["anyOf"] = choices
    absent = _absence(models)
    return [{"not": absent}, schema] if param.required else [{"anyOf": [absent, schema]}]


def _absence(models: Sequence[type[BaseModel]]) -> JSONSchema:
    """What a form is that has nothing of the models: there is no `null` in forms."""
    if any(model.model_config.get("extra") in ("allow", "forbid") for model in models):
        return {"maxProperties": 0}
    members = [member for model in models for member in model_fields(model)]
    names = {name for member in members for name in member.input_names}
    return {"not": {"anyOf": [{"required": [name]} for name in sorted(names)]}} if names else {}


def _with_sent_names(
    schema: JSONSchema, model: type[BaseModel], handler: GetJsonSchemaHandler
) -> JSONSchema:
    """The schema of a model with its properties under the names that a form may have for them.

    It stays a reference where these are the names pydantic gives.
    """
    if "$ref" not in schema:
        return schema
    definition = handler.resolve_ref_schema({"$ref": schema["$ref"]})
    properties, required = definition.get("properties", {}), definition.get("required", [])
    names: dict[str, tuple[str, ...]] = {}
    for member in model_fields(model):
        described, sent = _described_name(member), member.input_names
        first, *others = sent
        ambiguous = bool(others) and described in required
        if described in properties and (first != described or ambiguous):
            names[described] = sent
    if not names:
        return schema
    own = {key: value for key, value in schema.items() if key != "$ref"}
    named = {names.get(name, (name,))[0]: value for name, value in properties.items()}
    choices = [names.get(name, (name,)) for name in required]
    several = [_any_required(choice) for choice in choices if len(choice) > 1]
    return {
        **definition,
        "properties": named,
        "required": [choice[0] for choice in choices if len(choice) == 1],
        **({"allOf": several} if several else {}),
        **own,
    }


def _any_required(names: Sequence[str]) -> JSONSchema:
    return {"anyOf": [{"required": [name]} for name in names]}


def _described_name(member: ModelField) -> Any:
    choices = member.field_info.validation_alias
    if isinstance(choices, AliasChoices):
        return choices.choices[0]
    return member.validation_alias or member.alias
