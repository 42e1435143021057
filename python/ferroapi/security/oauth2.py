"""OAuth 2 (RFC 6749) with bearer tokens (RFC 6750)."""

# ruff: noqa: N803 - OpenAPI's names

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from starlette.requests import HTTPConnection

from ferroapi.param_functions import Form
from ferroapi.security.authorization import authorization, get_authorization_scheme_param
from ferroapi.security.base import SecurityBase
from ferroapi.security_scopes import SecurityScopes as SecurityScopes

if TYPE_CHECKING:
    from ferroapi.openapi.models import OAuth2 as OAuth2Model
    from ferroapi.openapi.models import OAuthFlows

Field: TypeAlias = Annotated[str, Form()]
OptionalField: TypeAlias = Annotated[str | None, Form()]
PASSWORD_GRANT = "^password$"
SHOWN_AS_PASSWORD = {"format": "password"}


class OAuth2PasswordRequestForm:
    """The form of a token request with a password (RFC 6749, section 4.3.2), as a dependency.

    Args:
        grant_type: `"password"`; the RFC requires it, here it may be missing.
        username, password: those of the user.
        scope: the scopes that are asked for, with blanks between; `scopes` has them as a list.
        client_id, client_secret: those of the client, where it does not send them as HTTP Basic.
    """

    def __init__(
        self,
        *,
        grant_type: Annotated[str | None, Form(pattern=PASSWORD_GRANT)] = None,
        username: Field,
        password: Annotated[str, Form(json_schema_extra=SHOWN_AS_PASSWORD)],
        scope: Field = "",
        client_id: OptionalField = None,
        client_secret: Annotated[str | None, Form(json_schema_extra=SHOWN_AS_PASSWORD)] = None,
    ) -> None:
        self.grant_type = grant_type
        self.username = username
        self.password = password
        self.scopes = scope.split()
        self.client_id = client_id
        self.client_secret = client_secret


class OAuth2PasswordRequestFormStrict(OAuth2PasswordRequestForm):
    """The same form, with `grant_type` required.

    Args: see `OAuth2PasswordRequestForm`.
    """

    def __init__(
        self,
        grant_type: Annotated[str, Form(pattern=PASSWORD_GRANT)],
        username: Field,
        password: Field,
        scope: Field = "",
        client_id: OptionalField = None,
        client_secret: OptionalField = None,
    ) -> None:
        super().__init__(
            grant_type=grant_type,
            username=username,
            password=password,
            scope=scope,
            client_id=client_id,
            client_secret=client_secret,
        )


class OAuth2(SecurityBase):
    """Any use of OAuth 2: gives the whole `Authorization` header field.

    Args:
        flows: a model of OpenAPI's flows or a dictionary of the same shape; none by default.
        scheme_name, description, auto_error: see `SecurityBase`.
    """

    if TYPE_CHECKING:
        model: OAuth2Model

    challenge = "Bearer"

    def __init__(
        self,
        *,
        flows: "OAuthFlows | dict[str, dict[str, Any]] | None" = None,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(scheme_name=scheme_name, description=description, auto_error=auto_error)
        self._flows = flows

    def _describe(self) -> "OAuth2Model":
        from ferroapi.openapi.models import OAuth2

        return OAuth2.model_validate({"flows": self._flows or {}, "description": self.description})

    async def __call__(self, request: HTTPConnection) -> str | None:
        return self.credentials_in(authorization(request))

    def credentials_in(self, field: str | None) -> str | None:
        """What the scheme gives for an `Authorization` header field; `None` if there is none."""
        return self._found(field or None)


CALL = OAuth2.__call__
"""As it was imported: what somebody has put into its place since then is called."""


class _OAuth2Token(OAuth2):
    """OAuth 2 that gives the bearer token."""

    def credentials_in(self, field: str | None) -> str | None:
        scheme, token = get_authorization_scheme_param(field)
        return self._found(token if scheme.lower() == "bearer" and token else None)


class OAuth2PasswordBearer(_OAuth2Token):
    """The bearer token that was had for a password (RFC 6749, section 4.3).

    Args:
        tokenUrl: where it was had: the path of your operation, relative to the documentation page.
        scopes: a description for each scope.
        refreshUrl: where a new one is had for an old one.
        scheme_name, description, auto_error: see `SecurityBase`.
    """

    def __init__(
        self,
        tokenUrl: str,
        scheme_name: str | None = None,
        scopes: dict[str, str] | None = None,
        description: str | None = None,
        auto_error: bool = True,
        refreshUrl: str | None = None,
    ) -> None:
        flow = {"tokenUrl": tokenUrl, "refreshUrl": refreshUrl, "scopes": scopes or {}}
        super().__init__(
            flows={"password": flow},
            scheme_name=scheme_name,
            description=description,
            auto_error=auto_error,
        )


class OAuth2AuthorizationCodeBearer(_OAuth2Token):
    """The bearer token that was had for an authorization code (RFC 6749, section 4.1).

    Args:
        authorizationUrl: where the user gives the code.
        tokenUrl: where the client has the token for it.
        refreshUrl: where a new one is had for an old one.
        scopes: a description for each scope.
        scheme_name, description, auto_error: see `SecurityBase`.
    """

    def __init__(
        self,
        authorizationUrl: str,
        tokenUrl: str,
        refreshUrl: str | None = None,
        scheme_name: str | None = None,
        scopes: dict[str, str] | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        flow = {
            "authorizationUrl": authorizationUrl,
            "tokenUrl": tokenUrl,
            "refreshUrl": refreshUrl,
            "scopes": scopes or {},
        }
        super().__init__(
            flows={"authorizationCode": flow},
            scheme_name=scheme_name,
            description=description,
            auto_error=auto_error,
        )
