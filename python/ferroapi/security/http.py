"""The authentication schemes of HTTP (RFC 9110, section 11)."""

# ruff: noqa: N803 - OpenAPI's name

from base64 import b64decode
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel
from starlette.requests import HTTPConnection

from ferroapi.security.authorization import authorization, get_authorization_scheme_param
from ferroapi.security.base import SecurityBase

if TYPE_CHECKING:
    from ferroapi.openapi.models import HTTPBase as HTTPBaseModel
    from ferroapi.openapi.models import HTTPBearer as HTTPBearerModel


class HTTPBasicCredentials(BaseModel):
    """The user's name and password, as they were sent."""

    username: str
    password: str


class HTTPAuthorizationCredentials(BaseModel):
    """The two parts of an `Authorization` header field."""

    scheme: str
    credentials: str


class HTTPBase(SecurityBase):
    """Any scheme of HTTP authentication: takes credentials of every scheme, asks for one.

    Args:
        scheme: the scheme that the schema and the 401 name.
        scheme_name, description, auto_error: see `SecurityBase`.
    """

    if TYPE_CHECKING:
        model: HTTPBaseModel

    def __init__(
        self,
        *,
        scheme: str,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(scheme_name=scheme_name, description=description, auto_error=auto_error)
        self._scheme = scheme

    def _describe(self) -> "HTTPBaseModel":
        from ferroapi.openapi.models import HTTPBase

        return HTTPBase(scheme=self._scheme, description=self.description)

    def make_authenticate_headers(self) -> dict[str, str]:
        model = self._made_model
        scheme: str = self._scheme if model is None else model.scheme
        return {"WWW-Authenticate": scheme.title()}

    async def __call__(self, request: HTTPConnection) -> HTTPAuthorizationCredentials | None:
        return self.credentials_in(authorization(request))

    _call_by_field = __call__
    """As it was declared: what somebody puts into its place is called, and given the request."""

    def credentials_in(self, field: str | None) -> HTTPAuthorizationCredentials | None:
        """What the scheme gives for an `Authorization` header field; `None` if there is none."""
        return self._found(self._authorization(field))

    def _authorization(self, field: str | None) -> HTTPAuthorizationCredentials | None:
        scheme, credentials = get_authorization_scheme_param(field)
        if not (scheme and credentials):
            return None
        return HTTPAuthorizationCredentials(scheme=scheme, credentials=credentials)


class _HTTPToken(HTTPBase):
    """Credentials of one scheme only, whatever is documented."""

    _taken: ClassVar[str]

    def _authorization(self, field: str | None) -> HTTPAuthorizationCredentials | None:
        credentials = super()._authorization(field)
        if credentials is None or credentials.scheme.lower() != self._taken:
            return None
        return credentials


class HTTPBearer(_HTTPToken):
    """Bearer tokens (RFC 6750). Only takes the field apart: checking the token is yours.

    Args:
        bearerFormat: tells the reader of the schema what they are, such as `JWT`.
        scheme_name, description, auto_error: see `SecurityBase`.
    """

    if TYPE_CHECKING:
        model: HTTPBearerModel

    _taken = "bearer"

    def __init__(
        self,
        *,
        bearerFormat: str | None = None,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(
            scheme="bearer",
            scheme_name=scheme_name,
            description=description,
            auto_error=auto_error,
        )
        self._bearer_format = bearerFormat

    def _describe(self) -> "HTTPBearerModel":
        from ferroapi.openapi.models import HTTPBearer

        return HTTPBearer(bearerFormat=self._bearer_format, description=self.description)


class HTTPDigest(_HTTPToken):
    """Digest authentication (RFC 7616). Only takes the field apart: checking it is yours.

    Args:
        scheme_name, description, auto_error: see `SecurityBase`.
    """

    _taken = "digest"

    def __init__(
        self,
        *,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(
            scheme="digest",
            scheme_name=scheme_name,
            description=description,
            auto_error=auto_error,
        )


class HTTPBasic(HTTPBase):
    """A user's name and password (RFC 7617), in ASCII. Comparing them is yours.

    Credentials of this scheme that cannot be read are an error also when `auto_error` is false.

    Args:
        realm: what the password is for; browsers show it to the user.
        scheme_name, description, auto_error: see `SecurityBase`.
    """

    def __init__(
        self,
        *,
        scheme_name: str | None = None,
        realm: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(
            scheme="basic",
            scheme_name=scheme_name,
            description=description,
            auto_error=auto_error,
        )
        self.realm = realm

    def make_authenticate_headers(self) -> dict[str, str]:
        challenge = f'Basic realm="{self.realm}"' if self.realm else "Basic"
        return {"WWW-Authenticate": challenge}

    async def __call__(  # type: ignore[override]  # the credentials are of another class
        self, request: HTTPConnection
    ) -> HTTPBasicCredentials | None:
        scheme, encoded = get_authorization_scheme_param(authorization(request))
        if scheme.lower() != "basic":
            return self._found(None)
        try:
            username, colon, password = b64decode(encoded).decode("ascii").partition(":")
        except ValueError as error:
            raise self.make_not_authenticated_error() from error
        if not colon:
            raise self.make_not_authenticated_error()
        return HTTPBasicCredentials(username=username, password=password)
