import json

from pydantic import BaseModel

from ferroapi import FastAPI

app = FastAPI(title="Shop", version="1.2.0", openapi_tags=[{"name": "items"}])


class Item(BaseModel):
    name: str


class Problem(BaseModel):
    detail: str


@app.get("/items/{item_id}", tags=["items"], responses={404: {"model": Problem}})
async def read_item(item_id: int) -> Item:
    """Reads one item.

    The first line is the description's first, in Markdown.
    """
    return Item(name="Spoon")


@app.get("/internal", include_in_schema=False)
async def read_internal() -> None:
    pass


if __name__ == "__main__":
    document = app.openapi()
    print(json.dumps(document["info"]))
    operation = document["paths"]["/items/{item_id}"]["get"]
    print(operation["operationId"], sorted(operation["responses"]), sep="\n")
    print(sorted(document["paths"]), sorted(document["components"]["schemas"]), sep="\n")
