"""The `Authorization` header field (RFC 9110, section 11.6.2)."""

from starlette.requests import HTTPConnection

HEADERS = HTTPConnection.headers
"""As it was imported: what somebody has put into its place since then is asked."""


def authorization(connection: HTTPConnection) -> str | None:
    """What `connection.headers` has under that name; no object is made of all headers for it."""
    is_own = getattr(type(connection), "headers", None) is HEADERS
    if is_own and "_headers" not in vars(connection):
        headers = connection.scope["headers"]
        if type(headers) is list:
            for name, value in headers:
                if name == b"authorization":
                    field: bytes = value
                    return field.decode("latin-1")
            return None
    return connection.headers.get("Authorization")


def get_authorization_scheme_param(authorization_header_value: str | None) -> tuple[str, str]:
    """The scheme and, without blanks around, what follows it; empty where there is nothing."""
    scheme, _, parameter = (authorization_header_value or "").partition(" ")
    return scheme, parameter.strip()
