"""Orders: taken at once, confirmed in the background."""

from contextlib import closing
from pathlib import Path

from ferroapi import APIRouter, BackgroundTasks, HTTPException, Request, status

from ..database import connect
from ..dependencies import Database, Events
from ..models import Order, OrderFields, RowId, ShopEvent

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses={404: {"description": "No such product"}, 409: {"description": "Sold out"}},
)
def place_order(
    fields: OrderFields,
    request: Request,
    database: Database,
    events: Events,
    tasks: BackgroundTasks,
) -> Order:
    """Takes the products from the stock and writes the order, both or neither."""
    with database:
        product = database.execute(
            "UPDATE products SET stock = stock - :quantity"
            " WHERE id = :product_id AND stock >= :quantity RETURNING *",
            fields.model_dump(),
        ).fetchone()
        if product is None:
            raise refusal(database, fields.product_id)
        row = database.execute(
            "INSERT INTO orders (product_id, product_name, quantity, total_cents)"
            " VALUES (?, ?, ?, ?) RETURNING *",
            (
                fields.product_id,
                product["name"],
                fields.quantity,
                product["price_cents"] * fields.quantity,
            ),
        ).fetchone()
    order = Order(**row)
    tasks.add_task(write_confirmation, request.state.database, order)
    tasks.add_task(events.publish, ShopEvent("order.placed", order))
    return order


@router.get("/{order_id}", responses={404: {"description": "No such order"}})
def read_order(order_id: RowId, database: Database) -> Order:
    row = database.execute(
        "SELECT * FROM orders_with_confirmations WHERE id = ?", (order_id,)
    ).fetchone()
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "No such order")
    return Order(**row)


def refusal(database: Database, product_id: int) -> HTTPException:
    if database.execute("SELECT 1 FROM products WHERE id = ?", (product_id,)).fetchone():
        return HTTPException(status.HTTP_409_CONFLICT, "Not enough in stock")
    return HTTPException(status.HTTP_404_NOT_FOUND, "No such product")


def write_confirmation(database: Path, order: Order) -> None:
    """Runs after the response has left, with a connection of its own."""
    text = f"{order.quantity} x {order.product_name} for {order.total_cents / 100:.2f}. Thank you!"
    with closing(connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO confirmations (order_id, text) VALUES (?, ?)", (order.id, text)
        )
