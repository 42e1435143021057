from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ferroapi import FastAPI, Query

app = FastAPI()


class Page(BaseModel):
    model_config = {"extra": "forbid"}

    offset: int = Field(0, ge=0)
    limit: int = Field(20, le=100)
    order: Literal["name", "price"] = "name"


@app.get("/items")
async def list_items(page: Annotated[Page, Query()]) -> Page:
    return page
