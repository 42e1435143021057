from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Any

from ferroapi import APIRouter, FastAPI, HTTPException, Request, Response
from ferroapi.routing import APIRoute


class CheckedRoute(APIRoute):
    """Refuses a body that is not the one whose digest was sent with it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def checked(request: Request) -> Response:
            digest = sha256(await request.body()).hexdigest()
            if request.headers.get("x-sha256") != digest:
                raise HTTPException(400, "Not the body that was sent")
            return await handler(request)

        return checked


router = APIRouter(route_class=CheckedRoute)


@router.post("/sum")
async def add(numbers: list[int]) -> int:
    return sum(numbers)


app = FastAPI()
app.include_router(router)
