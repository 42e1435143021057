from typing import Annotated

from pydantic import BaseModel

from ferroapi import APIRouter, Depends, FastAPI, Header, HTTPException


class User(BaseModel):
    name: str


async def guard(x_key: Annotated[str, Header()]) -> None:
    if x_key != "demo":
        raise HTTPException(403)


async def provide_greeting() -> str:
    return "Hello"


users = APIRouter(prefix="/users", dependencies=[Depends(guard)])


@users.post("/")
async def greet(data: User, greeting: Annotated[str, Depends(provide_greeting)]) -> str:
    return f"{greeting}, {data.name}"


app = FastAPI()
app.include_router(users)
