"""A user's service: what it declares has the types that are written, under both names."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Annotated, Any, TypedDict, assert_type

from pydantic import BaseModel

from ferroapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    FastAPI,
    File,
    Form,
    Header,
    HTTPException,
    Path,
    Query,
    Request,
    Response,
    Security,
    UploadFile,
    WebSocket,
    WebSocketDisconnect,
    status,
)
from ferroapi.encoders import jsonable_encoder
from ferroapi.exceptions import RequestValidationError
from ferroapi.middleware.cors import CORSMiddleware
from ferroapi.responses import EventSourceResponse, JSONResponse, StreamingResponse
from ferroapi.routing import APIRoute
from ferroapi.security import (
    APIKeyHeader,
    HTTPAuthorizationCredentials,
    HTTPBearer,
    OAuth2PasswordBearer,
    OAuth2PasswordRequestForm,
    SecurityScopes,
)
from ferroapi.sse import ServerSentEvent
from ferroapi.staticfiles import StaticFiles
from ferroapi.testclient import TestClient


class Item(BaseModel):
    """What is sold."""

    name: str
    price: float = 0


class Resources(TypedDict):
    """What the lifespan yields."""

    prices: dict[str, float]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[Resources]:
    yield {"prices": {}}


class Shop(FastAPI):
    """An application that has something of its own."""

    prices: dict[str, float]


app = Shop(title="Shop", lifespan=lifespan, responses={404: {"description": "There is none."}})
app.prices = {}
app.add_middleware(CORSMiddleware, allow_origins=["https://example.com"])
app.mount("/static", StaticFiles(directory="."), name="static")
bearer = HTTPBearer(auto_error=False)
oauth2 = OAuth2PasswordBearer(tokenUrl="token", scopes={"read": "Read."})


def connection() -> Iterator[int]:
    yield 1


async def user(
    scopes: SecurityScopes, token: Annotated[str, Depends(oauth2)], key: str = Header(alias="x-key")
) -> Item:
    assert_type(scopes.scopes, list[str])
    return Item(name=token + key)


class Page:
    """A dependency that is a class."""

    def __init__(self, offset: Annotated[int, Query(ge=0)] = 0, limit: int = 10) -> None:
        self.offset = offset
        self.limit = limit


router = APIRouter(prefix="/items", tags=["items"], dependencies=[Depends(connection)])


@router.get("/{number}", response_model=Item, status_code=status.HTTP_200_OK, name="read")
async def read(
    number: Annotated[int, Path(gt=0)],
    request: Request[Resources],
    response: Response,
    tasks: BackgroundTasks,
    connected: Annotated[int, Depends(connection)],
    page: Annotated[Page, Depends()],
    who: Annotated[Item, Security(user, scopes=["read"])],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    session: Annotated[str | None, Cookie()] = None,
    old_style: int = Depends(connection),
) -> dict[str, Any]:
    assert_type(number, int)
    assert_type(request.state["prices"], dict[str, float])
    assert_type(connected, int)
    assert_type(page.offset, int)
    assert_type(who.price, float)
    assert_type(credentials, HTTPAuthorizationCredentials | None)
    assert_type(session, str | None)
    assert_type(old_style, int)
    tasks.add_task(print, number)
    response.headers["x-number"] = str(number)
    if number > 1_000:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="There is none.")
    return {"name": who.name}


@router.put("/")
def write(
    item: Item,
    other: Annotated[Item, Body(embed=True)],
    upload: UploadFile,
    *,
    note: str = Form(""),
) -> Item:
    return item


@router.post("/upload")
async def upload(file: Annotated[bytes, File(max_length=10)], files: list[UploadFile]) -> int:
    assert_type(await files[0].read(), bytes)
    return len(file)


@app.post("/token")
async def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
    assert_type(form.scopes, list[str])
    return form.username


@app.get("/events", response_class=EventSourceResponse)
async def events() -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(data={"a": 1}, event="tick")


@app.get("/text")
async def text() -> StreamingResponse:
    return StreamingResponse(iter(["a", "b"]), media_type="text/plain")


@app.websocket("/ws")
async def socket(
    websocket: WebSocket, key: Annotated[str, Depends(APIKeyHeader(name="k"))]
) -> None:
    await websocket.accept()
    try:
        await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect as error:
        assert_type(error.code, int)


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    return JSONResponse(jsonable_encoder(error.errors()), status_code=422)


@app.middleware("http")
async def timed(request: Request, call_next: Any) -> Response:
    answer: Response = await call_next(request)
    return answer


app.include_router(router, prefix="/v1")
app.dependency_overrides[connection] = lambda: 2

# What was decorated is as it was.
assert_type(write(Item(name="a"), Item(name="b"), UploadFile(BytesIO()), note=""), Item)
assert_type(app.openapi(), dict[str, Any])
assert_type(app.prices, dict[str, float])
assert_type([route.path for route in app.routes if isinstance(route, APIRoute)], list[str])

with TestClient(app) as client:
    assert_type(client.get("/v1/items/1").status_code, int)
