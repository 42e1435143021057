"""The objects of an OpenAPI 3.1 document, as pydantic models.

Names are those of the OpenAPI Specification 3.1.0 and of JSON Schema 2020-12; the order of the
fields is the order in which a document is written. Objects that may carry extensions keep unknown
keys. The validators are built when a model is first used, but those of recursive models.
"""

# ruff: noqa: N815 - the specification's names

from enum import Enum
from importlib.util import find_spec
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, AnyUrl, Field, WithJsonSchema, validate_email

from ferroapi.openapi.schema import XML as XML
from ferroapi.openapi.schema import BaseModelWithConfig as BaseModelWithConfig
from ferroapi.openapi.schema import Discriminator as Discriminator
from ferroapi.openapi.schema import Example as Example
from ferroapi.openapi.schema import ExternalDocumentation as ExternalDocumentation
from ferroapi.openapi.schema import Reference as Reference
from ferroapi.openapi.schema import Schema as Schema
from ferroapi.openapi.schema import SchemaOrBool as SchemaOrBool
from ferroapi.openapi.schema import SchemaType as SchemaType
from ferroapi.openapi.security_schemes import APIKey as APIKey
from ferroapi.openapi.security_schemes import APIKeyIn as APIKeyIn
from ferroapi.openapi.security_schemes import HTTPBase as HTTPBase
from ferroapi.openapi.security_schemes import HTTPBearer as HTTPBearer
from ferroapi.openapi.security_schemes import OAuth2 as OAuth2
from ferroapi.openapi.security_schemes import OAuthFlow as OAuthFlow
from ferroapi.openapi.security_schemes import (
    OAuthFlowAuthorizationCode as OAuthFlowAuthorizationCode,
)
from ferroapi.openapi.security_schemes import (
    OAuthFlowClientCredentials as OAuthFlowClientCredentials,
)
from ferroapi.openapi.security_schemes import OAuthFlowImplicit as OAuthFlowImplicit
from ferroapi.openapi.security_schemes import OAuthFlowPassword as OAuthFlowPassword
from ferroapi.openapi.security_schemes import OAuthFlows as OAuthFlows
from ferroapi.openapi.security_schemes import OpenIdConnect as OpenIdConnect
from ferroapi.openapi.security_schemes import SecurityBase as SecurityBase
from ferroapi.openapi.security_schemes import SecurityScheme as SecurityScheme
from ferroapi.openapi.security_schemes import SecuritySchemeType as SecuritySchemeType


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


# A subclass in another module would look up there what the annotations name.
for recursive in (Encoding, Operation):
    recursive.model_rebuild(force=True)
