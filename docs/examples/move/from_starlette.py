from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ferroapi import FastAPI


async def read_old(request: Request) -> JSONResponse:
    return JSONResponse({"id": int(request.path_params["id"])})


class User(BaseModel):
    id: int


app = FastAPI(routes=[Route("/old/users/{id:int}", read_old)])


@app.get("/users/{id}")
async def read(id: int) -> User:
    return User(id=id)
