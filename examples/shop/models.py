"""What goes over the wire. Prices are whole cents."""

from datetime import UTC, datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, Field, StringConstraints

RowId = Annotated[int, Field(ge=1, lt=2**63)]
"""What SQLite can hold as the key of a row."""


class ProductFields(BaseModel):
    """A product as the client describes it."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    price_cents: int = Field(ge=0, le=100_000_00)
    stock: int = Field(default=0, ge=0, le=1_000_000)


class Product(ProductFields):
    id: int


class OrderFields(BaseModel):
    """An order as the client places it."""

    product_id: RowId
    quantity: int = Field(default=1, ge=1, le=1000)


class Order(OrderFields):
    """`confirmation` is written a moment after the order was placed."""

    id: int
    product_name: str
    total_cents: int
    placed_at: datetime
    confirmation: str | None = None


class ShopEvent(NamedTuple):
    """Something that happened in the shop, and to what."""

    name: Literal["product.created", "product.changed", "product.deleted", "order.placed"]
    subject: Product | Order


class ChatMessage(BaseModel):
    kind: Literal["joined", "said", "left"]
    nickname: str
    text: str = ""
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))
