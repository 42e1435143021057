"""Whole tables as JSON Lines: the first line leaves before the last one is read."""

import asyncio
from collections.abc import AsyncIterable, Iterable
from typing import Annotated

from ferroapi import APIRouter, Query
from ferroapi.concurrency import run_in_threadpool

from ..dependencies import Database
from ..models import Order, Product

router = APIRouter(prefix="/export", tags=["export"])


@router.get("/products")
async def export_products(
    database: Database, pause: Annotated[float, Query(ge=0, le=1)] = 0
) -> AsyncIterable[Product]:
    """One product a line, with `pause` seconds between them for those who want to watch."""
    rows = database.execute("SELECT * FROM products ORDER BY id")
    while page := await run_in_threadpool(rows.fetchmany, 100):
        for row in page:
            yield Product(**row)
            if pause:
                await asyncio.sleep(pause)


@router.get("/orders")
def export_orders(database: Database) -> Iterable[Order]:
    """One order a line. A plain generator runs in a worker thread, as a plain function does."""
    for row in database.execute("SELECT * FROM orders_with_confirmations ORDER BY id"):
        yield Order(**row)
