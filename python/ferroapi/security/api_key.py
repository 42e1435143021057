"""API keys in a query parameter, a header field or a cookie."""

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from starlette.requests import HTTPConnection

from ferroapi._core import Parameters
from ferroapi.cookies import are_those_of_the_scope
from ferroapi.security.base import SecurityBase

if TYPE_CHECKING:
    from ferroapi.openapi.models import APIKey


class APIKeyBase(SecurityBase):
    """A key somewhere in the request; an empty one counts as missing.

    Args:
        name: what the query parameter, the header field or the cookie is called.
        scheme_name, description, auto_error: see `SecurityBase`.
    """

    if TYPE_CHECKING:
        model: APIKey

    location: Literal["query", "header", "cookie"]
    challenge = "APIKey"

    def __init__(
        self,
        *,
        name: str,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(scheme_name=scheme_name, description=description, auto_error=auto_error)
        self._declared_name = name

    def _describe(self) -> "APIKey":
        from ferroapi.openapi.models import APIKey, APIKeyIn

        return APIKey.model_validate(
            {
                "in": APIKeyIn(self.location),
                "name": self._declared_name,
                "description": self.description,
            }
        )

    @property
    def _name(self) -> str:
        model = self._made_model
        name: str = self._declared_name if model is None else model.name
        return name

    def check_api_key(self, api_key: str | None) -> str | None:
        """The key, or what happens without one."""
        return self._found(api_key or None)


class APIKeyQuery(APIKeyBase):
    """An API key in a query parameter. URLs end in logs: a header field is the better place.

    Args: see `APIKeyBase`.
    """

    location = "query"

    async def __call__(self, request: HTTPConnection) -> str | None:
        return self.check_api_key(request.query_params.get(self._name))


class APIKeyHeader(APIKeyBase):
    """An API key in a header field, whose name has any case.

    Args: see `APIKeyBase`.
    """

    location = "header"

    async def __call__(self, request: HTTPConnection) -> str | None:
        return self.check_api_key(request.headers.get(self._name))


class APIKeyCookie(APIKeyBase):
    """An API key in a cookie, which a browser also sends for pages of others.

    Args: see `APIKeyBase`.
    """

    location = "cookie"

    async def __call__(self, request: HTTPConnection) -> str | None:
        if not are_those_of_the_scope(request):
            return self.check_api_key(request.cookies.get(self._name))
        # `request.cookies` takes quadratic time for quoted values on some Python versions.
        found = _cookie(self._name).extract({}, b"", request.scope["headers"])
        return self.check_api_key(found.get("key"))


@lru_cache
def _cookie(name: str) -> Parameters:
    return Parameters(cookie=[("key", [name], "last")])
