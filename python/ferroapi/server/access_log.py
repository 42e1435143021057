"""What the access log is written to: the logger `uvicorn.access`, or the stream behind it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from uvicorn.logging import AccessFormatter

from ferroapi._core import AccessLog

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from ferroapi.server.options import ServerOptions

LOGGER = logging.getLogger("uvicorn.access")

ERROR_LOGGER = logging.getLogger("uvicorn.error")
"""The log of the server itself."""

FORMAT = '%(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s'
"""That of uvicorn's own configuration, which lines of text are like."""

PREFIX = "INFO:     "
"""What `levelprefix` and the space behind it are in a line."""


def access_log_of(options: ServerOptions, loop: asyncio.AbstractEventLoop) -> AccessLog | None:
    """The access log of a server; `None` without one, as uvicorn's `access_log=False` has it."""
    if options.access_log == "off" or not LOGGER.hasHandlers():
        return None
    is_as_uvicorns = options.access_log == "text" and set(options.access_log_fields) == {"client"}
    return AccessLog(
        is_json=options.access_log == "json",
        prefix=PREFIX,
        fields=options.access_log_fields,
        event_loop=loop,
        writer=Lines(may_be_coloured=is_as_uvicorns).writer,
        record=log,
    )


def log(client: str, method: str, target: str, version: str, status: int) -> None:
    """Makes a record as uvicorn does."""
    LOGGER.info('%s - "%s %s HTTP/%s" %d', client, method, target, version, status)


class Lines:
    """Writes lines to where the logger would, while it is as uvicorn has configured it."""

    def __init__(self, *, may_be_coloured: bool) -> None:
        """
        Args:
            may_be_coloured: whether records are preferred where their formatter has colours.
        """
        self._may_be_coloured = may_be_coloured
        self._is_failing = False

    def writer(self) -> Callable[[str], None] | None:
        """What writes the next lines; nothing where they are to be records."""
        handler = handler_of_uvicorn(LOGGER)
        if handler is None:
            return None
        if self._may_be_coloured and getattr(handler.formatter, "use_colors", False):
            return None
        return partial(self.write, handler)

    def write(self, handler: logging.StreamHandler[Any], lines: str) -> None:
        """Writes lines, once: if that fails they are lost, and the log of the server says so."""
        handler.acquire()
        try:
            handler.stream.write(lines)
            handler.flush()
        except Exception as error:
            if not self._is_failing:
                ERROR_LOGGER.warning("The access log cannot be written: %r", error)
            self._is_failing = True
        else:
            self._is_failing = False
        finally:
            handler.release()


def handler_of_uvicorn(logger: logging.Logger) -> logging.StreamHandler[Any] | None:
    """The only handler of a logger, if it and the logger do what uvicorn's configuration says."""
    match logger.handlers:
        case [logging.StreamHandler(formatter=AccessFormatter() as formatter) as handler]:
            is_as_configured = (
                type(logger) is logging.Logger
                and type(handler) is logging.StreamHandler
                and type(formatter) is AccessFormatter
                and formatter._fmt == FORMAT
                and not (logger.propagate or logger.filters or handler.filters)
                and logger.isEnabledFor(logging.INFO)
                and handler.level <= logging.INFO
                and handler.terminator == "\n"
            )
            return handler if is_as_configured else None
        case _:
            return None
