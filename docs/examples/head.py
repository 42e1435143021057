from collections.abc import AsyncIterator

from ferroapi import FastAPI

app = FastAPI(auto_head=True)


@app.get("/items/{number}")
async def read_item(number: int) -> dict[str, int]:
    return {"number": number}


@app.get("/numbers")
async def count() -> AsyncIterator[int]:
    number = 0
    while True:
        yield number
        number += 1


@app.get("/secret", auto_head=False)
async def read_secret() -> str:
    return "sesame"
