"""The name under which FastAPI's users import the splitting of the `Authorization` header."""

from ferroapi.security.authorization import get_authorization_scheme_param

__all__ = ["get_authorization_scheme_param"]
