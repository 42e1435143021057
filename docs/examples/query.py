from pydantic import BaseModel

from ferroapi import FastAPI

app = FastAPI(openapi_version="3.2.0")

ITEMS = {"pen": 1.5, "paper": 4.0, "ink": 12.0}


class Wanted(BaseModel):
    names: list[str] = []
    highest_price: float = 1000


@app.query("/items")
async def find_items(wanted: Wanted) -> dict[str, float]:
    return {
        name: price
        for name, price in ITEMS.items()
        if price <= wanted.highest_price and (not wanted.names or name in wanted.names)
    }
