"""The thousand models of the rows that send many."""

from __future__ import annotations

import pydantic


class Owner(pydantic.BaseModel):
    name: str
    active: bool = True


class Item(pydantic.BaseModel):
    id: int
    name: str
    price: float
    tags: list[str]
    owner: Owner | None = None


ITEMS = [
    Item(
        id=number,
        name=f"item {number}",
        price=number + 0.25,
        tags=["new", f"group-{number % 7}"],
        owner=Owner(name=f"owner {number % 13}") if number % 2 else None,
    )
    for number in range(1000)
]
VALUES = [item.model_dump(mode="json") for item in ITEMS]

FULL = 65536
"""Bytes at which the floor sends what it gathered."""
