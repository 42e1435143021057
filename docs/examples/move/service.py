from ferroapi import FastAPI

app = FastAPI()
calls = 0


@app.get("/items/{item_id}")
async def read_item(item_id: int) -> dict[str, int]:
    return {"item_id": item_id}


@app.api_route("/calls", methods=["GET", "POST"])
async def count() -> int:
    global calls
    calls += 1
    return calls
