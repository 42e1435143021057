"""From the name of a security scheme to a dependency."""

from typing import Any

from tests.differential.frameworks import Framework

_SCHEMES: dict[str, tuple[str, dict[str, Any]]] = {
    "key": ("APIKeyHeader", {"name": "X-Key"}),
    "query_key": ("APIKeyQuery", {"name": "key", "description": "d"}),
    "cookie_key": ("APIKeyCookie", {"name": "key", "scheme_name": "cookie"}),
    "basic": ("HTTPBasic", {}),
    "realm": ("HTTPBasic", {"realm": "r", "scheme_name": "realm"}),
    "bearer": ("HTTPBearer", {"bearerFormat": "JWT"}),
    "digest": ("HTTPDigest", {"description": "d"}),
    "base": ("HTTPBearer", {"scheme_name": "base"}),
    "oauth2": ("OAuth2PasswordBearer", {"tokenUrl": "token", "scopes": {"a": "A", "b": "B"}}),
    "code": (
        "OAuth2AuthorizationCodeBearer",
        {"authorizationUrl": "auth", "tokenUrl": "token", "refreshUrl": "refresh"},
    ),
    "flows": (
        "OAuth2",
        {"flows": {"clientCredentials": {"tokenUrl": "t", "scopes": {"a": "A"}}}},
    ),
    "connect": ("OpenIdConnect", {"openIdConnectUrl": "/openid"}),
}
_FORMS = {"password": "OAuth2PasswordRequestForm", "strict": "OAuth2PasswordRequestFormStrict"}


def scheme(framework: Framework, name: str) -> Any:
    """The scheme of that name; one that ends with `?` lets everybody in."""
    security = framework.part("security")
    if name in _FORMS:
        return getattr(security, _FORMS[name])
    cls, options = _SCHEMES[name.removesuffix("?")]
    return getattr(security, cls)(**options, auto_error=not name.endswith("?"))
