"""What an operation may say of the parts of a form."""

from typing import Annotated

from pydantic import BaseModel

from ferroapi import FastAPI, File, FileStream, Part

app = FastAPI()


class Album(BaseModel):
    title: str


@app.post("/albums")
async def create(album: Annotated[Album, Part(max_size=10, content_type="text/json")]) -> str:
    return album.title


@app.post("/files")
async def store(data: Annotated[FileStream, File(max_size=10)]) -> int:
    name: str = data.filename
    kind: str | None = data.content_type
    async for chunk in data:
        print(name, kind, chunk.hex())
    return data.size


Part(max_size="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
File(max_size="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
