"""OpenID Connect, discovered at a URL (OpenID Connect Discovery 1.0)."""

# ruff: noqa: N803 - OpenAPI's name

from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from ferroapi.security.authorization import authorization
from ferroapi.security.base import SecurityBase

if TYPE_CHECKING:
    from ferroapi.openapi.models import OpenIdConnect as OpenIdConnectModel


class OpenIdConnect(SecurityBase):
    """Gives the whole `Authorization` header field; checking it is yours.

    Args:
        openIdConnectUrl: where the provider describes itself, for the reader of the schema; it is
            not read here.
        scheme_name, description, auto_error: see `SecurityBase`.
    """

    if TYPE_CHECKING:
        model: OpenIdConnectModel

    challenge = "Bearer"

    def __init__(
        self,
        *,
        openIdConnectUrl: str,
        scheme_name: str | None = None,
        description: str | None = None,
        auto_error: bool = True,
    ) -> None:
        super().__init__(scheme_name=scheme_name, description=description, auto_error=auto_error)
        self.open_id_connect_url = openIdConnectUrl

    def _describe(self) -> "OpenIdConnectModel":
        from ferroapi.openapi.models import OpenIdConnect

        return OpenIdConnect(
            openIdConnectUrl=self.open_id_connect_url, description=self.description
        )

    async def __call__(self, request: HTTPConnection) -> str | None:
        return self._found(authorization(request) or None)
