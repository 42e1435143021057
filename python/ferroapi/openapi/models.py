"""The objects of an OpenAPI 3.1 document, as pydantic models.

Names are those of the OpenAPI Specification 3.1.0 and of JSON Schema 2020-12; the order of the
fields is the order in which a document is written. Objects that may carry extensions keep unknown
keys. The validators are built when a model is first used, so importing this module is cheap.
"""

# ruff: noqa: N815 - the specification's names

from enum import Enum
from importlib.util import find_spec
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    ConfigDict,
    Field,
    WithJsonSchema,
    validate_email,
)
from typing_extensions import TypedDict


def _checked_address(address: str) -> str:
    # The package is imported for applications that have an address, not for every document.
    if find_spec("email_validator"):
        return validate_email(address)[1]
    from ferroapi.logger import logger

    logger.warning(
        "email-validator not installed, email fields will be treated as str.\n"
        "To install, run: pip install email-validator"
    )
    return address


EmailStr: TypeAlias = Annotated[
    str,
    AfterValidator(_checked_address),
    WithJsonSchema({"type": "string", "format": "email"}),
]
"""An address, checked where the `email-validator` package is installed."""

NonNegative: TypeAlias = Annotated[int, Field(ge=0)]
"""The value of keywords that count something."""


class BaseModelWithConfig(BaseModel):
    """An object that may be extended: keys that the specification does not name are kept."""

    model_config = ConfigDict(extra="allow", defer_build=True)


class Contact(BaseModelWithConfig):
    """Whom to ask about the API."""

    name: str | None = None
    url: AnyUrl | None = None
    email: EmailStr | None = None


class License(BaseModelWithConfig):
    """The licence of the API. `identifier` is an SPDX expression."""

    name: str
    identifier: str | None = None
    url: AnyUrl | None = None


class Info(BaseModelWithConfig):
    """What the API is."""

    title: str
    summary: str | None = None
    description: str | None = None
    termsOfService: str | None = None
    contact: Contact | None = None
    license: License | None = None
    version: str


class ServerVariable(BaseModelWithConfig):
    """A placeholder in the URL of a server."""

    enum: Annotated[list[str], Field(min_length=1)] | None = None
    default: str
    description: str | None = None


class Server(BaseModelWithConfig):
    """Where the API is served. `url` may be relative and hold placeholders."""

    url: AnyUrl | str
    description: str | None = None
    variables: dict[str, ServerVariable] | None = None


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


class Example(TypedDict, total=False):
    """An example of a value, given here or at a URL."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]  # pydantic's own hook

    summary: str | None
    description: str | None
    value: Any | None
    externalValue: AnyUrl | None


class ParameterInType(Enum):
    """Where a parameter is in a request."""

    query = "query"
    header = "header"
    path = "path"
    cookie = "cookie"


class Encoding(BaseModelWithConfig):
    """How one property of a form is encoded."""

    contentType: str | None = None
    headers: "dict[str, Header | Reference] | None" = None
    style: str | None = None
    explode: bool | None = None
    allowReserved: bool | None = None


class MediaType(BaseModelWithConfig):
    """A body of one media type."""

    schema_: Schema | Reference | None = Field(default=None, alias="schema")
    example: Any = None
    examples: dict[str, Example | Reference] | None = None
    encoding: dict[str, Encoding] | None = None


class ParameterBase(BaseModelWithConfig):
    """What parameters and headers have in common."""

    description: str | None = None
    required: bool | None = None
    deprecated: bool | None = None
    style: str | None = None
    explode: bool | None = None
    allowReserved: bool | None = None
    schema_: Schema | Reference | None = Field(default=None, alias="schema")
    example: Any = None
    examples: dict[str, Example | Reference] | None = None
    content: dict[str, MediaType] | None = None


class Parameter(ParameterBase):
    """A parameter of an operation."""

    name: str
    in_: ParameterInType = Field(alias="in")


class Header(ParameterBase):
    """A header of a response or of a part of a form."""


class RequestBody(BaseModelWithConfig):
    """The body of a request, by media type."""

    description: str | None = None
    content: dict[str, MediaType]
    required: bool | None = None


class Link(BaseModelWithConfig):
    """How the values of a response lead to another operation."""

    operationRef: str | None = None
    operationId: str | None = None
    parameters: dict[str, Any] | None = None
    requestBody: Any = None
    description: str | None = None
    server: Server | None = None


class Response(BaseModelWithConfig):
    """A response of an operation."""

    description: str
    headers: dict[str, Header | Reference] | None = None
    content: dict[str, MediaType] | None = None
    links: dict[str, Link | Reference] | None = None


class Operation(BaseModelWithConfig):
    """What one method of one path does."""

    tags: list[str] | None = None
    summary: str | None = None
    description: str | None = None
    externalDocs: ExternalDocumentation | None = None
    operationId: str | None = None
    parameters: list[Parameter | Reference] | None = None
    requestBody: RequestBody | Reference | None = None
    responses: dict[str, Response | Any] | None = None
    callbacks: "dict[str, dict[str, PathItem] | Reference] | None" = None
    deprecated: bool | None = None
    security: list[dict[str, list[str]]] | None = None
    servers: list[Server] | None = None


class PathItem(BaseModelWithConfig):
    """The operations of a path."""

    ref: str | None = Field(default=None, alias="$ref")
    summary: str | None = None
    description: str | None = None
    get: Operation | None = None
    put: Operation | None = None
    post: Operation | None = None
    delete: Operation | None = None
    options: Operation | None = None
    head: Operation | None = None
    patch: Operation | None = None
    trace: Operation | None = None
    servers: list[Server] | None = None
    parameters: list[Parameter | Reference] | None = None


class SecuritySchemeType(Enum):
    """The kinds of security scheme."""

    apiKey = "apiKey"
    http = "http"
    oauth2 = "oauth2"
    openIdConnect = "openIdConnect"


class SecurityBase(BaseModelWithConfig):
    """What all security schemes have."""

    type_: SecuritySchemeType = Field(alias="type")
    description: str | None = None


class APIKeyIn(Enum):
    """Where an API key is in a request."""

    query = "query"
    header = "header"
    cookie = "cookie"


class APIKey(SecurityBase):
    """A key in a query parameter, a header or a cookie."""

    type_: SecuritySchemeType = Field(default=SecuritySchemeType.apiKey, alias="type")
    in_: APIKeyIn = Field(alias="in")
    name: str


class HTTPBase(SecurityBase):
    """An authentication scheme of HTTP (RFC 9110, section 11)."""

    type_: SecuritySchemeType = Field(default=SecuritySchemeType.http, alias="type")
    scheme: str


class HTTPBearer(HTTPBase):
    """Bearer tokens (RFC 6750)."""

    scheme: Literal["bearer"] = "bearer"
    bearerFormat: str | None = None


class OAuthFlow(BaseModelWithConfig):
    """What all OAuth 2 flows have. `scopes` gives a description for each name."""

    refreshUrl: str | None = None
    scopes: dict[str, str] = Field(default_factory=dict)


class OAuthFlowImplicit(OAuthFlow):
    """The implicit grant."""

    authorizationUrl: str


class OAuthFlowPassword(OAuthFlow):
    """The resource owner's password grant."""

    tokenUrl: str


class OAuthFlowClientCredentials(OAuthFlow):
    """The client credentials grant."""

    tokenUrl: str


class OAuthFlowAuthorizationCode(OAuthFlow):
    """The authorization code grant."""

    authorizationUrl: str
    tokenUrl: str


class OAuthFlows(BaseModelWithConfig):
    """The flows that an OAuth 2 scheme offers (RFC 6749)."""

    implicit: OAuthFlowImplicit | None = None
    password: OAuthFlowPassword | None = None
    clientCredentials: OAuthFlowClientCredentials | None = None
    authorizationCode: OAuthFlowAuthorizationCode | None = None


class OAuth2(SecurityBase):
    """OAuth 2 (RFC 6749)."""

    type_: SecuritySchemeType = Field(default=SecuritySchemeType.oauth2, alias="type")
    flows: OAuthFlows


class OpenIdConnect(SecurityBase):
    """OpenID Connect, discovered at a URL."""

    type_: SecuritySchemeType = Field(default=SecuritySchemeType.openIdConnect, alias="type")
    openIdConnectUrl: str


SecurityScheme: TypeAlias = APIKey | HTTPBase | OAuth2 | OpenIdConnect | HTTPBearer
"""Any security scheme."""


class Components(BaseModelWithConfig):
    """The objects that others refer to, by kind and name."""

    schemas: dict[str, Schema | Reference] | None = None
    responses: dict[str, Response | Reference] | None = None
    parameters: dict[str, Parameter | Reference] | None = None
    examples: dict[str, Example | Reference] | None = None
    requestBodies: dict[str, RequestBody | Reference] | None = None
    headers: dict[str, Header | Reference] | None = None
    securitySchemes: dict[str, SecurityScheme | Reference] | None = None
    links: dict[str, Link | Reference] | None = None
    callbacks: dict[str, dict[str, PathItem] | Reference | Any] | None = None
    pathItems: dict[str, PathItem | Reference] | None = None


class Tag(BaseModelWithConfig):
    """A tag that groups operations."""

    name: str
    description: str | None = None
    externalDocs: ExternalDocumentation | None = None


class OpenAPI(BaseModelWithConfig):
    """A whole document."""

    openapi: str
    info: Info
    jsonSchemaDialect: str | None = None
    servers: list[Server] | None = None
    paths: dict[str, PathItem | Any] | None = None
    webhooks: dict[str, PathItem | Reference] | None = None
    components: Components | None = None
    security: list[dict[str, list[str]]] | None = None
    tags: list[Tag] | None = None
    externalDocs: ExternalDocumentation | None = None
