from typing import Annotated

from pydantic import BaseModel

from ferroapi import FastAPI, File, Form, UploadFile

app = FastAPI()


class Login(BaseModel):
    username: str
    password: str


@app.post("/login")
async def log_in(login: Annotated[Login, Form()]) -> dict[str, str]:
    return {"username": login.username}


@app.post("/photos")
async def add_photo(
    photo: UploadFile,
    title: Annotated[str, Form(max_length=80)],
) -> dict[str, object]:
    content = await photo.read()
    return {"title": title, "name": photo.filename, "bytes": len(content)}


@app.post("/albums")
async def add_album(photos: Annotated[list[UploadFile], File()]) -> list[str | None]:
    return [photo.filename for photo in photos]
