"""What was declared is live: a change counts from the next request on, whatever was compiled."""

import inspect
import re
from abc import ABC
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Annotated, Any
from unittest.mock import create_autospec, patch

import anyio
import pytest
from pydantic import BaseModel
from starlette.responses import PlainTextResponse
from starlette.routing import Match, Mount, Route, request_response
from starlette.testclient import WebSocketDenialResponse
from starlette.types import Receive, Scope, Send

from ferroapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, WebSocket
from ferroapi.dependencies.models import Dependant
from ferroapi.dependencies.utils import get_dependant
from ferroapi.live import LiveSet
from ferroapi.middleware.gzip import GZipMiddleware
from ferroapi.plan.resolution import Resolver
from ferroapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from ferroapi.testclient import TestClient


def reading(text: str) -> Any:
    async def read() -> str:
        return text

    return read


def status(app: FastAPI, path: str = "/a") -> int:
    return TestClient(app).get(path).status_code


def served() -> tuple[FastAPI, APIRouter]:
    """An application that has served `/a` of itself and `/in/a` of a router."""
    app, router = FastAPI(), APIRouter()
    app.get("/a")(reading("a"))
    router.get("/a")(reading("in a"))
    app.include_router(router, prefix="/in")
    assert [status(app, path) for path in ("/a", "/in/a", "/b", "/in/b")] == [200, 200, 404, 404]
    return app, router


def routes_of_application(app: FastAPI, router: APIRouter) -> APIRouter:
    return app.router


def routes_of_router(app: FastAPI, router: APIRouter) -> APIRouter:
    return router


@pytest.mark.parametrize(
    ("choose", "prefix"), [(routes_of_application, ""), (routes_of_router, "/in")]
)
class TestRoutes:
    """Lists of routes, of an application and of a router that it includes."""

    def test_a_new_list_is_the_one_that_is_served(
        self, choose: Callable[..., APIRouter], prefix: str
    ) -> None:
        app, router = served()
        chosen = choose(app, router)
        chosen.routes = [route for route in chosen.routes if getattr(route, "path", "") != "/a"]
        assert status(app, f"{prefix}/a") == 404
        chosen.get("/b")(reading("b"))
        assert status(app, f"{prefix}/b") == 200
        chosen.routes.pop()
        assert status(app, f"{prefix}/b") == 404

    def test_whoever_assigned_a_list_may_change_it(
        self, choose: Callable[..., APIRouter], prefix: str
    ) -> None:
        app, router = served()
        chosen = choose(app, router)
        mine = list(chosen.routes)
        chosen.routes = mine
        assert chosen.routes is mine
        assert status(app, f"{prefix}/a") == 200
        kept = mine.copy()
        mine.clear()
        assert status(app, f"{prefix}/a") == 404
        mine.extend(kept)
        assert status(app, f"{prefix}/a") == 200

    def test_a_list_is_replaced_for_a_while(
        self, choose: Callable[..., APIRouter], prefix: str
    ) -> None:
        app, router = served()
        chosen = choose(app, router)
        with patch.object(chosen, "routes", []):
            assert status(app, f"{prefix}/a") == 404
        assert status(app, f"{prefix}/a") == 200


@pytest.mark.parametrize(
    ("name", "value", "path", "expected"),
    [
        ("redirect_slashes", False, "/a/", 404),
        ("default", PlainTextResponse("none", 410), "/none", 410),
    ],
)
def test_a_setting_of_a_router_is_replaced_for_a_while(
    name: str, value: Any, path: str, expected: int
) -> None:
    app, _ = served()
    before = status(app, path)
    assert before != expected
    with patch.object(app.router, name, value):
        assert status(app, path) == expected
    assert status(app, path) == before


def test_the_middleware_stack_is_replaced_for_a_while() -> None:
    app, _ = served()
    with patch.object(app, "middleware_stack", PlainTextResponse("replaced", 418)):
        assert status(app) == 418
    assert status(app) == 200


def original() -> str:
    return "original"


def mine() -> str:
    return "mine"


def other() -> str:
    return "other"


def depending() -> tuple[FastAPI, Callable[[], str]]:
    """An application, and what a dependency of it gives: of itself, or of a router."""
    app, router = FastAPI(), APIRouter()

    @router.get("/value")
    def value(value: str = Depends(original)) -> str:
        return value

    app.include_router(router)

    def ask() -> str:
        text: str = TestClient(app).get("/value").json()
        return text

    assert ask() == "original"
    return app, ask


class Mapping(MutableMapping[Any, Any]):
    """A mapping that is no dictionary."""

    def __init__(self) -> None:
        self.items_: dict[Any, Any] = {}

    def __getitem__(self, key: Any) -> Any:
        return self.items_[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.items_[key] = value

    def __delitem__(self, key: Any) -> None:
        del self.items_[key]

    def __iter__(self) -> Any:
        return iter(self.items_)

    def __len__(self) -> int:
        return len(self.items_)


@pytest.mark.parametrize("kind", [dict, Mapping])
def test_whoever_assigned_overrides_may_change_them(kind: type[Any]) -> None:
    app, ask = depending()
    overrides = kind()
    app.dependency_overrides = overrides
    assert app.dependency_overrides is overrides
    assert ask() == "original"
    overrides[original] = mine
    assert ask() == "mine"
    overrides[original] = other
    assert ask() == "other"
    del overrides[original]
    assert ask() == "original"


class Saying:
    """A replacement that is equal to any other of its class."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Saying)

    def __hash__(self) -> int:
        return hash(Saying)

    def __call__(self) -> str:
        return self.text


def test_a_replacement_that_is_equal_to_the_one_before_counts() -> None:
    app, ask = depending()
    app.dependency_overrides = {original: Saying("one")}
    assert ask() == "one"
    app.dependency_overrides[original] = Saying("two")
    assert ask() == "two"


def test_two_applications_share_their_overrides() -> None:
    (first, ask_first), (second, ask_second) = depending(), depending()
    first.dependency_overrides = second.dependency_overrides
    second.dependency_overrides[original] = mine
    assert (ask_first(), ask_second()) == ("mine", "mine")


def test_overrides_are_replaced_for_a_while() -> None:
    app, ask = depending()
    with patch.object(app, "dependency_overrides", {original: mine}):
        assert ask() == "mine"
    assert ask() == "original"
    with patch.dict(app.dependency_overrides, {original: other}):
        assert ask() == "other"
    assert ask() == "original"


def guard() -> None:
    raise HTTPException(403)


def test_a_router_is_copied_deeply() -> None:
    app, router = served()
    copied = deepcopy(router)
    copied.get("/b")(reading("b"))
    router.get("/c", dependencies=[Depends(guard)])(reading("c"))
    app.include_router(copied, prefix="/copy")
    found = {path: status(app, path) for path in ("/copy/a", "/copy/b", "/copy/c", "/in/b")}
    assert found == {"/copy/a": 200, "/copy/b": 200, "/copy/c": 404, "/in/b": 404}
    assert status(app, "/in/c") == 403


def test_a_copied_route_has_the_dependencies_of_the_dependant_it_keeps() -> None:
    class Uncopied:
        def __call__(self) -> str:
            return "called"

        def __deepcopy__(self, memo: Any) -> None:
            raise TypeError

    router, copies, app = APIRouter(), APIRouter(), FastAPI()

    @router.get("/a")
    async def read(text: str = Depends(Uncopied())) -> str:
        return text

    (route,) = router.routes
    assert isinstance(route, APIRoute)
    copies.routes.append(deepcopy(route, {id(route.dependant): route.dependant}))
    app.include_router(copies, prefix="/copy")
    assert TestClient(app).get("/copy/a").json() == "called"


class Gate(APIRouter):
    """A router that is asked before its routes are."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/closed":
            await PlainTextResponse("closed", 503)(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/refused":
            raise HTTPException(409)
        else:
            await super().__call__(scope, receive, send)


@pytest.mark.parametrize("middleware", [False, True], ids=["bare", "below middleware"])
def test_a_router_that_is_called_by_itself(middleware: bool) -> None:
    app = FastAPI()
    app.router = Gate()
    if middleware:

        @app.middleware("http")
        async def pass_on(request: Any, call_next: Any) -> Any:
            return await call_next(request)

    for path in ("/closed", "/open", "/refused"):
        app.get(path)(reading("open"))
    found = {path: status(app, path) for path in ("/closed", "/open", "/refused", "/none")}
    assert found == {"/closed": 503, "/open": 200, "/refused": 409, "/none": 404}


class Refusing(APIRouter):
    """A router that does something before it looks for a route."""

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/refused":
            raise HTTPException(409)
        await super().app(scope, receive, send)


@pytest.mark.parametrize("middleware", [False, True], ids=["bare", "below middleware"])
def test_a_router_with_an_application_of_its_own(middleware: bool) -> None:
    app = FastAPI()
    app.router = Refusing()
    if middleware:
        app.add_middleware(GZipMiddleware)
    for path in ("/open", "/refused"):
        app.get(path)(reading("open"))
    found = {path: status(app, path) for path in ("/open", "/refused", "/none")}
    assert found == {"/open": 200, "/refused": 409, "/none": 404}


@pytest.mark.parametrize("asked_before", [False, True])
@pytest.mark.parametrize("around", ["bare", "middleware", "limit"])
def test_what_is_put_around_a_router_is_called(around: str, asked_before: bool) -> None:
    app = FastAPI(max_body_size=10 if around == "limit" else None)
    if around == "middleware":
        app.add_middleware(GZipMiddleware)
    app.get("/a")(reading("a"))
    if asked_before:
        assert status(app) == 200
    inside = app.router.middleware_stack

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if (b"x-guest", b"1") in scope["headers"]:
            raise HTTPException(403)
        await inside(scope, receive, send)

    client = TestClient(app)
    with patch.object(app.router, "middleware_stack", guarded):
        assert client.get("/a", headers={"x-guest": "1"}).status_code == 403
        assert client.get("/a").json() == "a"
    assert client.get("/a", headers={"x-guest": "1"}).status_code == 200


class Guarded(APIRoute):
    """A route that answers by itself."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("guarded", 403)(scope, receive, send)


@pytest.mark.parametrize(
    ("choose", "path"), [(routes_of_application, "/a"), (routes_of_router, "/in/a")]
)
def test_a_route_is_given_another_class(choose: Any, path: str) -> None:
    chosen = choose(*(made := served()))
    for route in chosen.routes:
        if isinstance(route, APIRoute):
            route.__class__ = Guarded
    assert status(made[0], path) == 403


async def refused(request: Any) -> PlainTextResponse:
    return PlainTextResponse("refused", 403)


def refuse() -> None:
    raise HTTPException(403)


def put_in_front(app: FastAPI) -> None:
    app.router.routes.insert(0, Route("/a", refused))


def override(app: FastAPI) -> None:
    app.dependency_overrides[original] = refuse


def resolve(app: FastAPI) -> int:
    async def resolved() -> int:
        async with app.resolve(app.state.read):
            return 200

    try:
        return anyio.run(resolved)
    except HTTPException as error:
        return error.status_code


def ask_a_route(app: FastAPI) -> int:
    """Without its router."""
    route = app.router.routes[-1]
    assert isinstance(route, APIRoute)
    alone = FastAPI(routes=[Mount("/", app=route.app)])
    alone.dependency_overrides = app.dependency_overrides
    return status(alone)


# name: (what is compiled how, of which part of an application, what changes, who asks)
COMPILED: dict[str, tuple[str, Callable[[FastAPI], object], Any, Callable[[FastAPI], int]]] = {
    "table": ("_make_table", lambda app: app.router, put_in_front, status),
    "entry": ("_entry", lambda app: app.router, put_in_front, status),
    "plan_of_a_route": ("_plan", lambda app: app.routes[-1], override, ask_a_route),
    "resolved": ("_compile", lambda app: Resolver, override, resolve),
}


@pytest.mark.parametrize("middleware", [False, True], ids=["bare", "below middleware"])
@pytest.mark.parametrize(("name", "owner_of", "change", "ask"), COMPILED.values(), ids=COMPILED)
def test_what_was_compiled_before_a_change_is_not_kept(
    name: str, owner_of: Any, change: Any, ask: Any, middleware: bool
) -> None:
    """Another thread has changed something meanwhile, and has asked."""
    app = FastAPI()
    if middleware:
        app.add_middleware(GZipMiddleware)

    @app.get("/a")
    async def read(value: str = Depends(original)) -> str:
        return value

    app.state.read = read
    owner = owner_of(app)
    make = getattr(owner, name)
    asked: list[int] = []

    def make_slowly(*given: Any, **options: Any) -> Any:
        made = make(*given, **options)
        if not asked:
            asked.append(200)
            change(app)
            with ThreadPoolExecutor(1) as other:
                asked.append(other.submit(ask, app).result())
        return made

    with patch.object(owner, name, make_slowly):
        ask(app)
        asked.append(ask(app))
    assert asked == [200, 403, 403]


def declared() -> APIRouter:
    router = APIRouter()
    router.get("/a")(reading("a"))
    return router


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_a_guard_of_a_declared_route_runs_where_the_router_is_included(late: bool) -> None:
    app, router = FastAPI(), declared()
    if late:
        app.include_router(router)
    for route in router.routes:
        assert isinstance(route, APIRoute)
        route.dependencies.append(Depends(guard))
    if not late:
        app.include_router(router)
    assert status(app) == 403


class Small(BaseModel):
    a: int


def answering(a: int = 7) -> dict[str, int]:
    return {"a": a, "secret": 3}


def test_an_inclusion_is_made_of_what_its_routes_are() -> None:
    router = declared()
    route = router.routes[0]
    assert isinstance(route, APIRoute)
    route.endpoint = answering
    route.path = "/new"
    route.response_model = Small
    route.status_code = 201
    app = FastAPI()
    app.include_router(router)
    response = TestClient(app).get("/new?a=9")
    assert (response.status_code, response.json()) == (201, {"a": 9})
    operation = app.openapi()["paths"]["/new"]["get"]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["a"]
    assert "$ref" in operation["responses"]["201"]["content"]["application/json"]["schema"]


@pytest.mark.parametrize(
    ("name", "value", "answer"),
    [
        ("response_field", None, (200, {"a": 7, "secret": 3})),
        ("status_code", 202, (202, {"a": 7})),
        ("response_model_exclude", {"a"}, (200, {})),
    ],
)
@pytest.mark.parametrize("is_asked_before", [False, True])
def test_an_attribute_that_is_assigned_counts_at_once(
    name: str, value: Any, answer: Any, is_asked_before: bool
) -> None:
    app = FastAPI()
    app.get("/", response_model=Small)(answering)
    client = TestClient(app)
    if is_asked_before:
        assert client.get("/").json() == {"a": 7}
    setattr(app.routes[-1], name, value)
    response = client.get("/")
    assert (response.status_code, response.json()) == answer


def test_an_endpoint_whose_signature_was_replaced_is_read_again() -> None:
    """The recipe of class-based views."""

    class View:
        text = "view"

    def read(self: Any, name: str) -> str:
        return f"{self.text} {name}"

    router = APIRouter()
    router.get("/a")(read)
    first, *others = inspect.signature(read).parameters.values()
    read.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # functions have one
        [
            first.replace(default=Depends(View), kind=inspect.Parameter.KEYWORD_ONLY),
            *(other.replace(kind=inspect.Parameter.KEYWORD_ONLY) for other in others),
        ]
    )
    app = FastAPI()
    app.include_router(router)
    assert TestClient(app).get("/a?name=x").json() == "view x"


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        (
            "default_response_class",
            PlainTextResponse,
            lambda app: TestClient(app).get("/a").headers["content-type"],
        ),
        (
            "generate_unique_id_function",
            lambda route: "mine",
            lambda app: app.openapi()["paths"]["/a"]["get"]["operationId"],
        ),
    ],
)
def test_a_default_of_an_included_router_counts_when_it_is_served(
    name: str, value: Any, read: Callable[[FastAPI], str]
) -> None:
    app, router = FastAPI(), declared()
    app.include_router(router)
    setattr(router, name, value)
    assert read(app) in ("text/plain; charset=utf-8", "mine")


def test_a_default_of_a_router_does_not_count_below_inclusions_that_it_has() -> None:
    app, outer = FastAPI(), declared()
    outer.include_router(declared(), prefix="/before")
    outer.default_response_class = PlainTextResponse
    outer.include_router(declared(), prefix="/after")
    app.include_router(outer)
    client = TestClient(app)
    found = {path: client.get(path).text for path in ("/a", "/before/a", "/after/a")}
    assert found == {"/a": "a", "/before/a": '"a"', "/after/a": "a"}


def with_dependency() -> tuple[FastAPI, Dependant, Callable[[], Any]]:
    """An application of one operation that has answered, the dependant of it, and what it says."""
    app = FastAPI()

    @app.get("/value")
    def value(value: str = Depends(original)) -> str:
        return value

    def ask() -> Any:
        response = TestClient(app).get("/value")
        return response.json() if response.status_code == 200 else response.status_code

    route = app.routes[-1]
    assert isinstance(route, APIRoute)
    assert ask() == "original"
    return app, route.dependant, ask


def add_guard(dependant: Dependant) -> None:
    dependant.dependencies.append(get_dependant(path="/value", call=guard))


def insert_guard(dependant: Dependant) -> None:
    dependant.dependencies.insert(0, get_dependant(path="/value", call=guard))


def guard_below(dependant: Dependant) -> None:
    dependant.dependencies[0].dependencies.append(get_dependant(path="/value", call=guard))


def replace_dependency(dependant: Dependant) -> None:
    dependant.dependencies[0].call = mine


def replace_dependencies(dependant: Dependant) -> None:
    dependant.dependencies = [get_dependant(path="/value", call=mine, name="value")]


def wrap_endpoint(dependant: Dependant) -> None:
    dependant.call = lambda value: f"wrapped {value}"


def name_request(dependant: Dependant) -> None:
    dependant.call = lambda value, connection: f"{value} {connection.url.path}"
    dependant.http_connection_param_name = "connection"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (add_guard, 403),
        (insert_guard, 403),
        (guard_below, 403),
        (replace_dependency, "mine"),
        (replace_dependencies, "mine"),
        (wrap_endpoint, "wrapped original"),
        (name_request, "original /value"),
    ],
)
def test_a_dependant_is_changed_after_requests(
    change: Callable[[Dependant], None], expected: Any
) -> None:
    _, dependant, ask = with_dependency()
    change(dependant)
    assert ask() == expected


def test_a_list_that_was_assigned_to_a_dependant_is_changed_after_requests() -> None:
    _, dependant, ask = with_dependency()
    replace_dependencies(dependant)
    assert ask() == "mine"
    add_guard(dependant)
    assert ask() == 403


def test_a_guard_below_a_dependency_runs_whatever_is_overridden() -> None:
    app, dependant, ask = with_dependency()
    guard_below(dependant)
    app.dependency_overrides[mine] = other
    assert ask() == 403


def test_a_coroutine_function_is_awaited_whatever_is_around_it() -> None:
    app = FastAPI()

    @app.get("/a")
    async def read() -> str:
        return "a"

    assert status(app) == 200
    route = app.routes[-1]
    assert isinstance(route, APIRoute)
    route.dependant.call = lambda: read()
    assert TestClient(app).get("/a").json() == "a"


def test_the_dependant_of_a_route_is_replaced() -> None:
    app, _, ask = with_dependency()
    route = app.routes[-1]
    assert isinstance(route, APIRoute)
    route.dependant = get_dependant(path="/value", call=mine)
    assert ask() == "mine"


def test_inclusions_of_a_route_share_nothing_that_is_changed() -> None:
    app, router = FastAPI(openapi_url=None), APIRouter()

    @router.get("/a")
    def read(x: int, request: Request) -> None: ...

    app.include_router(router, prefix="/1")
    app.include_router(router, prefix="/2")
    first, second = iter_route_contexts(app.routes)
    first.dependant.query_params.clear()
    first.dependant.request_param_name = None
    found = [
        (len(context.dependant.query_params), context.dependant.request_param_name)
        for context in (first, second, router.routes[0])  # type: ignore[attr-defined]  # it is one
    ]
    assert found == [(0, None), (1, "request"), (1, "request")]


def test_what_is_changed_of_one_inclusion_counts_there() -> None:
    app, router = FastAPI(), declared()
    app.include_router(router, prefix="/1")
    app.include_router(router, prefix="/2")
    assert [status(app, path) for path in ("/1/a", "/2/a")] == [200, 200]
    first, _ = (c for c in iter_route_contexts(app.routes) if c.path in ("/1/a", "/2/a"))
    first.dependant.dependencies.append(get_dependant(path="/1/a", call=guard))
    assert [status(app, path) for path in ("/1/a", "/2/a")] == [403, 200]


def on_top(value: str = Depends(original)) -> str:
    return value


@pytest.mark.parametrize(
    ("options", "endpoint"),
    [({"dependencies": [Depends(on_top)]}, original), ({}, on_top)],
    ids=["of the route", "of the endpoint"],
)
def test_what_is_changed_below_one_inclusion_counts_there(
    options: dict[str, Any], endpoint: Callable[..., str]
) -> None:
    app, router = FastAPI(), APIRouter()
    router.get("/a", **options)(endpoint)
    app.include_router(router, prefix="/1")
    app.include_router(router, prefix="/2")
    first, _ = (c for c in iter_route_contexts(app.routes) if c.path in ("/1/a", "/2/a"))
    below = first.dependant.dependencies[0]
    below.dependencies.append(get_dependant(path="/1/a", call=guard))
    assert [status(app, path) for path in ("/1/a", "/2/a")] == [403, 200]
    router.get("/b")(reading("b"))
    assert [status(app, path) for path in ("/1/a", "/2/a")] == [200, 200]


def test_a_route_below_a_parameter_of_an_inclusion_is_declared_late() -> None:
    app, router = FastAPI(), declared()
    app.include_router(router, prefix="/{tenant}")
    assert status(app, "/x/a") == 200
    router.get("/b")(reading("b"))
    assert status(app, "/x/b") == 200


def test_a_route_that_is_declared_while_others_are_compiled() -> None:
    app, router, late = FastAPI(openapi_url=None), declared(), declared()

    def name(route: APIRoute) -> str:
        if not late.routes[1:]:
            late.get("/b")(reading("b"))
        return route.name

    app.include_router(late)
    app.include_router(router, prefix="/{tenant}", generate_unique_id_function=name)
    assert [status(app, "/b") for _ in range(2)] == [200, 200]


class Wrapping(APIRoute):
    """A route that puts something around its endpoint when its handler is made."""

    def get_route_handler(self) -> Any:
        call = self.dependant.call
        self.dependant.call = lambda: f"wrapped {call()}"
        self.dependant.dependencies.append(get_dependant(path="/a", call=guard_made))
        return super().get_route_handler()


made: list[str] = []


def guard_made() -> None:
    made.append("guarded")


@pytest.mark.parametrize(
    ("included", "expected", "guarded"),
    [(False, "wrapped original", 3), (True, "original", 0)],
    ids=["own", "included"],
)
def test_what_a_handler_changes_counts_once(included: bool, expected: str, guarded: int) -> None:
    app, router = FastAPI(), APIRouter(route_class=Wrapping)
    router.get("/a")(original)
    if included:
        app.include_router(router)
    else:
        app.router.routes.extend(router.routes)
    made.clear()
    client = TestClient(app)
    assert [client.get("/a").json() for _ in range(2)] == [expected] * 2
    app.dependency_overrides[mine] = other
    assert client.get("/a").json() == expected
    assert len(made) == guarded


def test_a_guard_below_a_dependency_that_was_called_before() -> None:
    app = FastAPI()
    app.get("/a", dependencies=[Depends(original), Depends(original)])(reading("a"))
    route = app.routes[-1]
    assert isinstance(route, APIRoute)
    route.dependant.dependencies[1].dependencies.append(get_dependant(path="/a", call=guard))
    assert status(app) == 403


async def take_number(number: Annotated[int, Query(gt=3)]) -> None: ...


@pytest.mark.parametrize("use", [0, 1, 2])
@pytest.mark.parametrize(
    ("query", "expected", "refused"),
    [("", 422, ["missing"]), ("?number=2", 422, ["greater_than"]), ("?number=4", 200, [])],
)
def test_a_parameter_of_one_use_of_a_dependency_is_read(
    use: int, query: str, expected: int, refused: list[str]
) -> None:
    seen: list[str] = []

    def count(**_given: Any) -> int:
        seen.append("called")
        return len(seen)

    vars(count)["__signature__"] = inspect.Signature()
    app = FastAPI()
    app.get("/a", dependencies=[Depends(count), Depends(count)])(lambda value=Depends(count): value)
    route = app.routes[-1]
    assert isinstance(route, APIRoute)
    taken = get_dependant(path="/a", call=take_number).query_params
    route.dependant.dependencies[use].query_params.extend(taken)
    answer = TestClient(app).get(f"/a{query}")

    assert answer.status_code == expected
    assert seen == ["called"]
    if refused:
        assert [error["type"] for error in answer.json()["detail"]] == refused
    else:
        assert answer.json() == 1


def test_a_dependency_that_is_put_below_itself_is_called_once() -> None:
    seen: list[str] = []

    def count() -> None:
        seen.append("called")

    app = FastAPI()
    app.get("/a", dependencies=[Depends(count)])(reading("a"))
    route = app.routes[-1]
    assert isinstance(route, APIRoute)
    below = get_dependant(path="/a", call=count)
    route.dependant.dependencies[0].dependencies.append(below)
    assert (status(app), seen) == (200, ["called"])


async def answer_itself(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("itself")(scope, receive, send)


async def answer_request(request: Request) -> PlainTextResponse:
    return PlainTextResponse("itself")


def matching_nothing(scope: Scope) -> tuple[Match, Scope]:
    return Match.NONE, {}


OF_A_ROUTE: dict[str, tuple[str, Any, tuple[int, str]]] = {
    "app": ("app", answer_itself, (200, "itself")),
    "app of a handler": ("app", request_response(answer_request), (200, "itself")),
    "handle": ("handle", answer_itself, (200, "itself")),
    "matches": ("matches", matching_nothing, (404, '{"detail":"Not Found"}')),
    "path_regex": ("path_regex", re.compile("^/other$"), (404, '{"detail":"Not Found"}')),
    "methods": ("methods", {"POST"}, (405, '{"detail":"Method Not Allowed"}')),
}


@pytest.mark.parametrize(("name", "value", "expected"), OF_A_ROUTE.values(), ids=OF_A_ROUTE)
def test_what_is_set_on_a_route_is_what_answers(
    name: str, value: Any, expected: tuple[int, str]
) -> None:
    app = FastAPI()
    app.get("/a")(reading("a"))
    client, route = TestClient(app), app.routes[-1]
    assert client.get("/a").text == '"a"'
    with patch.object(route, name, value):
        response = client.get("/a")
        assert (response.status_code, response.text) == expected
    assert client.get("/a").text == '"a"'


@pytest.mark.parametrize(
    ("name", "first", "expected"),
    [
        ("path_regex", re.compile("^/other$"), (404, '{"detail":"Not Found"}')),
        ("methods", {"POST"}, (405, '{"detail":"Method Not Allowed"}')),
        ("app", answer_itself, (200, "itself")),
        ("handle", answer_itself, (200, "itself")),
        ("matches", matching_nothing, (404, '{"detail":"Not Found"}')),
    ],
)
def test_what_was_set_on_a_route_is_there_again_after_a_while(
    name: str, first: Any, expected: tuple[int, str]
) -> None:
    app = FastAPI()
    app.get("/a")(reading("a"))
    client, route = TestClient(app), app.routes[-1]
    original = getattr(route, name)
    setattr(route, name, first)
    with patch.object(route, name, original):
        assert client.get("/a").text == '"a"'
    response = client.get("/a")
    assert (response.status_code, response.text) == expected


@pytest.mark.parametrize("included", [False, True], ids=["own", "included"])
def test_a_handle_that_was_set_refuses_other_methods_too(included: bool) -> None:
    app, router = FastAPI(), declared()
    if included:
        app.include_router(router)
    else:
        app.get("/a")(reading("a"))
    client = TestClient(app)
    assert client.post("/a").status_code == 405
    route = router.routes[0] if included else app.routes[-1]
    assert isinstance(route, APIRoute)
    handle, seen = route.handle, []

    async def observed(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["method"])
        await handle(scope, receive, send)

    route.handle = observed  # type: ignore[method-assign]  # what monitoring tools do
    assert client.post("/a").status_code == 405
    assert client.get("/a").json() == "a"
    assert seen == ["POST", "GET"]


def test_an_app_that_wraps_the_one_of_a_route() -> None:
    app = FastAPI()
    app.get("/a")(reading("a"))
    route = app.routes[-1]
    assert isinstance(route, APIRoute)
    seen: list[str] = []
    inner = route.app

    async def wrap(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["path"])
        await inner(scope, receive, send)

    route.app = wrap  # type: ignore[method-assign]  # Starlette's routes have an attribute there
    assert TestClient(app).get("/a").json() == "a"
    assert seen == ["/a"]


def test_a_path_expression_of_a_mount_decides() -> None:
    app = FastAPI()
    mount = Mount("/metrics", app=PlainTextResponse("metrics"))
    mount.path_regex = re.compile("^/metrics(?P<path>.*)$")
    app.router.routes.append(mount)
    assert TestClient(app, follow_redirects=False).get("/metrics").text == "metrics"


@pytest.mark.parametrize("included", [False, True], ids=["own", "included"])
@pytest.mark.parametrize("kind", [APIRoute, Route], ids=["APIRoute", "Route"])
def test_a_class_of_routes_is_patched(kind: type[Route], included: bool) -> None:
    handle, seen = kind.handle, []

    async def observed(self: Any, scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(self.path)
        await handle(self, scope, receive, send)

    with patch.object(kind, "handle", observed):
        app = FastAPI()
        if included:
            app.include_router(declared())
        else:
            app.get("/a")(reading("a"))
        assert TestClient(app).get("/a").json() == "a"
    assert seen == ["/a"]


def test_the_handlers_of_all_routes_are_patched() -> None:
    get_route_handler, seen = APIRoute.get_route_handler, []

    def observed(self: APIRoute) -> Any:
        handler = get_route_handler(self)

        async def handle(request: Request) -> Any:
            seen.append(request.url.path)
            return await handler(request)

        return handle

    with patch.object(APIRoute, "get_route_handler", observed):
        app = FastAPI()
        app.get("/a")(reading("a"))
        app.include_router(declared(), prefix="/in")
        assert [status(app, path) for path in ("/a", "/in/a")] == [200, 200]
    assert seen == ["/a", "/in/a"]


def test_the_stack_of_all_applications_is_patched() -> None:
    build = FastAPI.build_middleware_stack

    def around(self: FastAPI) -> Any:
        stack = build(self)

        async def observed(scope: Scope, receive: Receive, send: Send) -> None:
            scope["seen"] = True
            await stack(scope, receive, send)

        return observed

    with patch.object(FastAPI, "build_middleware_stack", around):
        app = FastAPI()

        @app.get("/a")
        def read(request: Request) -> bool:
            return "seen" in request.scope

        assert TestClient(app).get("/a").json() is True


def test_a_websocket_endpoint_is_changed_after_it_has_talked() -> None:
    app = FastAPI()

    @app.websocket("/ws")
    async def talk(websocket: WebSocket, value: str = Depends(original)) -> None:
        await websocket.accept()
        await websocket.send_text(value)

    def hear() -> str:
        with TestClient(app).websocket_connect("/ws") as websocket:
            return websocket.receive_text()

    assert hear() == "original"
    app.routes[-1].dependant.dependencies[0].call = mine  # type: ignore[attr-defined]  # it has one
    assert hear() == "mine"


@pytest.mark.parametrize("of", [FastAPI, APIRouter, APIRoute, APIWebSocketRoute, APIRouter().get])
def test_classes_can_be_looked_at(of: Any) -> None:
    """As documentation and mocks do."""
    assert inspect.getmembers(of)
    create_autospec(of)


async def refuse_all(self: Any, scope: Scope, receive: Receive, send: Send) -> None:
    raise HTTPException(401)


def match_nothing(self: Any, scope: Scope) -> tuple[Match, Scope]:
    return Match.NONE, {}


async def refuse_each(scope: Scope, receive: Receive, send: Send) -> None:
    raise HTTPException(401)


class Derived(APIRoute): ...


@pytest.mark.parametrize("path", ["/a", "/in/a"])
@pytest.mark.parametrize(
    ("name", "value", "expected"), [("handle", refuse_all, 401), ("matches", match_nothing, 404)]
)
@pytest.mark.parametrize("owner", [APIRoute, Derived])
def test_a_class_of_routes_is_patched_after_requests(
    owner: type[APIRoute], name: str, value: Any, expected: int, path: str
) -> None:
    app, router = FastAPI(), APIRouter(route_class=Derived)
    app.router.route_class = Derived
    app.get("/a")(reading("a"))
    router.get("/a")(reading("a"))
    app.include_router(router, prefix="/in")
    assert status(app, path) == 200
    with patch.object(owner, name, value):
        assert status(app, path) == expected
    assert status(app, path) == 200


def test_a_class_of_websocket_routes_is_patched_after_handshakes() -> None:
    app = FastAPI()

    @app.websocket("/talk")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    def is_open() -> bool:
        try:
            with TestClient(app).websocket_connect("/talk"):
                return True
        except WebSocketDenialResponse:
            return False

    assert is_open()
    with patch.object(APIWebSocketRoute, "handle", refuse_all):
        assert not is_open()
    assert is_open()


OF_STARLETTES_ROUTES: dict[str, tuple[str, Any, int]] = {
    "matches": ("matches", matching_nothing, 404),
    "path_regex": ("path_regex", re.compile("^/other$"), 404),
    "handle": ("handle", refuse_each, 401),
}


@pytest.mark.parametrize(
    ("name", "value", "expected"), OF_STARLETTES_ROUTES.values(), ids=OF_STARLETTES_ROUTES
)
@pytest.mark.parametrize(
    "route",
    [
        Route("/a", PlainTextResponse("a")),
        Mount("/a", PlainTextResponse("a")),
    ],
    ids=["Route", "Mount"],
)
@pytest.mark.parametrize("around", ["nothing", "middleware", "a router that is asked"])
def test_a_route_of_starlette_is_changed_after_requests(
    route: Route | Mount, name: str, value: Any, expected: int, around: str
) -> None:
    app, seen = FastAPI(), []

    async def observed(request: Request, call_next: Any) -> Any:
        seen.append(request.url.path)
        return await call_next(request)

    if around == "middleware":
        app.middleware("http")(observed)
    if around == "a router that is asked":
        router = type("Asked", (APIRouter,), {"handle": lambda *args: APIRouter.handle(*args)})()
        router.routes.append(route)
        app.include_router(router)
    else:
        app.router.routes.append(route)
    assert status(app) == 200
    with patch.object(route, name, value):
        assert [status(app), status(app)] == [expected, expected]
    assert status(app) == 200
    assert seen.count("/a") == (4 if around == "middleware" else 0)


def test_what_a_class_of_routers_is_given_counts_after_the_next_change() -> None:
    app, _ = served()
    with patch.object(APIRouter, "handle", refuse_all):
        assert status(app, "/in/a") == 200
        app.get("/new")(reading("new"))
        assert status(app, "/in/a") == 401


class Meta(type): ...


def test_routers_and_applications_may_have_a_metaclass() -> None:
    class Application(FastAPI, metaclass=Meta): ...

    class Router(APIRouter, metaclass=Meta): ...

    class AbstractRouter(ABC, APIRouter): ...

    class AbstractRoute(ABC, APIRoute): ...

    app = Application()
    app.include_router(Router(route_class=AbstractRoute))
    app.include_router(AbstractRouter())
    assert status(app) == 404


def test_a_class_of_routes_has_a_metaclass_below_that_of_ours() -> None:
    with pytest.raises(TypeError, match="metaclass conflict"):
        Meta("Route", (APIRoute,), {})

    class Below(type(APIRoute)): ...  # type: ignore[misc]  # a class that is found at run time

    assert isinstance(Below("Route", (APIRoute,), {}), Below)


def take_away(methods: set[str]) -> None:
    methods.discard("DELETE")


def subtract(methods: set[str]) -> None:
    methods -= {"DELETE"}


def add(methods: set[str]) -> None:
    methods.add("PUT")


def put_and_keep(methods: set[str]) -> None:
    methods ^= {"DELETE", "PUT"}


METHODS: dict[str, tuple[Callable[[set[str]], None], dict[str, int]]] = {
    "taken away": (take_away, {"GET": 200, "DELETE": 405, "PUT": 405}),
    "subtracted": (subtract, {"GET": 200, "DELETE": 405, "PUT": 405}),
    "added": (add, {"GET": 200, "DELETE": 200, "PUT": 200}),
    "exchanged": (put_and_keep, {"GET": 200, "DELETE": 405, "PUT": 200}),
}


@pytest.mark.parametrize("assigned", [False, True], ids=["declared", "assigned"])
@pytest.mark.parametrize("of", ["the application", "a router", "a context"])
@pytest.mark.parametrize(("change", "expected"), METHODS.values(), ids=METHODS)
def test_the_methods_of_a_route_are_changed_in_place(
    change: Callable[[set[str]], None], expected: dict[str, int], of: str, assigned: bool
) -> None:
    app, router = FastAPI(), APIRouter()
    chosen = app.router if of == "the application" else router
    chosen.api_route("/a", methods=["GET", "DELETE"])(reading("a"))
    if chosen is router:
        app.include_router(router)
    client, route = TestClient(app), chosen.routes[-1]
    assert isinstance(route, APIRoute)
    assert repr(route.methods) == repr(set(route.methods))
    assert client.request("DELETE", "/a").status_code == 200
    if assigned:
        route.methods = {"GET", "DELETE"}
        assert client.request("DELETE", "/a").status_code == 200
    context = next(found for found in iter_route_contexts(app.routes) if found.path == "/a")
    change(context.methods if of == "a context" and not assigned else route.methods)
    answers = {method: client.request(method, "/a").status_code for method in expected}
    assert answers == expected


def test_a_copied_set_of_methods_is_a_set() -> None:
    methods = LiveSet({"GET", "PUT"})
    assert deepcopy(methods) == methods.copy() == methods | {"GET"} == {"GET", "PUT"}
    assert type(methods - {"PUT"}) is set
