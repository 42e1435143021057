"""Products as JSON: everyone reads, the staff writes."""

import sqlite3
from typing import Annotated

from ferroapi import APIRouter, BackgroundTasks, HTTPException, Query, status

from ..dependencies import Database, Events, StaffOnly
from ..models import Product, ProductFields, RowId, ShopEvent

router = APIRouter(
    prefix="/products",
    tags=["products"],
    responses={404: {"description": "No such product"}},
)


@router.get("")
def read_products(
    database: Database,
    search: str = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
) -> list[Product]:
    """Up to `limit` products with `search` in their name, in order, starting behind id `after`."""
    rows = database.execute(
        "SELECT * FROM products WHERE id > ? AND instr(lower(name), lower(?)) ORDER BY id LIMIT ?",
        (after, search, limit),
    )
    return [Product(**row) for row in rows]


@router.get("/{product_id}")
def read_product(product_id: RowId, database: Database) -> Product:
    return product_or_404(
        database.execute("SELECT * FROM products WHERE id = ?", (product_id,)).fetchone()
    )


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[StaffOnly])
def create_product(
    fields: ProductFields, database: Database, events: Events, tasks: BackgroundTasks
) -> Product:
    with database:
        row = database.execute(
            "INSERT INTO products (name, price_cents, stock)"
            " VALUES (:name, :price_cents, :stock) RETURNING *",
            fields.model_dump(),
        ).fetchone()
    product = Product(**row)
    tasks.add_task(events.publish, ShopEvent("product.created", product))
    return product


@router.put("/{product_id}", dependencies=[StaffOnly])
def replace_product(
    product_id: RowId,
    fields: ProductFields,
    database: Database,
    events: Events,
    tasks: BackgroundTasks,
) -> Product:
    with database:
        row = database.execute(
            "UPDATE products SET name = :name, price_cents = :price_cents, stock = :stock"
            " WHERE id = :id RETURNING *",
            fields.model_dump() | {"id": product_id},
        ).fetchone()
    product = product_or_404(row)
    tasks.add_task(events.publish, ShopEvent("product.changed", product))
    return product


@router.delete("/{product_id}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[StaffOnly])
def delete_product(
    product_id: RowId, database: Database, events: Events, tasks: BackgroundTasks
) -> None:
    with database:
        row = database.execute(
            "DELETE FROM products WHERE id = ? RETURNING *", (product_id,)
        ).fetchone()
    product = product_or_404(row)
    tasks.add_task(events.publish, ShopEvent("product.deleted", product))


def product_or_404(row: sqlite3.Row | None) -> Product:
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "No such product")
    return Product(**row)
