from typing import Annotated

from ferroapi import APIRouter, Depends, FastAPI, Header, HTTPException


async def check_key(x_key: Annotated[str, Header()]) -> None:
    if x_key != "demo":
        raise HTTPException(403, "A wrong key")


items = APIRouter(prefix="/items", tags=["items"])


@items.get("/")
async def list_items() -> list[str]:
    return ["spoon"]


admin = APIRouter(prefix="/admin", dependencies=[Depends(check_key)])


@admin.get("/statistics")
async def read_statistics() -> dict[str, int]:
    return {"items": 1}


app = FastAPI()
app.include_router(items)
app.include_router(items, prefix="/v2")
app.include_router(admin)
