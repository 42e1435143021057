"""Classes whose methods are path operations."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import pytest
from starlette.responses import PlainTextResponse

from ferroapi import APIRouter, Depends, FastAPI, Header, Query, WebSocket
from ferroapi.controllers import (
    Controller,
    api_route,
    delete,
    get,
    head,
    options,
    patch,
    post,
    put,
    query,
    trace,
    websocket,
)
from ferroapi.problem_details import PROBLEM_DETAILS
from ferroapi.responses import StreamingResponse
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient

Loop = dict[str, Any]
log: list[str] = []


def session() -> Iterator[str]:
    log.append("opened")
    yield "session"
    log.append("closed")


class Items(Controller):
    prefix = "/items"
    tags = ("items",)

    def __init__(
        self, session: Annotated[str, Depends(session)], limit: Annotated[int, Query(ge=1)] = 10
    ) -> None:
        self.session = session
        self.limit = limit

    @get("/{item_id}", summary="One item")
    async def read(self, item_id: int, q: str = "") -> list[Any]:
        """Reads an item."""
        return [self.session, self.limit, item_id, q]

    @post("/", status_code=201)
    def create(self, item: dict[str, int]) -> list[Any]:
        return [self.session, item]

    @get("/", response_class=StreamingResponse)
    async def export(self) -> AsyncIterator[bytes]:
        yield self.session.encode()

    @websocket("/talk")
    async def talk(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_json([self.session, self.limit])
        await socket.close()


def client_of(*controllers: Any, loop: Loop | None = None, **options: Any) -> TestClient:
    app = FastAPI()
    for controller in controllers:
        app.include_controller(controller, **options)
    return TestClient(app, **(loop or {}))


def test_methods_answer_on_an_object_made_for_each_request(loop: Loop) -> None:
    log.clear()
    client = client_of(Items, loop=loop)
    assert client.get("/items/3?q=x&limit=5").json() == ["session", 5, 3, "x"]
    assert client.post("/items/", json={"a": 1}).json() == ["session", {"a": 1}]
    assert client.get("/items/").text == "session"
    assert log == ["opened", "closed"] * 3
    with client.websocket_connect("/items/talk?limit=2") as socket:
        assert socket.receive_json() == ["session", 2]


def test_parameters_of_the_constructor_are_validated_and_documented() -> None:
    client = client_of(Items)
    (error,) = client.get("/items/3?limit=0").json()["detail"]
    assert error["loc"] == ["query", "limit"]
    paths = client.get("/openapi.json").json()["paths"]
    operation = paths["/items/{item_id}"]["get"]
    assert operation["tags"] == ["items"]
    assert operation["summary"] == "One item"
    assert operation["description"] == "Reads an item."
    assert [parameter["name"] for parameter in operation["parameters"]] == ["item_id", "q", "limit"]
    assert operation["operationId"] == "read_items__item_id__get"


def test_a_constructor_is_overridden_as_any_dependency() -> None:
    app = FastAPI()
    app.include_controller(Items)
    with app.override({Items: lambda: Items("fake", 1)}):
        assert TestClient(app).get("/items/3").json() == ["fake", 1, 3, ""]


def test_an_object_answers_all_requests() -> None:
    client = client_of(Items("mine", 7))
    assert client.get("/items/3?limit=0").json() == ["mine", 7, 3, ""]


@dataclass
class Kept(Controller):
    agent: Annotated[str, Header(alias="user-agent")]

    @get("/agent")
    async def read(self) -> str:
        return self.agent


def test_a_constructor_that_keeps_its_arguments_needs_no_thread() -> None:
    class Empty(Controller):
        @get("/empty")
        async def read(self) -> int:
            return 1

    app = FastAPI()
    app.include_controller(Kept)
    app.include_controller(Empty)
    for path in ("/agent", "/empty"):
        assert " if call_0.__init__ is init_0 else " in app.explain(path)
    client = TestClient(app)
    assert client.get("/agent").json() == "testclient"
    assert client.get("/empty").json() == 1


DECORATORS = (delete, get, head, options, patch, post, put, query, trace)


@pytest.mark.parametrize("decorator", DECORATORS, ids=lambda decorator: decorator.__name__)
def test_there_is_a_decorator_for_each_method(decorator: Any) -> None:
    class One(Controller):
        @decorator("/")
        def answer(self) -> None: ...

    app = FastAPI(openapi_url=None)
    app.include_controller(One)
    (entry,) = app.route_table()
    assert entry.method is not None
    assert entry.method.lower() == decorator.__name__.lower()


def test_a_method_may_have_several_decorators() -> None:
    class Many(Controller):
        @get("/a")
        @api_route("/b", methods=["PUT", "PATCH"])
        def answer(self) -> int:
            return 1

    client = client_of(Many)
    answers = [client.get("/a"), client.put("/b"), client.patch("/b")]
    assert [answer.json() for answer in answers] == [1, 1, 1]


Model = TypeVar("Model")


class Base(Controller, Generic[Model]):
    tags = ("base",)
    model: Any

    @get("/{name}")
    async def read(self, name: str) -> str:
        return f"{type(self).__name__} {name}"

    @get("/only/base")
    async def only(self) -> str:
        return "base"

    @get("/removed/here")
    async def removed(self) -> str:
        return "removed"


class Derived(Base[int]):
    prefix = "/derived"
    removed = None  # type: ignore[assignment]  # there is no such operation

    @get("/latest")
    async def latest(self) -> str:
        return "latest"

    async def only(self) -> str:
        return "derived, not " + await super().only()


class Again(Derived):
    prefix = "/again"
    tags = ("again",)

    @get("/one/{name}")
    async def read(self, name: str) -> str:
        return "other path"


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/x", "Base x"),
        ("/removed/here", "removed"),
        ("/derived/x", "Derived x"),
        ("/derived/latest", "latest"),
        ("/derived/only/base", "derived, not base"),
        ("/derived/removed/here", {"detail": "Not Found"}),
        ("/again/only/base", "derived, not base"),
        ("/again/one/x", "other path"),
        ("/again/x", {"detail": "Not Found"}),
    ],
)
def test_operations_and_settings_are_inherited(path: str, answer: Any) -> None:
    client = client_of(Base, Derived, Again)
    assert client.get(path).json() == answer
    paths = client.get("/openapi.json").json()["paths"]
    assert paths["/derived/latest"]["get"]["tags"] == ["base"]
    assert paths["/again/latest"]["get"]["tags"] == ["again"]


def test_settings_are_those_of_a_router() -> None:
    def check(x_key: Annotated[str, Header()]) -> None:
        log.append(x_key)

    class Guarded(Controller):
        prefix = "/guarded"
        dependencies = (Depends(check),)
        default_response_class = PlainTextResponse
        responses: ClassVar = {403: {"description": "No"}}
        deprecated = True
        max_body_size = 5

        @post("/")
        async def write(self, body: Annotated[Any, Depends(session)]) -> str:
            return "written"

    class OwnRoute(APIRoute):
        pass

    app = FastAPI()
    router = APIRouter(prefix="/outer", route_class=OwnRoute)
    router.include_controller(Guarded, tags=["added"])
    app.include_router(router)
    client = TestClient(app)
    assert client.post("/outer/guarded/").status_code == 422
    assert client.post("/outer/guarded/", headers={"x-key": "k"}).text == "written"
    answer = client.post("/outer/guarded/", headers={"x-key": "k"}, content=b"123456")
    assert answer.status_code == 413
    operation = client.get("/openapi.json").json()["paths"]["/outer/guarded/"]["post"]
    assert (operation["tags"], operation["deprecated"]) == (["added"], True)
    assert {"200", "403", "422"} == set(operation["responses"])
    assert operation["responses"]["200"]["content"].keys() == {"text/plain"}
    assert type(next(iter(router.route_table())).endpoint).__name__ == "function"


def test_a_wrapped_method_is_called_by_its_wrapper() -> None:
    def logged(function: Any) -> Any:
        @wraps(function)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            return ["wrapped", await function(*args, **kwargs)]

        return wrapper

    class Wrapped(Controller):
        @get("/{name}")
        @logged
        async def read(self, name: str, *, count: int = 1) -> Any:
            return [name, count]

    assert client_of(Wrapped).get("/x?count=2").json() == ["wrapped", ["x", 2]]


def test_one_object_may_answer_all_requests() -> None:
    class Counted(Controller):
        scope = "lifespan"

        def __init__(self, session: Annotated[str, Depends(session)]) -> None:
            log.append("made")
            self.session = session
            self.count = 0

        @get("/")
        async def read(self, q: str) -> list[Any]:
            self.count += 1
            return [self.session, self.count, q]

    log.clear()
    app = FastAPI()
    app.include_controller(Counted)
    with TestClient(app) as client:
        answers = [client.get("/", params={"q": q}).json() for q in "ab"]
        assert log == ["opened", "made"]
    assert answers == [["session", 1, "a"], ["session", 2, "b"]]
    assert log == ["opened", "made", "closed"]


def test_it_has_handlers_and_middleware_of_its_own() -> None:
    async def missing(request: Any, error: KeyError) -> PlainTextResponse:
        return PlainTextResponse(f"no {error}", 404)

    class Handled(Controller):
        exception_handlers: ClassVar = {KeyError: missing}
        validation_errors = PROBLEM_DETAILS
        auto_head = True

        @get("/{name}")
        async def read(self, name: str, q: int = 1) -> int:
            return {"one": 1}[name]

    client = client_of(Handled)
    assert client.get("/two").text == "no 'two'"
    assert client.head("/one").headers["content-length"] == "1"
    assert client.get("/one?q=x").headers["content-type"] == "application/problem+json"


class WithUnknownScope(Controller):
    scope = "function"  # type: ignore[assignment]  # what is refused

    @get("/")
    async def read(self) -> None: ...


class NoOperations(Controller):
    async def read(self) -> None: ...


class WithoutSelf(Controller):
    @get("/")
    async def read() -> None: ...  # type: ignore[misc]  # no `self`: that is refused


class WithStatic(Controller):
    @staticmethod
    @get("/")
    def read() -> None: ...


class WithNameOfSetting(Controller):
    @get("/")
    async def auto_head(self) -> None: ...  # type: ignore[override]  # that is refused


class WithUnknown(Controller):
    @get("/")
    async def read(self, items: dict[str, object] = Query()) -> None: ...


@pytest.mark.parametrize(
    ("controller", "error"),
    [
        (NoOperations, "NoOperations has no path operations"),
        (WithoutSelf, "WithoutSelf.read has no parameter for its object"),
        (WithStatic, "WithStatic.read is no function"),
        (WithNameOfSetting, "'auto_head' is a setting of controllers"),
        (WithUnknownScope, "WithUnknownScope.scope is"),
        (object, "is no Controller"),
        ("Items", "is no Controller"),
    ],
)
def test_what_cannot_be_meant_is_an_error_where_it_is_included(controller: Any, error: str) -> None:
    with pytest.raises(TypeError, match=error):
        FastAPI().include_controller(controller)


def test_an_abstract_class_cannot_be_included() -> None:
    class Unfinished(Controller, ABC):
        @get("/")
        async def read(self) -> None: ...

        @abstractmethod
        async def write(self) -> None: ...

    with pytest.raises(TypeError, match="Unfinished is abstract"):
        FastAPI().include_controller(Unfinished)


def test_a_wrong_parameter_is_named_with_its_method_and_line() -> None:
    with pytest.raises(AssertionError) as raised:
        FastAPI().include_controller(WithUnknown)
    line = WithUnknown.read.__code__.co_firstlineno
    assert raised.value.__notes__ == [f"in the declaration of read, {__file__}, line {line}"]


@pytest.mark.parametrize("controller", [NoOperations, WithUnknownScope])
def test_a_wrong_class_is_named_with_its_file_and_line(controller: type[Controller]) -> None:
    with pytest.raises(TypeError) as raised:
        FastAPI().include_controller(controller)
    name, line = controller.__name__, inspect.getsourcelines(controller)[1]
    assert raised.value.__notes__ == [f"in the declaration of {name}, {__file__}, line {line}"]


async def function() -> None: ...


@pytest.mark.parametrize("decorated", [function, lambda: None, Items, staticmethod(function)])
def test_a_decorator_refuses_what_is_no_method(decorated: Any) -> None:
    with pytest.raises(TypeError, match="decorates the methods of a Controller"):
        get("/")(decorated)


def test_a_keyword_that_there_is_not_is_an_error() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'tag'"):
        get("/", tag="x")  # type: ignore[call-arg]  # that is refused
    with pytest.raises(TypeError, match="unexpected keyword argument 'tag'"):
        FastAPI().include_controller(Items, tag="x")  # type: ignore[call-arg]  # that is refused
