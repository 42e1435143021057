"""What failed in a request, handed to the exception handlers of the application around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import Scope

    from ferroapi._core import DirectRequest, Header
    from ferroapi.connection.exchange import Exchange


JSON_TYPE = (b"content-type", b"application/json")

HANDLING = "ferroapi.handling"
"""Where a scope has the application that answers the request, and the handlers of its routers."""


class Answer(NamedTuple):
    """A response whose content is JSON, without an object for it."""

    status: int
    headers: list[Header]
    """Those besides the length and the type."""
    body: bytes


class FailureHandlers:
    """What an application has in its attribute `_failures` to answer exceptions with."""

    __slots__ = ()

    tables: tuple[dict[type[BaseException], Any], dict[int, Any]]
    """The handlers by class and by status, which a request may look into and add to."""

    @property
    def refuses_by_default(self) -> bool:
        """Whether the default handler, and no other, answers requests that do not fit."""
        return False

    def default_answer(self, error: Exception) -> Answer | None:
        """What a default handler answers; `None` where somebody has a say, or would see it."""
        return None

    def show_in(self, scope: Scope) -> None:
        """Puts the handlers where Starlette's middleware leaves them."""
        scope["starlette.exception_handlers"] = self.tables

    async def answer(self, error: Exception, exchange: Exchange) -> None:
        """Sends the answer to an exception; raises it when there is none."""
        raise error


class Handling(Protocol):
    """The exception handlers around an operation, which are asked before the application's."""

    async def answer(self, error: Exception, exchange: Exchange) -> None:
        """Sends the answer to an exception; raises what there is none to."""
        ...


def handling_of(scope: Mapping[str, Any]) -> Handling | None:
    """The handlers around an operation of the application, not of one that it is mounted in."""
    found: tuple[Any, Handling] | None = scope.get(HANDLING)
    return None if found is None or found[0] is not scope.get("app") else found[1]


def default_refusals(scope: Mapping[str, Any]) -> bool:
    """Whether requests that do not fit are answered by the default handler of the application."""
    if HANDLING in scope and handling_of(scope) is not None:
        return False
    failures = getattr(scope.get("app"), "_failures", None)
    return isinstance(failures, FailureHandlers) and failures.refuses_by_default


def plain_answer(scope: Mapping[str, Any], error: Exception) -> Answer | None:
    """What a default handler answers, without headers of its own; `None` in all other cases.

    Args:
        scope: says which application answers, and whether handlers of routers are asked before it.
        error: what was raised.
    """
    if HANDLING in scope and handling_of(scope) is not None:
        return None
    failures = getattr(scope.get("app"), "_failures", None)
    answer = failures.default_answer(error) if isinstance(failures, FailureHandlers) else None
    # Headers are checked where an exchange sends them.
    return None if answer is None or answer.headers else answer


def reply_by_default(request: DirectRequest, scope: Mapping[str, Any], error: Exception) -> bool:
    """Answers an exception to a client of our server, if a default handler would; else `False`."""
    answer = plain_answer(scope, error)
    if answer is None or answer.status > _LAST_STATUS:
        return False
    request.reply(answer.status, _JSON_FIELD, answer.body)
    error.__traceback__ = None
    return True


_LAST_STATUS = 999
_JSON_FIELD = b"%b: %b\r\n" % JSON_TYPE


def fail(error: Exception, exchange: Exchange, application: Any = None) -> Awaitable[None]:
    """Answers an exception as `application` has it, by default that of the exchange, or raises it.

    Handlers of routers are asked first, unless the application is named. What it returns is to be
    awaited at once.

    Without one of our applications around it, Starlette's own middleware is left to answer.
    """
    if application is None:
        handling = handling_of(exchange.scope)
        if handling is not None:
            return handling.answer(error, exchange)
        application = exchange.scope.get("app")
    failures = getattr(application, "_failures", None)
    if not isinstance(failures, FailureHandlers):
        raise error
    return failures.answer(error, exchange)


def failing(scope: Scope) -> Callable[[Exception, Exchange], Awaitable[None]]:
    """`fail` by the handlers that are around now: a mounted application puts itself into the scope.

    Args:
        scope: that of the connection.
    """
    handling, application = handling_of(scope), scope.get("app")
    if handling is not None:
        return handling.answer
    return lambda error, exchange: fail(error, exchange, application)
