"""Security schemes: dependencies that take credentials out of a request and document themselves."""

from typing import TYPE_CHECKING

from ferroapi.security.api_key import APIKeyCookie, APIKeyHeader, APIKeyQuery
from ferroapi.security.http import (
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    HTTPDigest,
)
from ferroapi.security.oauth2 import (
    OAuth2,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
    OAuth2PasswordRequestForm,
    OAuth2PasswordRequestFormStrict,
    SecurityScopes,
)
from ferroapi.security.open_id_connect_url import OpenIdConnect
from ferroapi.submodules import imported_on_demand

__all__ = [
    "APIKeyCookie",
    "APIKeyHeader",
    "APIKeyQuery",
    "HTTPAuthorizationCredentials",
    "HTTPBasic",
    "HTTPBasicCredentials",
    "HTTPBearer",
    "HTTPDigest",
    "OAuth2",
    "OAuth2AuthorizationCodeBearer",
    "OAuth2PasswordBearer",
    "OAuth2PasswordRequestForm",
    "OAuth2PasswordRequestFormStrict",
    "OpenIdConnect",
    "SecurityScopes",
]

if not TYPE_CHECKING:  # checkers would take it for any name
    __getattr__ = imported_on_demand(__name__, "utils")
