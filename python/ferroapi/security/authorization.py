"""The `Authorization` header field (RFC 9110, section 11.6.2)."""

from starlette.requests import HTTPConnection

_HEADERS = HTTPConnection.headers
"""As it was imported: what somebody has put into its place since then is asked."""


def authorization(connection: HTTPConnection) -> str | None:
    """What `connection.headers` has under that name; no object is made of all headers for it."""
    if getattr(type(connection), "headers", None) is not _HEADERS or "_headers" in vars(connection):
        return connection.headers.get("Authorization")
    for name, value in connection.scope["headers"]:
        if name == b"authorization":
            field: bytes = value
            return field.decode("latin-1")
    return None


def get_authorization_scheme_param(authorization_header_value: str | None) -> tuple[str, str]:
    """The scheme and, without blanks around, what follows it; empty where there is nothing."""
    scheme, _, parameter = (authorization_header_value or "").partition(" ")
    return scheme, parameter.strip()
