from datetime import UTC, datetime

from pydantic import BaseModel

from ferroapi import FastAPI, Response
from ferroapi.responses import HTMLResponse, RedirectResponse

app = FastAPI()


class User(BaseModel):
    name: str
    joined: datetime


class UserInDatabase(User):
    password_hash: str


@app.get("/users/ada")
async def read_user() -> User:
    joined = datetime(2026, 11, 29, tzinfo=UTC)
    return UserInDatabase(name="Ada", joined=joined, password_hash="x")


@app.put("/theme/{name}", status_code=202)
async def set_theme(name: str, response: Response) -> dict[str, str]:
    response.set_cookie("theme", name, httponly=True)
    response.headers["X-Theme"] = name
    return {"theme": name}


@app.get("/page", response_class=HTMLResponse)
async def read_page() -> str:
    return "<h1>Hello</h1>"


@app.get("/old")
async def redirect() -> RedirectResponse:
    return RedirectResponse("/page", status_code=308)
