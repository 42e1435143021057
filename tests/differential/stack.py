"""From described middleware to that of an application."""

import zlib
from collections.abc import Callable
from typing import Any

from tests.differential.descriptions import Middleware
from tests.differential.frameworks import Framework

_MODULES = {
    "CORSMiddleware": "cors",
    "GZipMiddleware": "gzip",
    "TrustedHostMiddleware": "trustedhost",
    "HTTPSRedirectMiddleware": "httpsredirect",
}


class _Pure:
    """ASGI without a framework: it adds a header, and tells what passes."""

    def __init__(self, app: Any, *, name: str, called: Callable[[str], None]) -> None:
        self._app = app
        self._name = name
        self._called = called

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def through(message: Any) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                added = [(b"x-through", self._name.encode())]
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        self._called(f"{self._name} gets {scope['type']}")
        try:
            await self._app(scope, receive, through)
        except Exception as error:
            self._called(f"{self._name} sees {type(error).__name__}")
            raise
        self._called(f"{self._name} ends")


def add_middleware(
    app: Any, framework: Framework, described: Middleware, called: Callable[[str], None]
) -> None:
    """Adds a middleware to an application."""
    name, options = described["name"], described["options"]
    if name in _MODULES:
        module = framework.part(f"middleware.{_MODULES[name]}")
        app.add_middleware(getattr(module, name), **options)
    elif name == "pure":
        app.add_middleware(_Pure, called=called, **options)
    else:
        app.middleware("http")(_function(framework, options, called))


def _function(
    framework: Framework, options: dict[str, Any], called: Callable[[str], None]
) -> Callable[..., Any]:
    how = options["how"]

    async def middleware(request: Any, call_next: Any) -> Any:
        called(f"before {request.method} {request.url}")
        if how == "answers" and "x-a" in request.headers:
            return framework.part("responses").PlainTextResponse("answered", 299)
        if how == "raises" and "x-a" in request.headers:
            raise ValueError("raised in middleware")
        if how == "refuses" and "x-a" in request.headers:
            raise framework.module.HTTPException(403)
        if how == "reads":
            called(f"body {await request.body()!r}")
        if how == "streams":
            called(f"parts {[part async for part in request.stream()]!r}")
        if how == "sets":
            request.state.user = "u"
        try:
            response = await call_next(request)
        except Exception as error:
            called(f"after {type(error).__name__}")
            if how != "catches":
                raise
            return framework.part("responses").JSONResponse({"caught": True}, 503)
        called(f"after {response.status_code}")
        if "x-a" in request.headers:
            if how == "fails":
                raise ValueError("raised after the response has begun")
            if how == "discards":
                return framework.part("responses").PlainTextResponse("instead", 298)
            if how == "consumes":
                body = b"".join([part async for part in response.body_iterator])
                if response.headers.get("content-encoding") == "gzip":
                    # Where a stream was cut, a matter of time, shows in how it is compressed.
                    body = zlib.decompressobj(31).decompress(body)
                called(f"consumed {body!r}")
                return framework.part("responses").Response(body, response.status_code)
        if how == "wraps":
            response.body_iterator = _bracketed(response.body_iterator)
            del response.headers["content-length"]
        response.headers["x-after"] = how
        return response

    return middleware


async def _bracketed(parts: Any) -> Any:
    yield b"<"
    async for part in parts:
        yield part
    yield b">"
