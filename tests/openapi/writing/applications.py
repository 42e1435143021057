"""Small applications whose documents are known.

`expected/` has, byte for byte, what FastAPI 0.165 gives for each.
"""

import datetime
import uuid
from collections.abc import AsyncIterable, Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AliasChoices, BaseModel, Field, computed_field, create_model

from ferroapi import (
    APIRouter,
    Body,
    Cookie,
    Depends,
    FastAPI,
    File,
    Form,
    Header,
    Path,
    Query,
    Security,
    UploadFile,
)
from ferroapi.responses import (
    EventSourceResponse,
    FileResponse,
    HTMLResponse,
    RedirectResponse,
    Response,
)
from ferroapi.security import (
    APIKeyHeader,
    HTTPBearer,
    OAuth2PasswordBearer,
    OpenIdConnect,
    SecurityScopes,
)

APPLICATIONS: dict[str, Callable[[], FastAPI]] = {}


def application(build: Callable[[], FastAPI]) -> Callable[[], FastAPI]:
    APPLICATIONS[build.__name__] = build
    return build


class Colour(Enum):
    red = "red"
    blue = "blue"


class Part(BaseModel):
    """A part.

    What it is made of.
    \f
    Not for the document.
    """

    size: int = Field(ge=1, le=5)
    tags: list[str] = []


class Item(BaseModel):
    name: str
    price: float | None = None
    part: Part | None = None
    colour: Colour = Colour.red
    when: datetime.datetime | None = None
    raw: bytes = b""


class Secret(BaseModel):
    word: str


class Square(BaseModel):
    side: int
    secret: Secret = Field(exclude=True)

    @computed_field  # type: ignore[prop-decorator]  # pydantic documents this order
    @property
    def area(self) -> int:
        return self.side**2


class Price(BaseModel):
    amount: Decimal


class Filter(BaseModel):
    model_config = {"extra": "forbid"}

    limit: int = Field(100, gt=0, le=100, description="How many at most")
    order_by: Literal["name", "price"] = "name"
    tags: list[str] = []
    offset_from: int = Field(0, alias="from")


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    items: list[T]
    following: "Page[T] | None" = None


@dataclass
class Pair:
    left: int
    right: Item | None = None


@application
def metadata() -> FastAPI:
    app = FastAPI(
        title="Shop",
        version="3",
        summary="Sells",
        description="Sells *everything*",
        terms_of_service="http://example.com/terms",
        contact={"name": "We", "url": "http://example.com", "email": "we@example.com"},
        license_info={"name": "MIT", "identifier": "MIT"},
        openapi_tags=[
            {"name": "a", "description": "A", "externalDocs": {"url": "http://example.com"}}
        ],
        openapi_external_docs={"description": "More", "url": "http://example.com"},
        servers=[{"url": "/v1"}, {"url": "http://example.com", "description": "Here"}],
    )

    @app.get("/", tags=["a", "b"], summary="First", deprecated=True, operation_id="first")
    def root() -> None: ...

    @app.api_route(
        "/both", methods=["POST"], openapi_extra={"x-a": {"b": [1, None]}, "tags": ["c"]}
    )
    def both_things() -> dict[str, Any]:
        """Does both.

        And more.
        \f
        Not for the document.
        """
        return {}

    @app.get("/hidden", include_in_schema=False)
    def hidden(item: Item) -> None: ...

    return app


@application
def parameters() -> FastAPI:
    app = FastAPI()

    @app.get("/items/{item_id}/{kind}")
    def read_item(
        item_id: Annotated[int, Path(title="The id", ge=1)],
        kind: Colour,
        since: datetime.date,
        q: str | None = None,
        colour: Colour = Colour.red,
        numbers: list[int] = Query([1], alias="n", description="Several", max_length=3),
        old: str = Query("x", deprecated=True, pattern="^x", examples=["x", "xx"]),
        shown: float = Query(0, openapi_examples={"nothing": {"summary": "None", "value": 0}}),
        unseen: str | None = Query(None, include_in_schema=False),
        x_token: str = Header(),
        under_score: list[str] = Header([], convert_underscores=False),
        session_id: str | None = Cookie(None),
        length: datetime.timedelta = datetime.timedelta(days=1),
        price: Decimal = Decimal("1.5"),
    ) -> Item: ...

    @app.get("/uuid/{key}")
    def read_key(key: uuid.UUID) -> None: ...

    return app


@application
def parameter_models() -> FastAPI:
    app = FastAPI()

    @app.get("/query")
    def query(filter_: Annotated[Filter, Query()], q: str = "") -> None: ...

    @app.get("/header")
    def header(filter_: Annotated[Filter, Header()]) -> None: ...

    @app.get("/cookie")
    def cookie(part: Annotated[Part | None, Cookie()] = None) -> None: ...

    return app


@application
def bodies() -> FastAPI:
    app = FastAPI()

    @app.post("/one")
    def one(item: Item) -> Item: ...

    @app.put("/several/{item_id}")
    def several(item_id: int, item: Item, part: Part, weight: int = Body(gt=0)) -> None: ...

    @app.patch("/embedded")
    def embedded(item: Item = Body(embed=True)) -> None: ...

    @app.post("/optional")
    def optional(item: Item | None = None) -> None: ...

    @app.post("/list")
    def many(items: Annotated[list[Item], Body(title="All of them", max_length=9)]) -> None: ...

    @app.post("/union")
    def either(item: Item | Part) -> Item | Part: ...

    @app.post("/examples")
    def examples(
        item: Item = Body(openapi_examples={"empty": {"value": {"name": ""}}}),
    ) -> None: ...

    @app.post("/bytes")
    def raw(data: bytes = Body(media_type="application/octet-stream")) -> None: ...

    @app.get("/get")
    def get_with_body(item: Item) -> None: ...

    return app


@application
def forms() -> FastAPI:
    app = FastAPI()

    @app.post("/fields")
    def fields(name: str = Form(), age: int = Form(18, alias="years")) -> None: ...

    @app.post("/files")
    def files(
        first: bytes = File(),
        second: UploadFile = File(description="Anything"),
        others: list[UploadFile] = File([]),
        note: str = Form(""),
    ) -> None: ...

    @app.post("/optional")
    def optional(file: UploadFile | None = None) -> None: ...

    @app.post("/model")
    def model(part: Annotated[Part, Form()]) -> None: ...

    return app


class Names(BaseModel):
    given: str = Field(validation_alias=AliasChoices("given", "first"))
    family: str = Field("", validation_alias=AliasChoices("family", "last"))


class Strict(BaseModel):
    model_config = {"extra": "forbid"}

    code: Colour


@application
def composed_forms() -> FastAPI:
    app = FastAPI()

    @app.post("/two")
    def two(part: Annotated[Part, Form()], names: Annotated[Names, Form()]) -> None: ...

    @app.post("/maybe")
    def maybe(part: Annotated[Part | None, Form(title="It")] = None) -> None: ...

    @app.post("/null")
    def null(part: Annotated[Part | None, Form()]) -> None: ...

    @app.post("/all")
    def all_kinds(
        part: Annotated[Part, Form(title="Parts", description="One")],
        colour: Annotated[Colour, Form()],
        file: UploadFile,
        strict: Annotated[Strict | None, Form()] = None,
        names: Annotated[Names | None, Form(description="Two")] = None,
        many_numbers: Annotated[tuple[int, ...], Form(deprecated=True)] = (1,),
    ) -> None: ...

    return app


@application
def responses() -> FastAPI:
    app = FastAPI(responses={500: {"description": "Broken"}})

    @app.post("/created", status_code=201, response_description="Made")
    def created() -> Page[Item]: ...

    @app.get(
        "/additional",
        responses={
            200: {"content": {"image/png": {}}, "description": "Both"},
            404: {"model": Part},
            "4XX": {"model": Item, "description": "Any"},
            "5xx": {},
            "default": {"headers": {"x-a": {"schema": {"type": "string"}}}},
            418: {},
            499: {},
        },
    )
    def additional(q: int) -> list[Pair]: ...

    @app.delete("/nothing", status_code=204)
    def nothing() -> None: ...

    @app.get("/page", response_class=HTMLResponse, responses={404: {"model": Part}})
    def page() -> str: ...

    @app.get("/elsewhere", response_class=RedirectResponse)
    def elsewhere() -> str: ...

    @app.get("/file", response_class=FileResponse)
    def file() -> str: ...

    @app.get("/response")
    def response() -> Response: ...

    @app.get("/none", response_model=None)
    def none() -> Item: ...

    return app


def shapes(separate: bool) -> FastAPI:
    app = FastAPI(separate_input_output_schemas=separate)

    @app.post("/square")
    def square(square: Square) -> list[Square]: ...

    @app.post("/price")
    def price(price: Price) -> Price: ...

    return app


@application
def input_and_output() -> FastAPI:
    return shapes(separate=True)


@application
def input_as_output() -> FastAPI:
    return shapes(separate=False)


@application
def same_names() -> FastAPI:
    app = FastAPI()
    first = type("Thing", (Part,), {"__module__": "first", "__doc__": "One"})
    second = type("Thing", (Item,), {"__module__": "second", "__doc__": "Two"})

    def thing(thing: Any) -> None: ...

    thing.__annotations__["thing"] = first
    app.post("/thing", response_model=second)(thing)
    return app


@application
def same_names_in_order() -> FastAPI:
    """The body has its name before the responses have theirs."""
    app = FastAPI()
    first = create_model("Thing", __module__="same", number=(int, 3))
    second = create_model("Thing", __module__="same", number=(str, "3"))

    def read() -> None: ...

    def change(thing: Any) -> None: ...

    change.__annotations__["thing"] = second
    app.get("/thing", response_model=first)(read)
    app.post("/thing", response_model=second)(change)
    return app


@application
def streams() -> FastAPI:
    app = FastAPI()

    @app.get("/lines")
    async def lines() -> AsyncIterable[Item]:
        yield Item(name="a")

    @app.get("/untyped")
    def untyped():  # type: ignore[no-untyped-def]  # what is not said cannot be documented
        yield 1

    @app.get("/events", response_class=EventSourceResponse)
    def events() -> Iterator[Part]:
        yield Part(size=1)

    @app.get("/any", response_class=EventSourceResponse, responses={404: {"model": Item}})
    def any_events():  # type: ignore[no-untyped-def]  # what is not said cannot be documented
        yield {}

    return app


@application
def dependencies() -> FastAPI:
    def filtered(q: int, tok: str = Header()) -> None: ...

    def paged(inner: None = Depends(filtered), q: int | None = None, page: int = 1) -> None: ...

    def everywhere(everywhere_key: str) -> None: ...

    router = APIRouter(prefix="/inner", tags=["inner"], dependencies=[Depends(everywhere)])

    @router.get("/x", dependencies=[Depends(filtered)])
    def read(paged: None = Depends(paged), again: None = Depends(filtered)) -> None: ...

    app = FastAPI()
    app.include_router(router, prefix="/outer", tags=["outer"], deprecated=True)
    return app


@application
def security() -> FastAPI:
    password = OAuth2PasswordBearer(
        tokenUrl="token", scopes={"read": "Read", "write": "Write"}, refreshUrl="refresh"
    )
    key = APIKeyHeader(name="x-key", scheme_name="Key", description="A key")
    bearer = HTTPBearer(bearerFormat="JWT")
    connect = OpenIdConnect(openIdConnectUrl="/.well-known/openid-configuration")

    def user(scopes: SecurityScopes, token: str = Depends(password)) -> str: ...

    def reader(user: str = Security(user, scopes=["read"])) -> str: ...

    app = FastAPI(dependencies=[Depends(key)])

    @app.get("/read")
    def read(reader: str = Depends(reader)) -> None: ...

    @app.get("/write")
    def write(
        reader: str = Depends(reader), writer: str = Security(user, scopes=["write", "read"])
    ) -> None: ...

    @app.get("/other", dependencies=[Depends(bearer), Security(connect, scopes=["a"])])
    def other() -> None: ...

    return app


@application
def callbacks_and_webhooks() -> FastAPI:
    callbacks = APIRouter()

    @callbacks.post("{$callback_url}/invoices/{$request.body.name}", response_model=Part)
    def paid(item: Item) -> None: ...

    app = FastAPI()

    @app.post("/items", callbacks=callbacks.routes)
    def order(part: Part, callback_url: str | None = None) -> None: ...

    @app.webhooks.post("sold")
    def sold(square: Square) -> None:
        """When something was sold."""

    return app
