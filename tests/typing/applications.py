"""What an application may be given: how it lives, and who answers its exceptions."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypedDict

from ferroapi import APIRouter, FastAPI, Request, WebSocket
from ferroapi.responses import JSONResponse, Response


class State(TypedDict):
    number: int


@asynccontextmanager
async def stateful(app: FastAPI) -> AsyncGenerator[State, None]:
    yield {"number": 1}


@asynccontextmanager
async def stateless(app: FastAPI) -> AsyncGenerator[None, None]:
    yield


@asynccontextmanager
async def of_a_number(app: FastAPI) -> AsyncGenerator[int, None]:
    yield 1


async def no_manager(app: FastAPI) -> None: ...


async def missing(request: Request, error: KeyError) -> JSONResponse:
    return JSONResponse({}, 404)


def in_a_thread(request: Request, error: Exception) -> Response:
    return Response()


async def of_websocket(socket: WebSocket, error: ValueError) -> None: ...


async def nameless(request: Request) -> Response:
    return Response()


APP = FastAPI()
FastAPI(lifespan=stateful, exception_handlers={KeyError: missing, 500: in_a_thread})
FastAPI(lifespan=stateless, exception_handlers={ValueError: of_websocket}, telemetry=True)
APIRouter(lifespan=stateful)
APP.add_exception_handler(KeyError, missing)
FastAPI(docs_assets="local", telemetry={"tracing": False})

FastAPI(lifespan=of_a_number)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
FastAPI(lifespan=no_manager)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
APIRouter(lifespan=no_manager)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
FastAPI(exception_handlers={KeyError: nameless})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
APP.add_exception_handler(KeyError, nameless)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
FastAPI(docs_assets="elsewhere")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
