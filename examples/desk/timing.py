"""How long a request took, in the `Server-Timing` of its response."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Timing:
    """Middleware for the routers whose clients look at it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Measures from the first line of middleware to the head of the response."""
        started = perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                milliseconds = (perf_counter() - started) * 1000
                value = f"desk;dur={milliseconds:.1f}".encode()
                message["headers"] = [*message["headers"], (b"server-timing", value)]
            await send(message)

        await self._app(scope, receive, timed)
