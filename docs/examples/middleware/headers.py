from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ferroapi import FastAPI, Request, Response
from ferroapi.middleware.cors import CORSMiddleware
from ferroapi.middleware.gzip import GZipMiddleware

app = FastAPI()


class Revision:
    """Names the revision of the service in each response."""

    def __init__(self, app: ASGIApp, revision: str) -> None:
        self.app = app
        self.revision = revision.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_revision(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-revision", self.revision)]
            await send(message)

        await self.app(scope, receive, send_with_revision)


app.add_middleware(Revision, revision="a1b2c3")
app.add_middleware(GZipMiddleware, minimum_size=1000)
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])


@app.middleware("http")
async def refuse_robots(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    if "bot" in request.headers.get("user-agent", ""):
        return Response("No robots", status_code=403)
    return await call_next(request)


@app.get("/items")
async def list_items() -> list[str]:
    return ["spoon"]
