"""What failed in a request, handed to the exception handlers of the application around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import Scope

    from ferroapi.connection.exchange import Exchange


class FailureHandlers:
    """What an application has in its attribute `failures` to answer exceptions with."""

    __slots__ = ()

    tables: tuple[dict[type[BaseException], Any], dict[int, Any]]
    """The handlers by class and by status, which a request may look into and add to."""

    def show_in(self, scope: Scope) -> None:
        """Puts the handlers where Starlette's middleware leaves them."""
        scope["starlette.exception_handlers"] = self.tables

    async def answer(self, error: Exception, exchange: Exchange) -> None:
        """Sends the answer to an exception; raises it when there is none."""
        raise error


async def fail(error: Exception, exchange: Exchange, application: Any = None) -> None:
    """Answers an exception as `application` has it, by default that of the exchange, or raises it.

    Without one of our applications around it, Starlette's own middleware is left to answer.
    """
    if application is None:
        application = exchange.scope.get("app")
    failures = getattr(application, "failures", None)
    if not isinstance(failures, FailureHandlers):
        raise error
    await failures.answer(error, exchange)
