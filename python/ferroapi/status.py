"""Status codes of HTTP (RFC 9110) and close codes of WebSocket (RFC 6455) by name."""

from typing import TYPE_CHECKING

from starlette import status as _status

# The names are Starlette's to list.
from starlette.status import *  # noqa: F403  # pyright: ignore[reportWildcardImportFromLibrary]  # that is meant
from starlette.status import __all__ as __all__

if not TYPE_CHECKING:  # a type checker that sees it accepts any misspelt name

    def __getattr__(name: str) -> int:
        """Gives a deprecated name its value, with Starlette's warning."""
        return getattr(_status, name)
