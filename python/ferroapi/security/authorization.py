"""The `Authorization` header field (RFC 9110, section 11.6.2)."""


def get_authorization_scheme_param(authorization_header_value: str | None) -> tuple[str, str]:
    """The scheme and, without blanks around, what follows it; empty where there is nothing."""
    scheme, _, parameter = (authorization_header_value or "").partition(" ")
    return scheme, parameter.strip()
