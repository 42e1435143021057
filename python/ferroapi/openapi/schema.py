"""JSON Schema as OpenAPI 3.1 extends it: sections Schema Object, Reference Object and theirs.

The validators are built when a model is first used, but that of the recursive one.
"""

# ruff: noqa: N815 - the specification's names

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AnyUrl, BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

NonNegative: TypeAlias = Annotated[int, Field(ge=0)]
"""The value of keywords that count something."""


class BaseModelWithConfig(BaseModel):
    """An object that may be extended: keys that the specification does not name are kept."""

    model_config = ConfigDict(extra="allow", defer_build=True)


class Reference(BaseModel):
    """A reference to an object that stands elsewhere."""

    model_config = ConfigDict(defer_build=True)

    ref: str = Field(alias="$ref")


class Discriminator(BaseModel):
    """The property that tells the alternatives of a schema apart."""

    model_config = ConfigDict(defer_build=True)

    propertyName: str
    mapping: dict[str, str] | None = None


class XML(BaseModelWithConfig):
    """How a property is written in XML."""

    name: str | None = None
    namespace: str | None = None
    prefix: str | None = None
    attribute: bool | None = None
    wrapped: bool | None = None


class ExternalDocumentation(BaseModelWithConfig):
    """Documentation that stands elsewhere."""

    description: str | None = None
    url: AnyUrl


SchemaType = Literal["array", "boolean", "integer", "null", "number", "object", "string"]
"""The types of JSON Schema."""


class Schema(BaseModelWithConfig):
    """A JSON Schema that is an object, with OpenAPI's additions at its end."""

    # core
    schema_: str | None = Field(default=None, alias="$schema")
    vocabulary: str | None = Field(default=None, alias="$vocabulary")
    id: str | None = Field(default=None, alias="$id")
    anchor: str | None = Field(default=None, alias="$anchor")
    dynamicAnchor: str | None = Field(default=None, alias="$dynamicAnchor")
    ref: str | None = Field(default=None, alias="$ref")
    dynamicRef: str | None = Field(default=None, alias="$dynamicRef")
    defs: "dict[str, SchemaOrBool] | None" = Field(default=None, alias="$defs")
    comment: str | None = Field(default=None, alias="$comment")
    # applicators
    allOf: "list[SchemaOrBool] | None" = None
    anyOf: "list[SchemaOrBool] | None" = None
    oneOf: "list[SchemaOrBool] | None" = None
    not_: "SchemaOrBool | None" = Field(default=None, alias="not")
    if_: "SchemaOrBool | None" = Field(default=None, alias="if")
    then: "SchemaOrBool | None" = None
    else_: "SchemaOrBool | None" = Field(default=None, alias="else")
    dependentSchemas: "dict[str, SchemaOrBool] | None" = None
    prefixItems: "list[SchemaOrBool] | None" = None
    items: "SchemaOrBool | None" = None
    contains: "SchemaOrBool | None" = None
    properties: "dict[str, SchemaOrBool] | None" = None
    patternProperties: "dict[str, SchemaOrBool] | None" = None
    additionalProperties: "SchemaOrBool | None" = None
    propertyNames: "SchemaOrBool | None" = None
    unevaluatedItems: "SchemaOrBool | None" = None
    unevaluatedProperties: "SchemaOrBool | None" = None
    # validation
    type: SchemaType | list[SchemaType] | None = None
    enum: list[Any] | None = None
    const: Any = None
    multipleOf: Annotated[float, Field(gt=0)] | None = None
    maximum: float | None = None
    exclusiveMaximum: float | None = None
    minimum: float | None = None
    exclusiveMinimum: float | None = None
    maxLength: NonNegative | None = None
    minLength: NonNegative | None = None
    pattern: str | None = None
    maxItems: NonNegative | None = None
    minItems: NonNegative | None = None
    uniqueItems: bool | None = None
    maxContains: NonNegative | None = None
    minContains: NonNegative | None = None
    maxProperties: NonNegative | None = None
    minProperties: NonNegative | None = None
    required: list[str] | None = None
    dependentRequired: dict[str, set[str]] | None = None
    # format and content
    format: str | None = None
    contentEncoding: str | None = None
    contentMediaType: str | None = None
    contentSchema: "SchemaOrBool | None" = None
    # annotations
    title: str | None = None
    description: str | None = None
    default: Any = None
    deprecated: bool | None = None
    readOnly: bool | None = None
    writeOnly: bool | None = None
    examples: list[Any] | None = None
    # OpenAPI
    discriminator: Discriminator | None = None
    xml: XML | None = None
    externalDocs: ExternalDocumentation | None = None
    example: Any = Field(
        default=None,
        deprecated="OpenAPI 3.1 takes `examples` from JSON Schema; use that instead.",
    )


SchemaOrBool: TypeAlias = Schema | bool
"""A JSON Schema: an object, or `True` (anything) or `False` (nothing)."""


# A subclass in another module would look up there what the annotations name.
Schema.model_rebuild(force=True)


class Example(TypedDict, total=False):
    """An example of a value, given here or at a URL."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]  # pydantic's own hook

    summary: str | None
    description: str | None
    value: Any | None
    externalValue: AnyUrl | None
