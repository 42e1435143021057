"""The application: what lives as long as the server, the routers, and the page."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

from ferroapi import FastAPI
from ferroapi.responses import FileResponse
from ferroapi.staticfiles import StaticFiles

from .channel import Channel
from .database import create_database
from .models import ChatMessage, ShopEvent
from .routers import export, feed, orders, products, room

PAGE = Path(__file__).parent / "page"


class State(TypedDict):
    """What every request finds in `request.state`."""

    database: Path
    events: Channel[ShopEvent]
    room: Channel[ChatMessage]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    """Creates and fills the database; ends the open streams when the server stops.

    The database is the file named by `SHOP_DATABASE`, or a temporary one.
    """
    with TemporaryDirectory(prefix="shop-", ignore_cleanup_errors=True) as directory:
        database = Path(os.environ.get("SHOP_DATABASE") or Path(directory) / "shop.db")
        create_database(database)
        state = State(database=database, events=Channel(), room=Channel())
        yield state
        state["events"].close()
        state["room"].close()


app = FastAPI(title="Shop", version="1.0.0", lifespan=lifespan)
app.include_router(products.router)
app.include_router(orders.router)
app.include_router(feed.router)
app.include_router(export.router)
app.include_router(room.router)
app.mount("/static", StaticFiles(directory=PAGE), name="static")


@app.get("/", include_in_schema=False)
async def read_page() -> FileResponse:
    return FileResponse(PAGE / "index.html")
