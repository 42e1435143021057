"""What all security schemes have in common."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from ferroapi.exceptions import HTTPException

if TYPE_CHECKING:
    from ferroapi.openapi.models import SecurityBase as SecurityBaseModel

Credentials = TypeVar("Credentials")


class SecurityBase:
    """A dependency that takes the credentials out of a request or a WebSocket handshake.

    Its `model` is what the schema says of it. Without usable credentials it raises the error that
    `make_not_authenticated_error` gives, a 401, unless `auto_error` is false.

    Args:
        scheme_name: its name in the schema, by default the class's. Two different schemes of one
            name are one in the schema.
        description: what the schema says of it (CommonMark).
        auto_error: whether a request without usable credentials is answered with the error; else
            the parameter is `None`, and refusing is the application's.
    """

    if TYPE_CHECKING:
        # A subclass may narrow it, or assign one instead of having `_describe`.
        model: SecurityBaseModel

        # Called once, and late: importing OpenAPI's models takes longer than all the rest.
        def _describe(self) -> SecurityBaseModel: ...
    else:

        @cached_property
        def model(self):
            return self._describe()

    scheme_name: str
    auto_error: bool
    challenge: str
    """The authentication scheme that an answer without credentials asks for."""

    def __init__(
        self,
        *,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        self.scheme_name = scheme_name or type(self).__name__
        self.description = description
        self.auto_error = auto_error

    @property
    def _made_model(self) -> Any:
        """The `model`, if somebody has asked for it or assigned one, and may have changed it."""
        return vars(self).get("model")

    def make_authenticate_headers(self) -> dict[str, str]:
        """The header fields of the error, `WWW-Authenticate` (RFC 9110, section 11.6.1)."""
        return {"WWW-Authenticate": self.challenge}

    def make_not_authenticated_error(self) -> HTTPException:
        """The error for a request without usable credentials. Override it to change the answer."""
        return HTTPException(401, "Not authenticated", self.make_authenticate_headers())

    def _found(self, credentials: Credentials | None) -> Credentials | None:
        if credentials is None and self.auto_error:
            raise self.make_not_authenticated_error()
        return credentials
