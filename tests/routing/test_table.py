"""Which route answers: the first declared one, or 405, a redirect, 404."""

from collections import OrderedDict, UserDict
from collections.abc import Callable, Iterator
from types import MappingProxyType, SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

import anyio
import pytest
from pydantic import PydanticUserError
from starlette.convertors import CONVERTOR_TYPES, Convertor, register_url_convertor
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from ferroapi import APIRouter, Depends, FastAPI, HTTPException, Request
from ferroapi.exceptions import DependencyScopeError
from ferroapi.middleware.gzip import GZipMiddleware
from ferroapi.responses import JSONResponse, PlainTextResponse, Response
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient


def reading(text: str) -> Any:
    async def read() -> str:
        return text

    return read


async def plain(request: Request) -> Response:
    return PlainTextResponse("plain")


def application(*operations: tuple[str, str]) -> FastAPI:
    """An application whose operations answer their own method and path."""
    app = FastAPI(openapi_url=None)
    for method, path in operations:
        app.add_api_route(path, reading(f"{method} {path}"), methods=[method])
    return app


ORDER = application(
    ("GET", "/users/{name}"),
    ("GET", "/users/me"),
    ("POST", "/users/me"),
    ("GET", "/items/new"),
    ("GET", "/items/{number:int}"),
    ("GET", "/items/{rest:path}"),
    ("GET", "/slash/"),
    ("GET", "/bare"),
    ("GET", "/both"),
    ("GET", "/both/"),
)

# name: (method, path, status, body)
MATCHES: dict[str, tuple[str, str, int, Any]] = {
    "first_declared": ("GET", "/users/me", 200, "GET /users/{name}"),
    "later_full_match_before_a_wrong_method": ("POST", "/users/me", 200, "POST /users/me"),
    "text_before_parameter": ("GET", "/items/new", 200, "GET /items/new"),
    "convertor": ("GET", "/items/12", 200, "GET /items/{number:int}"),
    "next_when_the_convertor_refuses": ("GET", "/items/-1", 200, "GET /items/{rest:path}"),
    "path": ("GET", "/items/a/b", 200, "GET /items/{rest:path}"),
    "exact_before_redirect": ("GET", "/both/", 200, "GET /both/"),
    "decoded_slash": ("GET", "/users/a%2Fb", 404, {"detail": "Not Found"}),
    "nothing": ("GET", "/nothing", 404, {"detail": "Not Found"}),
    "nothing_for_another_method": ("PATCH", "/nothing", 404, {"detail": "Not Found"}),
    "unknown_method": ("BREW", "/bare", 405, {"detail": "Method Not Allowed"}),
    "get_is_not_head": ("DELETE", "/bare", 405, {"detail": "Method Not Allowed"}),
}


@pytest.mark.parametrize(("method", "path", "status", "body"), MATCHES.values(), ids=MATCHES)
def test_match(method: str, path: str, status: int, body: Any) -> None:
    response = TestClient(ORDER).request(method, path, follow_redirects=False)
    assert (response.status_code, response.json()) == (status, body)


# name: (method, path with query, where it redirects to)
REDIRECTS = {
    "added": ("GET", "/slash", "/slash/"),
    "removed": ("GET", "/bare/", "/bare"),
    "query_is_kept": ("GET", "/slash?a=1&b=%20", "/slash/?a=1&b=%20"),
    "every_method": ("DELETE", "/slash", "/slash/"),
    "parameter": ("GET", "/users/me/", "/users/me"),
}


@pytest.mark.parametrize(("method", "path", "location"), REDIRECTS.values(), ids=REDIRECTS)
def test_redirect(method: str, path: str, location: str) -> None:
    response = TestClient(ORDER).request(method, path, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (307, location)
    assert response.content == b""


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "kept"), [(b"a=\xff", "a=%FF"), ("a=\u20ac".encode(), "a=%E2%82%AC"), (b'%"', "%%22")]
)
async def test_redirect_takes_any_query(ask: Any, query: bytes, kept: str) -> None:
    answer = await ask(ORDER, "GET", "/slash", query=query)
    location = dict(answer.headers)[b"location"].decode()
    assert (answer.status, location) == (307, f"/slash/?{kept}")


# name: (path that is sent, where it redirects to)
ODD_PATHS = {
    "other_host": ("//evil.example/x", "/.//evil.example/x/"),
    "three_slashes": ("///evil.example", "/.///evil.example/"),
    "backslash": ("/\\evil.example", "/%5Cevil.example/"),
    "question_mark": ("/a?b", "/a%3Fb/"),
    "number_sign": ("/a#b", "/a%23b/"),
    "percent_sign": ("/a%41", "/a%2541/"),
    "space": ("/a b", "/a%20b/"),
    "no_ascii": ("/\u00e9", "/%C3%A9/"),
}


@pytest.mark.anyio
@pytest.mark.parametrize(("path", "location"), ODD_PATHS.values(), ids=ODD_PATHS)
async def test_a_redirect_leads_to_the_same_host(ask: Any, path: str, location: str) -> None:
    app = FastAPI()
    app.get("/{anything:path}/")(reading("anything"))

    async def foreign(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"host", b"evil.example")]
        await app({**scope, "path": path, "headers": headers}, receive, send)

    answer = await ask(foreign, "GET", "/")
    assert (answer.status, dict(answer.headers)[b"location"].decode()) == (307, location)


@pytest.mark.parametrize("of_router", [True, False])
def test_a_redirect_may_name_the_host(of_router: bool) -> None:
    app = FastAPI(redirect_slashes=True if of_router else "absolute")
    app.get("/slash/")(reading("slash"))
    if of_router:
        app.router.redirect_slashes = "absolute"
    response = TestClient(app).get("/slash", follow_redirects=False)
    assert response.headers["location"] == "http://testserver/slash/"


def test_redirect_keeps_method_and_body() -> None:
    app = FastAPI()

    @app.post("/items/")
    async def create(item: dict[str, int]) -> dict[str, int]:
        return item

    assert TestClient(app).post("/items", json={"a": 1}).json() == {"a": 1}


def test_redirects_can_be_switched_off() -> None:
    app = FastAPI(redirect_slashes=False)
    app.get("/slash/")(reading("slash"))
    assert TestClient(app).get("/slash").status_code == 404


def test_redirects_through_inclusions_are_decided_by_the_application() -> None:
    """An exact match in another router wins; the setting of an included router does not count."""
    first, second = APIRouter(redirect_slashes=False), APIRouter()
    first.get("/a/")(reading("a/"))
    first.get("/b/")(reading("b/"))
    second.get("/a")(reading("a"))
    app = FastAPI()
    app.include_router(first)
    app.include_router(second)
    client = TestClient(app)
    assert client.get("/a", follow_redirects=False).json() == "a"
    assert client.get("/b", follow_redirects=False).status_code == 307


def test_redirect_below_a_root_path() -> None:
    app = FastAPI()
    app.get("/items/")(reading("items"))
    client = TestClient(app, root_path="/proxy")
    response = client.get("/proxy/items", follow_redirects=False)
    assert response.headers["location"] == "/proxy/items/"
    assert client.get("/proxy/items/").json() == "items"


# name: (root path, path, template of the route, where it redirects to)
REDIRECTS_BELOW: dict[str, tuple[str, str, str, str | None]] = {
    "only_slashes_to_another_path": ("/root/", "/root///", "/{p}", "/root"),
    "only_slashes_to_nothing": ("/root/", "/root///", "", None),
    "prefix_alone": ("/root/", "/root", "", "/root/"),
    "prefix_alone_to_nothing": ("/root/", "/root", "/root/", None),
    "no_path": ("/", "", "/", None),
    "no_slash_in_front": ("root", "root/a", "/a/", "/root/a/"),
    "slash_that_is_the_prefix": ("/root", "/root//", "", "/root"),
}


@pytest.mark.parametrize(
    ("root_path", "path", "template", "location"), REDIRECTS_BELOW.values(), ids=REDIRECTS_BELOW
)
@pytest.mark.anyio
async def test_slashes_of_the_whole_path_are_redirected(
    ask: Any, root_path: str, path: str, template: str, location: str | None
) -> None:
    app = application(("GET", template))

    async def proxied(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "root_path": root_path}, receive, send)

    answer = await ask(proxied, "GET", path)
    assert answer.status == (307 if location else 404)
    found = dict(answer.headers).get(b"location")
    assert found == (location and location.encode())


def test_allow_names_the_methods_of_all_routes_with_the_path() -> None:
    """RFC 9110, section 15.5.6. (FastAPI names those of the first route.)"""
    app = application(("GET", "/x"), ("PUT", "/x"), ("PATCH", "/{name}"), ("POST", "/y"))
    response = TestClient(app).delete("/x")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, PUT, PATCH"


def test_allow_of_one_route() -> None:
    app = FastAPI()
    app.api_route("/x", methods=["get", "QUERY"])(reading("x"))
    response = TestClient(app).delete("/x")
    assert sorted(response.headers["allow"].split(", ")) == ["GET", "QUERY"]
    assert TestClient(app).request("QUERY", "/x").json() == "x"


def test_starlettes_route_answers_head_and_names_it() -> None:
    app = FastAPI()
    app.add_route("/x", plain)
    client = TestClient(app)
    assert client.head("/x").status_code == 200
    assert sorted(client.post("/x").headers["allow"].split(", ")) == ["GET", "HEAD"]


def test_errors_of_the_table_go_to_the_handlers() -> None:
    app = application(("GET", "/x"))

    @app.exception_handler(404)
    async def missing(request: Request, error: Exception) -> Response:
        return JSONResponse({"path": request.url.path}, 404)

    @app.exception_handler(405)
    def refused(request: Request, error: HTTPException) -> Response:
        return JSONResponse({"allow": (error.headers or {})["Allow"]}, 405, error.headers)

    client = TestClient(app)
    assert client.get("/y").json() == {"path": "/y"}
    assert client.post("/x").json() == {"allow": "GET"}


def test_a_router_alone_answers_in_text() -> None:
    router = APIRouter()
    router.get("/x")(reading("x"))
    client = TestClient(router)
    assert client.get("/x").json() == "x"
    assert (client.get("/y").status_code, client.get("/y").text) == (404, "Not Found")
    assert (client.post("/x").status_code, client.post("/x").text) == (405, "Method Not Allowed")
    assert client.get("/x/", follow_redirects=False).status_code == 307


def test_a_default_application_gets_the_rest() -> None:
    router = APIRouter(default=PlainTextResponse("default"))
    router.get("/x")(reading("x"))
    client = TestClient(router)
    assert client.get("/y").text == "default"
    assert client.get("/x").json() == "x"


class ByVersion(APIRoute):
    """Matches by a header."""

    def matches(self, scope: Any) -> Any:
        match, child_scope = super().matches(scope)
        version = dict(scope["headers"]).get(b"x-version", b"1")
        return (match, child_scope) if version == b"2" else (Match.NONE, {})


def test_a_route_with_matches_of_its_own_keeps_its_place() -> None:
    """It is asked after the routes before it, and before the routes after it."""
    app = FastAPI()
    app.get("/before")(reading("before"))
    versioned = APIRouter(route_class=ByVersion)
    versioned.get("/{name}")(reading("versioned"))
    app.include_router(versioned)
    app.get("/after")(reading("after"))
    client = TestClient(app)
    new = {"x-version": "2"}
    assert client.get("/before", headers=new).json() == "before"
    assert client.get("/after", headers=new).json() == "versioned"
    assert client.get("/after").json() == "after"
    assert client.post("/after", headers=new).status_code == 405
    assert client.post("/only", headers=new).status_code == 405
    assert client.get("/only").status_code == 404


class Roman(Convertor[int]):
    """A convertor of the user's."""

    regex = "[IVX]+"

    def convert(self, value: str) -> int:
        return {"I": 1, "IV": 4, "X": 10}[value]

    def to_string(self, value: int) -> str:
        return {1: "I", 4: "IV", 10: "X"}[value]


@pytest.fixture
def roman() -> Iterator[None]:
    register_url_convertor("roman", Roman())
    yield
    del CONVERTOR_TYPES["roman"]


@pytest.mark.usefixtures("roman")
def test_convertors_of_the_user() -> None:
    """They keep their place, convert, and are reversed."""
    app = FastAPI()
    app.get("/X")(reading("text"))

    @app.get("/{number:roman}")
    async def read(number: int) -> int:
        return number

    app.get("/{name}")(reading("name"))
    app.get("/I")(reading("too late"))
    client = TestClient(app)
    assert [client.get(path).json() for path in ("/X", "/IV", "/I", "/M")] == ["text", 4, 1, "name"]
    assert app.url_path_for("read", number=4) == "/IV"
    assert client.post("/IV").status_code == 405


@pytest.mark.usefixtures("roman")
def test_wrong_method_for_a_convertor_of_the_user() -> None:
    response = TestClient(application(("GET", "/{number:roman}"))).delete("/IV")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")


@pytest.mark.usefixtures("roman")
def test_redirects_to_convertors_of_the_user() -> None:
    """A wrong method comes before a redirect."""
    app = application(("POST", "/{number:roman}"), ("GET", "/{name}/"), ("GET", "/a/{n:roman}/"))
    client = TestClient(app)
    assert client.get("/IV", follow_redirects=False).status_code == 405
    assert client.get("/II/M", follow_redirects=False).status_code == 404
    redirected = client.get("/a/IV", follow_redirects=False)
    assert redirected.headers["location"] == "/a/IV/"


def test_hosts_keep_their_place() -> None:
    app = FastAPI()
    app.get("/before")(reading("before"))
    app.host("{sub}.example.org", PlainTextResponse("host"))
    app.get("/after")(reading("after"))
    client = TestClient(app)
    there = {"host": "a.example.org"}
    assert client.get("/before", headers=there).json() == "before"
    assert client.get("/after", headers=there).text == "host"
    assert client.get("/after").json() == "after"
    assert client.get("/none", headers=there).text == "host"


def test_mounts_keep_their_place() -> None:
    app = FastAPI()
    app.get("/m/before")(reading("before"))
    app.mount("/m", PlainTextResponse("mount"), name="m")
    app.get("/m/after")(reading("after"))
    client = TestClient(app)
    assert client.get("/m/before").json() == "before"
    assert client.get("/m/after").text == "mount"
    assert client.post("/m/before").text == "mount"
    assert client.get("/m", follow_redirects=False).status_code == 307


def test_scope_of_a_match() -> None:
    """The route as declared where it was declared, the endpoint, and converted parameters."""
    seen: dict[str, Any] = {}

    async def endpoint(request: Request) -> None:
        seen.update(request.scope)

    app = FastAPI()
    app.get("/{number:int}/{rest:path}")(endpoint)
    assert TestClient(app).get("/12/a/b").status_code == 200
    assert seen["route"] is app.router.routes[-1]
    assert seen["endpoint"] is endpoint
    assert seen["path_params"] == {"number": 12, "rest": "a/b"}
    assert seen["app"] is app
    assert seen["router"] is app.router


KEY = "7d444840-9dc0-11d1-b245-5ffdce74fad2"


@pytest.mark.parametrize(
    ("path", "status", "value"),
    [
        pytest.param("/int/12/x", 200, 12, id="int"),
        pytest.param("/float/1.5/x", 200, 1.5, id="float"),
        pytest.param(f"/uuid/{KEY}/x", 200, UUID(KEY), id="uuid"),
        pytest.param(f"/both/{KEY}/12/x", 200, UUID(KEY), id="two"),
        pytest.param(f"/both/{KEY}/{'1' * 5_000}/x", 404, None, id="more digits than Python reads"),
    ],
)
def test_parameters_of_a_mount_are_converted_once(path: str, status: int, value: Any) -> None:
    seen: list[Any] = []
    inner, app = FastAPI(), FastAPI()

    @inner.get("/x")
    async def read(request: Request) -> None:
        seen.append(request.path_params["key"])

    for kind in ("int", "float", "uuid"):
        app.mount(f"/{kind}/{{key:{kind}}}", inner)
    app.mount("/both/{key:uuid}/{number:int}", inner)
    assert TestClient(app).get(path).status_code == status
    assert seen == ([] if value is None else [value])


def test_what_is_converted_in_part_is_found_by_nobody() -> None:
    """A number of more digits than Python reads is none, behind whatever was read before it."""
    app = application(("GET", "/{key:uuid}/{number:int}"))
    assert TestClient(app).get(f"/{KEY}/{'1' * 5_000}").status_code == 404


def test_parameters_of_a_mount_are_passed_on() -> None:
    inner = FastAPI()

    @inner.get("/{name}")
    async def read(tenant: str, name: str, request: Request) -> list[Any]:
        return [tenant, name, request.path_params, request.scope["root_path"]]

    app = FastAPI()
    app.mount("/{tenant}", inner)
    # FastAPI reads it as a query parameter: a mount is not known when the route is declared.
    response = TestClient(app).get("/acme/x", params={"tenant": "query"})
    assert response.json() == ["query", "x", {"tenant": "acme", "name": "x"}, "/acme"]


# name: (a path behind the proxy's prefix `/proxy`, what it finds)
BEHIND_A_PROXY: dict[str, tuple[str, Any]] = {
    "below": ("/proxy/items", "GET /items"),
    "without_the_prefix": ("/items", "GET /items"),
    "root": ("/proxy/", "GET /"),
    "prefix_alone": ("/proxy", "/proxy/"),
    "another_word": ("/proxyitems", {"detail": "Not Found"}),
}


@pytest.mark.parametrize(("path", "found"), BEHIND_A_PROXY.values(), ids=BEHIND_A_PROXY)
def test_root_path_is_taken_off(path: str, found: Any) -> None:
    app = application(("GET", "/items"), ("GET", "/"))
    response = TestClient(app, root_path="/proxy").get(path, follow_redirects=False)
    location = response.headers.get("location")
    assert (response.json() if location is None else location) == found


def test_a_wrong_dependency_of_a_router_is_told_when_it_is_included() -> None:
    """By whichever router has a route when it is."""

    def inner() -> None: ...

    def wrong(_: None = Depends(inner, scope="function")) -> Iterator[None]:
        yield

    router = APIRouter(prefix="/r")
    router.get("/")(reading("root"))
    outer = APIRouter(dependencies=[Depends(wrong)])
    with pytest.raises(DependencyScopeError):
        outer.include_router(router)


def test_a_table_that_cannot_be_made_is_told_by_the_handlers() -> None:
    namespace: dict[str, Any] = {"module": SimpleNamespace()}
    exec("def depend(value: 'module.Never') -> None: ...", namespace)
    app = FastAPI()

    @app.exception_handler(Exception)
    async def handle(request: Request, error: Exception) -> Response:
        return PlainTextResponse(type(error).__name__, 500)

    inner = APIRouter()
    inner.get("/")(reading("root"))
    outer = APIRouter()
    outer.include_router(inner)
    app.include_router(outer, dependencies=[Depends(namespace["depend"])])
    response = TestClient(app, raise_server_exceptions=False).get("/")
    assert (response.status_code, response.text) == (500, "AttributeError")


class Refusing(APIRoute):
    """A route that cannot say whether it matches."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        raise LookupError("cannot say")


class RefusingRouter(APIRouter):
    """The same of a router."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        raise LookupError("cannot say")


def of_a_convertor(app: FastAPI) -> None:
    app.get("/{number:roman}")(reading("number"))


def of_a_route(app: FastAPI) -> None:
    app.router.route_class = Refusing
    app.get("/V")(reading("route"))


def of_a_router(app: FastAPI) -> None:
    router = RefusingRouter()
    router.get("/V")(reading("router"))
    app.include_router(router)


@pytest.mark.usefixtures("roman")
@pytest.mark.parametrize("limited", [False, True], ids=["", "limited"])
@pytest.mark.parametrize("middleware", [False, True], ids=["bare", "below middleware"])
@pytest.mark.parametrize("handled", [LookupError, Exception])
@pytest.mark.parametrize("declare", [of_a_convertor, of_a_route, of_a_router])
def test_an_exception_while_matching_is_answered(
    declare: Callable[[FastAPI], None], handled: type[Exception], middleware: bool, limited: bool
) -> None:
    """By the handlers of the application, as any other."""
    app = FastAPI(max_body_size=10 if limited else None)
    if middleware:
        app.add_middleware(GZipMiddleware)

    @app.exception_handler(handled)
    async def handle(request: Request, error: Exception) -> Response:
        return PlainTextResponse(f"{type(error).__name__} handled", 418)

    declare(app)
    response = TestClient(app, raise_server_exceptions=False).get("/V")
    assert response.status_code == 418
    assert response.text in ("LookupError handled", "KeyError handled")


# name: what is wrong with a path, and its error
WRONG_PATHS: dict[str, tuple[str, type[Exception], str]] = {
    "unknown_convertor": ("/{a:foo}", AssertionError, "Unknown path convertor 'foo'"),
    "twice": ("/{a}/{a}", ValueError, "Duplicated param name a at path /{a}/{a}"),
    "several_twice": (
        "/{a}/{a}/{b}/{b}",
        ValueError,
        "Duplicated param names a, b at path /{a}/{a}/{b}/{b}",
    ),
}


@pytest.mark.parametrize(("path", "kind", "text"), WRONG_PATHS.values(), ids=WRONG_PATHS)
def test_wrong_path(path: str, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        FastAPI().get(path)(reading("x"))
    assert str(caught.value) == text


def test_a_path_without_a_slash_is_accepted_and_never_found() -> None:
    app = FastAPI()
    app.get("abc")(reading("x"))
    assert TestClient(app).get("/abc").status_code == 404
    assert list(app.openapi()["paths"]) == ["abc"]


@pytest.mark.parametrize("path", ["@host", "*", "", "x", "http://host/x", "//host/x", "/x\0"])
def test_what_is_no_path_of_a_route_is_not_found(ask: Any, path: str) -> None:
    """No part of it becomes a host, and none is left out."""
    app = FastAPI()
    app.get("/x")(reading("x"))

    async def once() -> Any:
        return await ask(app, path=path, headers=[(b"host", b"a")])

    assert anyio.run(once).status == 404


@pytest.mark.parametrize(
    "method", ["get", "GET ", "", "\0", "G\xc9T", "PROPFIND", "endpoint", "__class__", "handle"]
)
def test_a_method_is_one_of_those_declared(ask: Any, method: str) -> None:
    """In the same letters; it is never looked up as the name of something."""
    app = FastAPI()
    app.get("/x")(reading("x"))

    async def once() -> Any:
        return await ask(app, method, "/x")

    answer = anyio.run(once)
    assert (answer.status, dict(answer.headers)[b"allow"]) == (405, b"GET")


def test_documentation_routes_come_first() -> None:
    app = FastAPI()
    app.get("/docs")(reading("own"))
    assert "swagger" in TestClient(app).get("/docs").text


@pytest.mark.parametrize("path", ["/items/3", "/nothing", "/items/3/"])
@pytest.mark.parametrize("kind", [UserDict, OrderedDict, dict])
def test_a_scope_of_any_class_is_completed(
    ask: Any, path: str, kind: Callable[[Scope], Any]
) -> None:
    app = application(("GET", "/items/{number}"))
    scopes: list[Any] = []

    async def entered(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(kind({**scope, "path_params": MappingProxyType({"outer": "1"})}))
        await app(scopes[0], receive, send)

    async def once() -> Any:
        return await ask(entered, path=path)

    anyio.run(once)
    assert scopes[0]["router"] is app.router
    if path == "/items/3":
        assert scopes[0]["path_params"] == {"outer": "1", "number": "3"}


def test_parameters_of_mounts_are_there_when_a_method_is_refused() -> None:
    app, mounted = FastAPI(), FastAPI()
    mounted.get("/items/{number}")(reading("item"))
    app.mount("/{tenant}", mounted)

    @mounted.exception_handler(405)
    async def refuse(request: Request, error: Exception) -> Response:
        return JSONResponse(request.path_params, 405)

    answer = TestClient(app).post("/a/items/3")
    assert (answer.status_code, answer.json()) == (405, {"tenant": "a", "number": "3"})


def test_dependencies_do_not_run_without_a_match() -> None:
    calls: list[str] = []

    def called() -> None:
        calls.append("called")

    app = FastAPI(dependencies=[Depends(called)])
    app.get("/x")(reading("x"))
    app.mount("/m", PlainTextResponse("m"))
    app.add_route("/plain", plain)
    client = TestClient(app)
    for path in ("/y", "/openapi.json", "/docs", "/redoc", "/m/", "/plain"):
        client.get(path)
    client.post("/x")
    assert calls == []
    client.get("/x")
    assert calls == ["called"]


def test_routes_given_to_the_constructor() -> None:
    app = FastAPI(routes=[Route("/plain", plain), APIRoute("/own", reading("own"))])
    client = TestClient(app)
    assert client.get("/plain").text == "plain"
    assert client.get("/own").json() == "own"


def test_digits_that_are_no_number() -> None:
    """Python reads integers of at most 4,300 digits: a longer one is no path of the route."""
    app = FastAPI()

    @app.get("/items/{item_id:int}")
    async def read_item(item_id: int) -> int:
        return item_id

    client = TestClient(app)
    assert client.get("/items/" + "1" * 4_300).status_code == 200
    answer = client.get("/items/" + "1" * 4_301)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize("plain_first", [False, True])
def test_the_first_route_with_the_path_refuses_a_method(plain_first: bool) -> None:
    class Refusing(APIRoute):
        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["method"] in self.methods:
                await super().handle(scope, receive, send)
            else:
                await PlainTextResponse("refused", 405)(scope, receive, send)

    app = FastAPI()
    if plain_first:
        app.post("/x/{name}")(reading("posted"))
    app.router.add_api_route("/x/a", reading("read"), route_class_override=Refusing)
    app.put("/x/a")(reading("put"))
    client = TestClient(app)
    assert client.get("/x/a").json() == "read"
    assert client.put("/x/a").json() == "put"
    refused = client.delete("/x/a")
    assert refused.status_code == 405
    assert (refused.text == "refused") is not plain_first


def test_the_error_names_the_parameter_whose_type_does_not_exist() -> None:
    """With the text of its annotation, and where the function is."""

    def dependency(named: int) -> None: ...

    def read(depends: Annotated[None, Depends(dependency)]) -> None: ...

    line = dependency.__code__.co_firstlineno
    place = f"in the declaration of dependency, {__file__}, line {line}"
    # What has another meaning in a module of ours is no type either.
    for text in ("DoesNotExist", "Undefined"):
        dependency.__annotations__["named"] = text
        app = FastAPI()
        app.get("/")(read)
        with pytest.raises(PydanticUserError) as raised:
            TestClient(app).get("/?named=1")
        assert raised.value.__notes__ == [f"for 'named', which is declared as {text!r}", place]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_types_that_do_not_exist_are_errors_of_the_request(asynchronous: bool) -> None:
    def read() -> None: ...

    async def read_asynchronously() -> None: ...

    endpoint = read_asynchronously if asynchronous else read
    endpoint.__annotations__["return"] = "DoesNotExist"
    app = FastAPI()
    app.get("/")(endpoint)
    with pytest.raises(PydanticUserError):
        TestClient(app).get("/")
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/").text == "Internal Server Error"
