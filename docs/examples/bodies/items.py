from typing import Annotated

from pydantic import BaseModel, Field

from ferroapi import Body, FastAPI, HTTPException

app = FastAPI()


class Item(BaseModel):
    name: str
    price: float = Field(gt=0)
    tags: set[str] = set()


class ItemChange(BaseModel):
    name: str | None = None
    price: float | None = Field(None, gt=0)


items = {1: Item(name="Spoon", price=3.1)}


def find(item_id: int) -> Item:
    if item_id not in items:
        raise HTTPException(404, "There is no such item")
    return items[item_id]


@app.post("/items", status_code=201)
async def create_item(item: Item) -> Item:
    items[len(items) + 1] = item
    return item


@app.patch("/items/{item_id}")
async def change_item(item_id: int, change: ItemChange) -> Item:
    item = find(item_id)
    items[item_id] = item.model_copy(update=change.model_dump(exclude_unset=True))
    return items[item_id]


@app.put("/items/{item_id}/name")
async def rename_item(item_id: int, name: Annotated[str, Body(embed=True)]) -> Item:
    item = find(item_id)
    item.name = name
    return item
