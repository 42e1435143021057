from typing import AsyncIterable
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()

class Item(BaseModel):
    name: str

@app.get("/items/stream")
async def stream_items() -> AsyncIterable[Item]:
    items = [Item(name="Plumbus"), Item(name="Portal Gun")]
    for item in items:
        yield item
