"""What a controller may say, and what its decorators take."""

from typing import Annotated

from ferroapi import APIRouter, Depends, FastAPI, WebSocket
from ferroapi.controllers import Controller, api_route, get, post, websocket
from ferroapi.responses import PlainTextResponse


def database() -> dict[str, int]:
    return {}


class Items(Controller):
    prefix = "/items"
    tags = ("items",)
    dependencies = (Depends(database),)
    default_response_class = PlainTextResponse
    deprecated = True

    def __init__(self, items: Annotated[dict[str, int], Depends(database)]) -> None:
        self.items = items

    @get("/{name}", status_code=200, tags=["one"])
    async def read(self, name: str) -> int:
        return self.items[name]

    @post("/{name}")
    @api_route("/other", methods=["PUT"])
    def write(self, name: str, count: int) -> None:
        self.items[name] = count

    @websocket("/talk", name="talk")
    async def talk(self, socket: WebSocket) -> None:
        await socket.accept()


class Numbered(Controller):
    prefix = 1  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]


app = FastAPI()
router = APIRouter()
router.include_controller(Items, prefix="/v1")
app.include_controller(Items({}), tags=["made"])
app.include_controller(dict)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
app.include_controller(Items, prefix=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
get("/", status="200")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
