"""A declared value: its type, its constraints and its name, with the pydantic adapter for it."""

from __future__ import annotations

from copy import copy
from dataclasses import is_dataclass
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ForwardRef,
    Literal,
    TypeAlias,
    get_origin,
)
from weakref import WeakKeyDictionary

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Json,
    PydanticSchemaGenerationError,
    PydanticUserError,
    TypeAdapter,
    ValidationError,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ferroapi.adapters import adapter_of, core_schemas
from ferroapi.annotations import (
    is_sequence,
    is_subclass,
    is_union,
    optional_model,
    parts,
)
from ferroapi.exceptions import FastAPIError, PydanticV1NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import CoreSchema

Undefined = PydanticUndefined
"""No value was sent, or no default was declared."""

Location: TypeAlias = tuple[int | str, ...]
ErrorDetail: TypeAlias = dict[str, Any]
Mode: TypeAlias = Literal["validation", "serialization"]


class ModelField:
    """One parameter, body or response: an annotation with its `FieldInfo` under a Python name."""

    __slots__ = (
        "__weakref__",
        "_adapter",
        "_is_sequence",
        "_model",
        "_schemas",
        "config",
        "field_info",
        "mode",
        "name",
    )

    def __init__(
        self,
        field_info: FieldInfo,
        name: str,
        mode: Mode = "validation",
        config: ConfigDict | None = None,
    ) -> None:
        self.name = name
        self.field_info = field_info
        self.mode: Mode = mode
        self.config = config
        self._adapter: TypeAdapter[Any] | None = None
        self._schemas: tuple[Any, ...] = ()
        self._is_sequence: bool | None = None
        self._model: tuple[type[BaseModel] | None] | None = None

    @property
    def alias(self) -> str:
        """The declared alias, or the Python name."""
        return self.field_info.alias if self.field_info.alias is not None else self.name

    @property
    def validation_alias(self) -> str | None:
        """The alias for input, when it is one name."""
        alias = self.field_info.validation_alias
        return alias if isinstance(alias, str) and alias else None

    @property
    def serialization_alias(self) -> str | None:
        """The alias for output."""
        return self.field_info.serialization_alias or None

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names a value may be sent under, most wanted first."""
        return tuple(sent for _, sent in self.names())

    def names(self, *, hyphens: bool = False) -> tuple[tuple[str, str], ...]:
        """Pairs of the name pydantic knows a value by and the name it may be sent under.

        With `hyphens`, names that nobody chose are sent with hyphens for underscores.
        """
        own = (self.name, self.name.replace("_", "-") if hyphens else self.name)
        config = self.config or {}
        if config.get("validate_by_alias") is False:
            return (own,)
        alias = self.validation_alias or self.alias
        names = own if alias == self.name else (alias, alias)
        pairs = [names]
        choices = self.field_info.validation_alias
        if isinstance(choices, AliasChoices):
            literal = [choice for choice in choices.choices if isinstance(choice, str)]
            if len(literal) == len(choices.choices):
                pairs = [(choice, choice) for choice in literal]
        by_name = config.get("validate_by_name", config.get("populate_by_name", False))
        if by_name and self.name not in [name for name, _ in pairs]:
            pairs.append(own)
        return tuple(pairs)

    @property
    def required(self) -> bool:
        """Whether a request without it is refused."""
        return self.field_info.is_required()

    @property
    def default(self) -> Any:
        """The default, or `Undefined` when the value is required."""
        if self.required:
            return Undefined
        return self.field_info.get_default(call_default_factory=True, validated_data={})

    @property
    def is_json(self) -> bool:
        """Whether the value is one piece of JSON text (`pydantic.Json`)."""
        return any(type(item) is Json for item in self.field_info.metadata)

    @property
    def is_sequence(self) -> bool:
        """Whether the annotation is a sequence, or a union with one."""
        if self._is_sequence is None:
            self._is_sequence = is_sequence(self.field_info.annotation)
        return self._is_sequence

    @property
    def model(self) -> type[BaseModel] | None:
        """The model of `Model` or `Model | None`, else `None`."""
        if self._model is None:
            self._model = (optional_model(self.field_info.annotation),)
        return self._model[0]

    @property
    def type_adapter(self) -> TypeAdapter[Any]:
        """The pydantic adapter of the annotation with all its constraints and its default.

        Fields that say the same share one.
        """
        if self._adapter is None:
            self._schemas = core_schemas(self.field_info.annotation)
            self._adapter = adapter_of(self.field_info, self.config)
        return self._adapter

    @property
    def is_current(self) -> bool:
        """Whether declaring it again would give the same adapter.

        It would not where names were not defined, or a model has been rebuilt meanwhile.
        """
        annotation = self.field_info.annotation
        _ = self.type_adapter
        return not isinstance(annotation, (str, ForwardRef)) and (
            self._schemas == core_schemas(annotation)
        )

    @property
    def is_complete(self) -> bool:
        """Whether all that the annotation names is defined by now."""
        adapter = self.type_adapter
        try:
            return adapter.pydantic_complete or bool(adapter.rebuild(raise_errors=False))
        except PydanticUserError as error:
            self._tell_of(error)
            raise

    @property
    def complete_adapter(self) -> TypeAdapter[Any]:
        """The adapter, which has caught up with models that were completed after the declaration.

        What is made of it raises `PydanticUserError` where something is not defined yet.
        """
        _ = self.is_complete
        return self.type_adapter

    @property
    def core_schema(self) -> CoreSchema:
        """The pydantic-core schema of the annotation with constraints and default."""
        return self.complete_adapter.core_schema

    @property
    def _type_adapter(self) -> TypeAdapter[Any]:
        # The name under which FastAPI's users have it.
        return self.type_adapter

    def get_default(self) -> Any:
        """The default, or `Undefined` when the value is required."""
        return self.default

    def validate(
        self, value: Any, values: Mapping[str, Any] | None = None, *, loc: Location = ()
    ) -> tuple[Any, list[ErrorDetail]]:
        """Returns the validated value and no errors, or `None` and errors located below `loc`.

        `values`, which FastAPI's users pass, says nothing that pydantic would need.
        """
        try:
            return self.type_adapter.validate_python(value, from_attributes=True), []
        except ValidationError as error:
            return None, located(error, loc)
        except PydanticUserError as error:
            self._tell_of(error)
            raise
        except OverflowError as error:
            # A duration that no `timedelta` can hold is refused by its class, not by pydantic.
            detail = {"type": "value_error", "loc": loc, "input": value, "ctx": {"error": error}}
            return None, [{**detail, "msg": f"Value error, {error}"}]

    def _tell_of(self, error: PydanticUserError) -> None:
        annotation = self.field_info.annotation
        text = annotation.__forward_arg__ if isinstance(annotation, ForwardRef) else annotation
        error.add_note(f"for {self.name!r}, which is declared as {text!r}")

    def serialize(
        self,
        value: Any,
        *,
        mode: Literal["json", "python"] = "json",
        by_alias: bool = True,
        **options: Any,
    ) -> Any:
        """A validated value as data; `options` are those of pydantic's `dump_python`."""
        return self.type_adapter.dump_python(value, mode=mode, by_alias=by_alias, **options)

    def serialize_json(self, value: Any, *, by_alias: bool = True, **options: Any) -> bytes:
        """A validated value as JSON text; `options` are those of pydantic's `dump_json`."""
        return self.type_adapter.dump_json(value, by_alias=by_alias, **options)

    def with_info(self, **changes: Any) -> ModelField:
        """The same field with attributes of its `FieldInfo` replaced; the original is untouched."""
        info = copy(self.field_info)
        for name, value in changes.items():
            setattr(info, name, value)
        return ModelField(name=self.name, field_info=info, mode=self.mode, config=self.config)

    def renamed(self, name: str) -> ModelField:
        """The same field under another name, with the adapter it already has if that is current."""
        field = ModelField(
            name=name, field_info=self.field_info, mode=self.mode, config=self.config
        )
        if self.is_current:
            field._adapter, field._schemas = self.type_adapter, self._schemas
        return field

    def is_like(self, other: ModelField) -> bool:
        """Whether both were declared alike, so that they read and refuse the same."""
        return self is other or _declaration(self) == _declaration(other)

    def __repr__(self) -> str:
        return f"ModelField(name={self.name!r}, {self.field_info!r}, mode={self.mode!r})"


def _declaration(field: ModelField) -> tuple[Any, ...]:
    info = field.field_info
    names = (*FieldInfo.__slots__, "__dict__")
    options = tuple(getattr(info, name, Undefined) for name in names)
    return field.name, field.mode, field.config, type(info), options


def located(error: ValidationError, loc: Location) -> list[ErrorDetail]:
    """The error dictionaries of pydantic with `loc` in front of each location."""
    details: list[Any] = error.errors(include_url=False)
    for detail in details:
        # They are nobody else's, and there may be many.
        detail["loc"] = (*loc, *detail["loc"])
    return details


def missing_error(loc: Location) -> ErrorDetail:
    """The error of a required value that was not sent."""
    return {"type": "missing", "loc": loc, "msg": "Field required", "input": None}


def create_field(
    name: str, annotation: Any, *, field_info: FieldInfo | None = None, mode: Mode = "validation"
) -> ModelField:
    """A field whose annotation pydantic is known to accept.

    Raises:
        FastAPIError: pydantic has no schema for the annotation.
        PydanticV1NotSupportedError: the annotation names a `pydantic.v1` model.
    """
    refuse_pydantic_v1(annotation)
    info = FieldInfo(annotation=annotation) if field_info is None else field_info
    field = ModelField(name=name, field_info=info, mode=mode)
    try:
        _ = field.type_adapter
    except PydanticSchemaGenerationError:
        raise FastAPIError(
            "Invalid args for response field! Hint: "
            f"check that {annotation} is a valid Pydantic field type. "
            "If you are using a return type annotation that is not a valid Pydantic "
            "field (e.g. Union[Response, dict, None]) you can disable generating the "
            "response model from the type annotation with the path operation decorator "
            "parameter response_model=None. Read more: "
            "https://fastapi.tiangolo.com/tutorial/response-model/"
        ) from None
    return field


def _is_pydantic_v1(annotation: Any) -> bool:
    # Its module is imported only by users of it; importing it warns on new interpreters.
    return isinstance(annotation, type) and any(
        base.__module__ == "pydantic.v1.main" and base.__name__ == "BaseModel"
        for base in annotation.__mro__
    )


def refuse_pydantic_v1(annotation: Any) -> None:
    """Raises `PydanticV1NotSupportedError` when the annotation names a `pydantic.v1` model."""
    for part in parts(annotation, _is_around):
        if _is_pydantic_v1(part):
            raise PydanticV1NotSupportedError(
                "pydantic.v1 models are no longer supported by FastAPI."
                f" Please update the response model {part!r}."
            )


def _is_around(annotation: Any) -> bool:
    return is_union(annotation) or get_origin(annotation) in (
        list,
        tuple,
        set,
        frozenset,
        Annotated,
    )


def _is_configured(annotation: Any) -> bool:
    return is_subclass(annotation, (BaseModel, dict)) or is_dataclass(annotation)


_model_fields: WeakKeyDictionary[type[BaseModel], list[ModelField]] = WeakKeyDictionary()


def model_fields(model: type[BaseModel]) -> list[ModelField]:
    """The fields of a pydantic model, for models whose fields are parameters of their own."""
    fields = _model_fields.get(model)
    if fields is None:
        fields = _model_fields[model] = [
            ModelField(
                name=name,
                field_info=info,
                # Models and dataclasses have a configuration of their own.
                config=None if _is_configured(info.annotation) else model.model_config,
            )
            for name, info in model.model_fields.items()
        ]
    return fields
