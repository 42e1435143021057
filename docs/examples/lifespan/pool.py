from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from ferroapi import FastAPI, Request


class Pool:
    """A stand-in for a pool of connections."""

    open = False


class State(TypedDict):
    pool: Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    pool = Pool()
    pool.open = True
    yield {"pool": pool}
    pool.open = False


app = FastAPI(lifespan=lifespan)


@app.get("/pool")
async def read_pool(request: Request) -> dict[str, bool]:
    return {"open": request.state.pool.open}
