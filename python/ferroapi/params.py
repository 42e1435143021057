"""What a path operation declares about its parameters and its dependencies.

The classes are what the functions of `ferroapi.param_functions` return.
"""

# pydantic calls `FieldInfo` final to type checkers, but provides for these subclasses when it runs.
# mypy: disable-error-code="misc"

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

import typing_extensions
from pydantic import AliasChoices, AliasPath, Discriminator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined as Undefined
from typing_extensions import Unpack

from ferroapi.exceptions import warn_deprecated

if TYPE_CHECKING:
    from annotated_types import SupportsGe, SupportsGt, SupportsLe, SupportsLt

    from ferroapi.openapi.models import Example

__all__ = [
    "Body",
    "Cookie",
    "Depends",
    "File",
    "Form",
    "Header",
    "Param",
    "ParamTypes",
    "ParameterInfo",
    "ParameterOptions",
    "Path",
    "Query",
    "Security",
]


class ParamTypes(Enum):
    """Where a parameter comes from: OpenAPI's `in`."""

    query = "query"
    header = "header"
    path = "path"
    cookie = "cookie"


class ParameterOptions(TypedDict, total=False):
    """The keywords that every kind of parameter takes.

    A keyword that is not given has no effect, and neither has pydantic's `PydanticUndefined`. The
    constraints apply as pydantic applies them to the parameter's type; a constraint that the type
    cannot have is an error at declaration.
    """

    default_factory: Callable[[], Any] | None
    """Makes the default, once for each request. Excludes `default`."""
    alias: str | None
    """The name in the request and in the schema, when it is not the Python name."""
    alias_priority: int | None
    """Whether an alias generator may replace the alias: 1 yes, 2 no (the default)."""
    validation_alias: str | AliasPath | AliasChoices | None
    """The name, or the names in order of preference, in the request. Wins over `alias`."""
    serialization_alias: str | None
    """The name when the value is written. Wins over `alias`."""
    title: str | None
    """JSON Schema `title`."""
    description: str | None
    """JSON Schema and OpenAPI `description`, CommonMark."""
    gt: "SupportsGt | None"
    """The value is greater."""
    ge: "SupportsGe | None"
    """The value is greater or equal."""
    lt: "SupportsLt | None"
    """The value is less."""
    le: "SupportsLe | None"
    """The value is less or equal."""
    min_length: int | None
    """Fewest characters or items."""
    max_length: int | None
    """Most characters or items."""
    pattern: str | re.Pattern[str] | None
    """A regular expression that is found in the value; anchor it to match the whole."""
    regex: str | None
    """Deprecated: use `pattern`."""
    discriminator: str | Discriminator | None
    """What tells the members of a union apart: a field's name or a `pydantic.Discriminator`."""
    strict: bool | None
    """Refuse values that would need conversion."""
    validate_default: bool | None
    """Validate the default too."""
    union_mode: Literal["smart", "left_to_right"] | None
    """How a union picks its member: the best match (the default) or the first."""
    fail_fast: bool | None
    """Stop at the first invalid item of a collection."""
    multiple_of: float | None
    """The value is a multiple of this."""
    allow_inf_nan: bool | None
    """Accept infinities and not-a-number."""
    max_digits: int | None
    """Most digits of a `Decimal`, leading zeros and the point not counted."""
    decimal_places: int | None
    """Most digits after the point of a `Decimal`."""
    examples: list[Any] | None
    """JSON Schema `examples`: values."""
    example: Any | None
    """Deprecated: use `examples`. OpenAPI's single `example`."""
    openapi_examples: "dict[str, Example] | None"
    """OpenAPI's `examples`: example objects by name, shown by the documentation pages."""
    deprecated: typing_extensions.deprecated | str | bool | None
    """Mark the parameter as deprecated in the schema."""
    include_in_schema: bool
    """Whether the schema shows the parameter (the default). It is validated either way."""
    json_schema_extra: dict[str, Any] | Callable[[dict[str, Any]], None] | None
    """Added to the JSON Schema, or a function that changes it in place."""


class ParameterInfo(FieldInfo):  # pyright: ignore[reportGeneralTypeIssues]  # as above
    """The declaration of one parameter, whatever its place.

    `example` is pydantic's `PydanticUndefined` when it was not given.
    Raises `TypeError` for a keyword that it does not know.
    """

    def __init__(
        self,
        default: Any = Undefined,
        *,
        annotation: Any = None,
        **options: Unpack[ParameterOptions],
    ) -> None:
        for name in options:
            if name not in ParameterOptions.__optional_keys__:
                raise self._unexpected_keyword(name)
        given = {name: value for name, value in options.items() if value is not Undefined}
        options = cast("ParameterOptions", given)
        self.include_in_schema = options.pop("include_in_schema", True)
        self.openapi_examples = options.pop("openapi_examples", None)
        self.example = options.pop("example", Undefined)
        if self.example is not Undefined:
            warn_deprecated("`example` has been deprecated, please use `examples` instead")
        regex = options.pop("regex", None)
        if regex is not None:
            warn_deprecated("`regex` has been deprecated, please use `pattern` instead")
            options["pattern"] = options.get("pattern") or regex
        # pydantic's `Field()` lets `alias` stand for both directions; the class itself does not.
        # An `alias` of None takes back what the parameter's type says.
        if options.get("validation_alias") is None:
            options.pop("validation_alias", None)
            if "alias" in options:
                options["validation_alias"] = options["alias"]
        if options.get("alias") is not None and options.get("serialization_alias") is None:
            options["serialization_alias"] = options["alias"]
        super().__init__(default=default, annotation=annotation, **options)

    def _unexpected_keyword(self, name: str) -> TypeError:
        return TypeError(f"{type(self).__name__}() got an unexpected keyword argument {name!r}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.default})"


class Param(ParameterInfo):
    """A parameter outside of the body: in the query string, if it is no subclass with a place."""

    in_ = ParamTypes.query


class Path(Param):
    """A part of the path. Raises `AssertionError` for a default: a path is there or not matched."""

    in_ = ParamTypes.path

    def __init__(
        self, default: Any = ..., *, annotation: Any = None, **options: Unpack[ParameterOptions]
    ) -> None:
        if default is not ...:
            raise AssertionError("Path parameters cannot have a default value")
        super().__init__(default, annotation=annotation, **options)


class Query(Param):
    """A part of the query string."""


class Header(Param):
    """A header field. `convert_underscores`: its name has hyphens where the Python name has `_`."""

    in_ = ParamTypes.header

    def __init__(
        self,
        default: Any = Undefined,
        *,
        annotation: Any = None,
        convert_underscores: bool = True,
        **options: Unpack[ParameterOptions],
    ) -> None:
        self.convert_underscores = convert_underscores
        super().__init__(default, annotation=annotation, **options)


class Cookie(Param):
    """A cookie."""

    in_ = ParamTypes.cookie


class Body(ParameterInfo):
    """The body or, when `embed` is true or there are several, one key of it."""

    def __init__(
        self,
        default: Any = Undefined,
        *,
        annotation: Any = None,
        embed: bool | None = None,
        media_type: str = "application/json",
        **options: Unpack[ParameterOptions],
    ) -> None:
        self.embed = embed
        self.media_type = media_type
        super().__init__(default, annotation=annotation, **options)


class Form(Body):
    """A field of a form."""

    def __init__(
        self,
        default: Any = Undefined,
        *,
        annotation: Any = None,
        media_type: str = "application/x-www-form-urlencoded",
        **options: Unpack[ParameterOptions],
    ) -> None:
        if "embed" in options:  # a keyword of the base class only
            raise self._unexpected_keyword("embed")
        super().__init__(default, annotation=annotation, media_type=media_type, **options)


class File(Form):
    """A file of a multipart form (RFC 7578). `max_size`: the most bytes of a `FileStream`.

    Raises `ValueError` for a size that is no positive integer.
    """

    def __init__(
        self,
        default: Any = Undefined,
        *,
        annotation: Any = None,
        media_type: str = "multipart/form-data",
        max_size: int | None = None,
        **options: Unpack[ParameterOptions],
    ) -> None:
        self.max_size = None if max_size is None else _checked_size(max_size)
        super().__init__(default, annotation=annotation, media_type=media_type, **options)


def _checked_size(size: int) -> int:
    if type(size) is not int or size < 1:
        raise ValueError("max_size must be a positive integer")
    return size


class Part(Form):
    """A part of a multipart form that is decoded by its own content type (RFC 7578, section 4.4).

    `content_type` is that of a part which names none, `max_size` the most bytes of one. Raises
    `ValueError` for a size that is no positive integer.
    """

    def __init__(
        self,
        default: Any = Undefined,
        *,
        annotation: Any = None,
        media_type: str = "multipart/form-data",
        content_type: str = "application/json",
        max_size: int = 1024 * 1024,
        **options: Unpack[ParameterOptions],
    ) -> None:
        self.content_type = content_type
        self.max_size = _checked_size(max_size)
        super().__init__(default, annotation=annotation, media_type=media_type, **options)


@dataclass(frozen=True)
class Depends:
    """A dependency: a callable whose result is the parameter's value.

    `dependency` is `None` when the parameter's type is the callable. `use_cache`: one call for each
    request, however often the callable is depended on. `scope`: when a generator is left, after the
    response (`"request"`) or before it (`"function"`); one of `"lifespan"` is created when the
    application starts, shared by all requests, and left when it stops. `max_concurrency`: how many
    may be in use at once. `inline`: a function that does not block is called in the event loop and
    in the context of the request, not in a thread.

    Raises `ValueError` for a `max_concurrency` that is neither a positive integer nor `None`, and
    for one together with `inline` or the scope `"lifespan"`, which excludes `use_cache=False`, too.

    Declarations are equal by value. Those with a limit of their own are not, so that
    `typing.Annotated` never merges two of them; `dataclasses.replace` keeps the limit as long as
    the number stays.
    """

    dependency: Callable[..., Any] | None = None
    use_cache: bool = True
    scope: Literal["function", "request", "lifespan"] | None = None
    max_concurrency: int | None = field(default=None, kw_only=True)
    inline: bool = field(default=False, repr=False, kw_only=True)
    # The `ConcurrencyLimit`: a model with a field of this class evaluates the annotation, and that
    # module is imported only for who has a limit.
    _concurrency: Any = field(default=None, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.inline and self.max_concurrency is not None:
            raise ValueError("inline=True has no max_concurrency: its function takes no time")
        if self.scope == "lifespan" and not (self.use_cache and self.max_concurrency is None):
            raise ValueError(
                'A dependency with a scope of "lifespan" is there once, for all at once: '
                "it has neither use_cache=False nor max_concurrency"
            )
        maximum, limit = self.max_concurrency, self._concurrency
        if maximum is None:
            limit = None
        elif type(maximum) is not int or maximum < 1:
            raise ValueError("max_concurrency must be a positive integer or None")
        elif limit is None or limit.max_concurrency != maximum:
            from ferroapi.concurrency_limit import ConcurrencyLimit

            limit = ConcurrencyLimit(maximum)
        object.__setattr__(self, "_concurrency", limit)


@dataclass(frozen=True)
class Security(Depends):
    """A dependency that needs the OAuth2 `scopes` (RFC 6749, section 3.3)."""

    scopes: Sequence[str] | None = None
