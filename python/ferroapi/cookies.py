"""The cookies of a connection."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from ferroapi._core import Parameters


class CookieReading(HTTPConnection):
    """Reads cookies by the core: older standard libraries take quadratic time for some."""

    @property
    def cookies(self) -> dict[str, str]:
        """All cookies by name; it is the same dictionary each time, which may be changed."""
        if not hasattr(self, "_cookies"):
            headers = self.headers.getlist("cookie")
            pairs = [pair for header in headers for pair in header.split(";")]
            names = dict.fromkeys(
                pair.partition("=")[0].strip() if "=" in pair else "" for pair in pairs
            )
            found = Parameters(cookie=[(name, [name], "last") for name in names])
            self._cookies = found.extract({}, b"", self.scope["headers"])
        return self._cookies


def are_those_of_the_scope(connection: HTTPConnection) -> bool:
    """Whether the cookies of a connection are what its scope says.

    Who has asked for them may have changed them, and a class may read them in its own way.
    """
    return "_cookies" not in vars(connection) and type(connection).cookies in (
        HTTPConnection.cookies,
        CookieReading.cookies,
    )
