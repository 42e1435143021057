from time import perf_counter

from pydantic import BaseModel
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ferroapi import APIRouter, FastAPI, Request


class OutOfStockError(Exception):
    pass


class Problem(BaseModel):
    title: str


class Timing:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begin = perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = f"app;dur={1000 * (perf_counter() - begin):.0f}"
                message["headers"] = [*message["headers"], (b"server-timing", took.encode())]
            await send(message)

        await self.app(scope, receive, timed)


items = APIRouter(prefix="/items", middleware=[Middleware(Timing)])


@items.exception_handler(OutOfStockError, status_code=409)
async def describe(request: Request, error: OutOfStockError) -> Problem:
    return Problem(title=f"{error} is out of stock")


@items.post("/{name}/order")
async def order(name: str) -> None:
    raise OutOfStockError(name)


app = FastAPI()
app.include_router(items)
