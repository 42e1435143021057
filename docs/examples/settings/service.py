import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr

from ferroapi import Depends, FastAPI


class Settings(BaseModel):
    name: str = "Shop"
    items_per_page: int = Field(50, gt=0)
    admin_key: SecretStr


@cache
def read_settings() -> Settings:
    prefix = "SHOP_"
    given = {
        name.removeprefix(prefix).lower(): value
        for name, value in os.environ.items()
        if name.startswith(prefix)
    }
    return Settings.model_validate(given)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    read_settings()
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/about")
async def about(settings: Annotated[Settings, Depends(read_settings)]) -> Settings:
    return settings
