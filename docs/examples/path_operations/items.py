from ferroapi import FastAPI

app = FastAPI()


@app.get("/items/newest")
async def read_newest() -> dict[str, str]:
    return {"item": "newest"}


@app.get("/items/{item_id}")
async def read_item(item_id: int) -> dict[str, int]:
    return {"item": item_id}


@app.delete("/items/{item_id}", status_code=204)
async def delete_item(item_id: int) -> None:
    pass


@app.get("/files/{path:path}")
def read_path(path: str) -> dict[str, str]:
    return {"path": path}
