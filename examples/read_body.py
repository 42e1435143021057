"""An upload that is refused before it is sent: `uvicorn read_body:app`."""

from typing import Annotated

from ferroapi import APIRouter, Depends, FastAPI, Header, HTTPException, UploadFile


async def check_key(x_key: Annotated[str, Header()]) -> None:
    if x_key != "open":
        raise HTTPException(401, "Wrong key")


uploads = APIRouter(prefix="/uploads", dependencies=[Depends(check_key)], read_body="late")


@uploads.post("/")
async def upload(file: UploadFile) -> int | None:
    """Its size in bytes."""
    return file.size


app = FastAPI()
app.include_router(uploads)
