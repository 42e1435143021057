"""The tree of routers: live inclusions, and how it is walked."""

import copy
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from starlette.routing import Host, Match, NoMatchFound, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from ferroapi import APIRouter, Depends, FastAPI, HTTPException, Request, WebSocket, routing
from ferroapi.responses import PlainTextResponse, Response
from ferroapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from ferroapi.routing.tree import IncludedRouter
from ferroapi.testclient import TestClient


def reading(text: str) -> Any:
    async def read() -> str:
        return text

    return read


def test_routes_added_after_inclusion_are_served() -> None:
    """At any depth, also after the first request, and they are documented."""
    app, outer, inner = FastAPI(), APIRouter(prefix="/outer"), APIRouter(prefix="/inner")
    app.include_router(outer)
    outer.include_router(inner)
    client = TestClient(app)
    assert client.get("/outer/inner/late").status_code == 404
    assert app.openapi()["paths"] == {}

    inner.get("/late")(reading("late"))
    assert client.get("/outer/inner/late").json() == "late"
    assert list(app.openapi()["paths"]) == ["/outer/inner/late"]


def test_a_request_makes_its_own_route_and_no_other() -> None:
    made: list[str] = []

    def unique_id(route: APIRoute) -> str:
        made.append(route.path)
        return route.path

    app, router = FastAPI(), APIRouter()
    for name in ("a", "b", "c"):
        router.get(f"/{name}")(reading(name))
    app.include_router(router, prefix="/r", generate_unique_id_function=unique_id)
    client = TestClient(app)
    assert client.get("/r/b").json() == "b"
    assert made == ["/r/b"]
    app.openapi()
    assert client.get("/r/c").json() == "c"
    assert sorted(made) == ["/r/a", "/r/b", "/r/c"]


def test_contexts_are_kept_until_a_route_changes() -> None:
    outer, inner = APIRouter(), APIRouter()
    inner.get("/x")(reading("x"))
    outer.include_router(inner, prefix="/inner")
    app = FastAPI()
    app.include_router(outer, prefix="/outer")

    def included() -> list[Any]:
        return [context for context in iter_route_contexts(app.routes) if "er/" in context.path]

    before = included()
    assert [context.path for context in before] == ["/outer/inner/x"]
    assert included() == before
    inner.get("/y")(reading("y"))
    assert [context.path for context in included()] == ["/outer/inner/x", "/outer/inner/y"]


def test_a_router_with_routes_included_late() -> None:
    app = FastAPI()
    client = TestClient(app)
    assert client.get("/r/x").status_code == 404
    router = APIRouter()
    router.get("/x")(reading("x"))
    app.include_router(router, prefix="/r")
    assert client.get("/r/x").json() == "x"


def test_inclusions_keep_their_place_in_the_order() -> None:
    """A route added later to a router included first comes before the routes after it."""
    app, router = FastAPI(), APIRouter()
    app.include_router(router)
    app.get("/{name}")(reading("app"))
    client = TestClient(app)
    assert client.get("/a").json() == "app"
    router.get("/a")(reading("router"))
    assert client.get("/a").json() == "router"


def test_a_router_included_several_times() -> None:
    """Each inclusion has its own settings; the router stays as it is."""
    app, router = FastAPI(), APIRouter(tags=["own"])
    router.get("/x")(reading("x"))
    app.include_router(router, prefix="/a", tags=["a"])
    app.include_router(router, prefix="/b", tags=["b"], deprecated=True)
    client = TestClient(app)
    assert [client.get(path).status_code for path in ("/a/x", "/b/x", "/x")] == [200, 200, 404]
    paths = app.openapi()["paths"]
    assert paths["/a/x"]["get"]["tags"] == ["a", "own"]
    assert paths["/b/x"]["get"]["tags"] == ["b", "own"]
    assert "deprecated" not in paths["/a/x"]["get"]
    assert router.routes[0].path == "/x"  # type: ignore[attr-defined]  # it is an APIRoute


def test_cycles_are_refused() -> None:
    a, b, c = APIRouter(), APIRouter(), APIRouter()
    with pytest.raises(AssertionError) as itself:
        a.include_router(a)
    assert str(itself.value) == (
        "Cannot include the same APIRouter instance into itself. "
        "Did you mean to include a different router?"
    )
    a.include_router(b)
    b.include_router(c)
    with pytest.raises(AssertionError) as cycle:
        c.include_router(a)
    assert str(cycle.value) == (
        "Cannot include an APIRouter instance that already includes this router. "
        "Did you mean to include a different router?"
    )


def test_a_placeholder_in_a_prefix_makes_a_path_parameter() -> None:
    """What is a query parameter in the router alone is taken from the path of the inclusion."""
    router = APIRouter()

    def dependency(tenant: str) -> str:
        return tenant.upper()

    @router.get("/items")
    async def read(tenant: str, upper: str = Depends(dependency), q: int = 0) -> list[Any]:
        return [tenant, upper, q]

    app = FastAPI()
    app.include_router(router)
    app.include_router(router, prefix="/{tenant}")
    client = TestClient(app)
    assert client.get("/items?tenant=a").json() == ["a", "A", 0]
    assert client.get("/b/items?tenant=a&q=2").json() == ["b", "B", 2]
    parameters = app.openapi()["paths"]["/{tenant}/items"]["get"]["parameters"]
    assert {p["name"]: p["in"] for p in parameters} == {"tenant": "path", "q": "query"}


def test_dependencies_of_an_inclusion_with_a_placeholder_see_it() -> None:
    seen: list[int] = []

    def check(number: int) -> None:
        seen.append(number)

    router = APIRouter()
    router.get("/x")(reading("x"))
    app = FastAPI()
    app.include_router(router, prefix="/{number}", dependencies=[Depends(check)])
    client = TestClient(app)
    assert client.get("/7/x").json() == "x"
    assert client.get("/a/x").json()["detail"][0]["loc"] == ["path", "number"]
    assert seen == [7]


async def hello(request: Request) -> Response:
    return PlainTextResponse(f"hello {request.path_params.get('name', '')}")


async def greet(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(f"hello {websocket.path_params.get('name', '')}")
    await websocket.close()


def starlette_router() -> APIRouter:
    """One of each kind of Starlette's routes."""
    router = APIRouter(prefix="/own")
    router.add_route("/route/{name}", hello, name="route")
    router.add_websocket_route("/socket/{name}", greet, name="socket")
    router.mount("/mount", APIRouter(routes=[Route("/{name}", hello, name="in")]), name="mount")
    router.routes.append(Route("/plain", hello))
    router.routes.append(WebSocketRoute("/plainsocket", greet))
    return router


def test_starlettes_routes_are_included_with_the_prefix() -> None:
    """That of the inclusion: a router's own prefix is for its path operations only."""
    calls: list[str] = []
    app = FastAPI()
    app.include_router(
        starlette_router(), prefix="/in", dependencies=[Depends(lambda: calls.append("called"))]
    )
    client = TestClient(app)
    prefix = "/in"
    assert client.get(f"{prefix}/route/a").text == "hello a"
    assert client.head(f"{prefix}/route/a").status_code == 200
    with client.websocket_connect(f"{prefix}/socket/b") as websocket:
        assert websocket.receive_text() == "hello b"
    assert calls == []
    assert app.url_path_for("route", name="a") == f"{prefix}/route/a"
    assert app.url_path_for("socket", name="a") == f"{prefix}/socket/a"
    assert client.get(f"{prefix}/mount/c").text == "hello c"
    assert client.get(f"{prefix}/plain").text == "hello "
    with client.websocket_connect(f"{prefix}/plainsocket") as websocket:
        assert websocket.receive_text() == "hello "
    assert app.url_path_for("mount:in", name="a") == f"{prefix}/mount/a"


@pytest.mark.parametrize("prefix", ["", "/in"])
def test_hosts_are_included(prefix: str) -> None:
    """The prefix is that of the paths there."""
    router = APIRouter()
    router.routes.append(Host("api.example.org", app=APIRouter(routes=[Route("/x", hello)])))
    app = FastAPI()
    app.include_router(router, prefix=prefix)
    client = TestClient(app)
    there = {"host": "api.example.org"}
    assert client.get(f"{prefix}/x").status_code == 404
    assert client.get(f"{prefix}/x", headers=there).text == "hello "
    assert client.get("/other/x", headers=there).status_code == 404


def test_url_path_for_through_inclusions() -> None:
    """Of several, the first is given; the parameters have to be the route's."""
    router = APIRouter(prefix="/r")
    router.get("/{number:int}", name="item")(reading("x"))
    outer = APIRouter()
    outer.include_router(router, prefix="/first")
    outer.include_router(router, prefix="/second")
    app = FastAPI()
    app.include_router(outer, prefix="/outer")
    assert app.url_path_for("item", number=3) == "/outer/first/r/3"
    assert router.url_path_for("item", number=3) == "/r/3"
    for wrong in ({}, {"number": 3, "more": 1}, {"other": 1}):
        with pytest.raises(NoMatchFound):
            app.url_path_for("item", **wrong)


def test_url_for_in_a_request() -> None:
    """Through inclusions, and from a mounted application by the name of the mount."""

    async def link(request: Request) -> list[str]:
        return [str(request.url_for(name, number=1)) for name in names]

    names = ["here"]
    router = APIRouter()
    router.get("/link/{number}", name="here")(link)
    app = FastAPI()
    app.include_router(router, prefix="/r")
    inner = FastAPI()
    inner.include_router(router, prefix="/i")
    app.mount("/sub", inner, name="sub")
    client = TestClient(app)
    assert client.get("/r/link/5").json() == ["http://testserver/r/link/1"]
    names[:] = ["sub:here", "here"]
    assert client.get("/sub/i/link/5").json() == [
        "http://testserver/sub/i/link/1",
        "http://testserver/r/link/1",
    ]


def test_walking_the_tree() -> None:
    """Contexts show routes as the inclusions make them, and as they were declared."""
    router = APIRouter(prefix="/r", tags=["r"])
    router.get("/{number:int}", name="item")(reading("x"))
    router.websocket("/ws")(greet)
    app = FastAPI(openapi_url=None)
    app.get("/first")(reading("first"))
    app.include_router(router, prefix="/i", tags=["i"])
    contexts = list(iter_route_contexts(app.routes))
    assert [context.path for context in contexts] == ["/first", "/i/r/{number:int}", "/i/r/ws"]
    item = contexts[1]
    assert item.path_format == "/i/r/{number}"
    assert item.methods == {"GET"}
    assert item.name == "item"
    assert item.tags == ["i", "r"]
    assert list(item.param_convertors) == ["number"]
    assert item.route is item.original_route is router.routes[0]
    assert isinstance(item.original_route, APIRoute)
    assert isinstance(contexts[2].original_route, APIWebSocketRoute)
    assert contexts[2].methods is None
    assert next(iter(iter_route_contexts(contexts[:1]))) is contexts[0]
    with pytest.raises(AttributeError):
        _ = item.nothing


# name: what is done with the list of routes, and the paths that are served afterwards
CHANGES: dict[str, tuple[Any, list[str]]] = {
    "append": (lambda routes, new: routes.append(new), ["/a", "/b", "/new"]),
    "extend": (lambda routes, new: routes.extend([new]), ["/a", "/b", "/new"]),
    "insert": (lambda routes, new: routes.insert(0, new), ["/a", "/b", "/new"]),
    "remove": (lambda routes, new: routes.remove(routes[0]), ["/b"]),
    "pop": (lambda routes, new: routes.pop(), ["/a"]),
    "clear": (lambda routes, new: routes.clear(), []),
    "reverse": (lambda routes, new: routes.reverse(), ["/a", "/b"]),
    "sort": (lambda routes, new: routes.sort(key=lambda r: r.path), ["/a", "/b"]),
    "set": (lambda routes, new: routes.__setitem__(0, new), ["/b", "/new"]),
    "delete": (lambda routes, new: routes.__delitem__(0), ["/b"]),
    "delete_slice": (lambda routes, new: routes.__delitem__(slice(None)), []),
    "in_place": (lambda routes, new: routes.__iadd__([new]), ["/a", "/b", "/new"]),
}


@pytest.mark.parametrize(("change", "served"), CHANGES.values(), ids=CHANGES)
def test_every_change_of_the_list_is_served(change: Any, served: list[str]) -> None:
    """Also through an inclusion."""
    router = APIRouter()
    for path in ("/a", "/b"):
        router.get(path)(reading(path))
    app = FastAPI()
    app.include_router(router)
    client = TestClient(app)
    assert client.get("/a").status_code == 200
    change(router.routes, APIRoute("/new", reading("/new")))
    paths = ["/a", "/b", "/new"]
    assert [path for path in paths if client.get(path).status_code == 200] == served


def test_a_reversed_list_is_matched_in_its_order() -> None:
    app = FastAPI(openapi_url=None)
    app.get("/{name}")(reading("parameter"))
    app.get("/a")(reading("text"))
    client = TestClient(app)
    assert client.get("/a").json() == "parameter"
    app.router.routes.reverse()
    assert client.get("/a").json() == "text"


def audited() -> None: ...


@pytest.fixture
def tree() -> FastAPI:
    """An application with a router in a router, each with settings."""
    inner, outer, app = APIRouter(tags=["inner"]), APIRouter(), FastAPI(openapi_url=None)

    @inner.get("/a", tags=["a"])
    def a() -> str:
        return "a"

    @inner.websocket("/ws")
    async def ws(websocket: WebSocket) -> None: ...

    inner.routes.append(Route("/plain", lambda request: PlainTextResponse("plain")))
    outer.include_router(inner, prefix="/inner")
    outer.get("/b")(a)
    app.include_router(outer, prefix="/outer", tags=["out"], dependencies=[Depends(audited)])
    app.get("/own")(a)
    return app


def test_an_inclusion_is_a_node_with_its_router_and_settings(tree: FastAPI) -> None:
    node = tree.routes[0]
    assert isinstance(node, routing._IncludedRouter)
    assert type(node).__name__ == "_IncludedRouter"
    context = node.include_context
    assert (context.prefix, list(context.tags)) == ("/outer", ["out"])
    assert [depends.dependency for depends in context.dependencies] == [audited]
    assert context.included_router is node.original_router
    nested, own = node.effective_candidates()
    assert isinstance(nested, routing._IncludedRouter)
    assert nested.include_context.prefix == "/outer/inner"
    assert nested.include_context.included_router is nested.original_router
    assert own.path == "/outer/b"


def test_the_contexts_of_a_node_are_all_routes_below(tree: FastAPI) -> None:
    node = tree.routes[0]
    assert isinstance(node, routing._IncludedRouter)
    contexts = list(node.effective_route_contexts())
    assert [context.path for context in contexts] == [
        "/outer/inner/a",
        "/outer/inner/ws",
        "/outer/inner/plain",
        "/outer/b",
    ]
    assert contexts[0].tags == ["out", "inner", "a"]
    made = [getattr(context.starlette_route, "path", None) for context in contexts]
    assert made == [None, "/outer/inner/ws", "/outer/inner/plain", None]
    attributes = vars(contexts[0])
    assert attributes["path"] == "/outer/inner/a"
    assert attributes["original_route"] is contexts[0].original_route
    assert {"dependant", "tags", "endpoint", "methods", "starlette_route"} <= attributes.keys()


def test_pairs_have_a_context_only_for_what_is_included(tree: FastAPI) -> None:
    pairs = list(routing._iter_routes_with_context(tree.routes))
    assert [(route.path, context and context.path) for route, context in pairs] == [
        ("/a", "/outer/inner/a"),
        ("/ws", "/outer/inner/ws"),
        ("/plain", "/outer/inner/plain"),
        ("/b", "/outer/b"),
        ("/own", None),
    ]
    first, *_, own = iter_route_contexts(tree.routes)
    assert first._route_context is first
    assert (own._route_context, own.starlette_route) == (None, None)


def test_contexts_are_copied_and_made_of_routes(tree: FastAPI) -> None:
    """Their attributes cannot be set, which would change nothing."""
    for context in iter_route_contexts(tree.routes):
        copied = copy.copy(context)
        assert copied is not context
        assert copied.effective_route is copy.copy(copied).effective_route
        assert copied.path == context.path
    made = routing._EffectiveRouteContext(original_route=tree.routes[-1])
    assert (made.original_route, made.path) == (tree.routes[-1], "/own")
    with pytest.raises(AttributeError):
        made.path = "/other"  # type: ignore[misc]  # that is what is tested
    with pytest.raises(TypeError, match="needs a route"):
        routing._EffectiveRouteContext()


@pytest.mark.parametrize(
    ("path", "found"), [("/outer/b", "/outer/b"), ("/own", None)], ids=["included", "own"]
)
def test_the_scope_has_the_context_of_an_included_route(
    tree: FastAPI, path: str, found: str | None
) -> None:
    scopes: list[Any] = []

    @tree.middleware("http")
    async def note(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        context = routing._get_scope_effective_route_context(request.scope)
        scopes.append(context and context.path)
        return response

    assert TestClient(tree).get(path).status_code == 200
    assert scopes == [found]


class Picky(APIRoute):
    def matches(self, scope: Any) -> Any:
        raise AssertionError("a context compares by itself")


@pytest.mark.parametrize(
    ("method", "path", "match"),
    [
        ("GET", "/p/a", Match.FULL),
        ("POST", "/p/a", Match.PARTIAL),
        ("GET", "/a", Match.NONE),
    ],
)
def test_a_context_compares_path_and_method_by_itself(method: str, path: str, match: Match) -> None:
    router = APIRouter(route_class=Picky)
    router.get("/a")(audited)
    app = FastAPI(openapi_url=None)
    app.include_router(router, prefix="/p")
    (context,) = iter_route_contexts(app.routes)
    scope = {"type": "http", "method": method, "path": path, "headers": []}
    assert context.matches(scope)[0] is match


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    raise HTTPException(401)


async def refuse_of(self: Any, scope: Scope, receive: Receive, send: Send) -> None:
    raise HTTPException(401)


def match_nothing(scope: Scope) -> tuple[Match, Scope]:
    return Match.NONE, {}


def match_nothing_of(self: Any, scope: Scope) -> tuple[Match, Scope]:
    return Match.NONE, {}


GATES: dict[str, tuple[Callable[[IncludedRouter], tuple[Any, str, Any]], int]] = {
    "handle of the node": (lambda node: (node, "handle", refuse), 401),
    "matches of the node": (lambda node: (node, "matches", match_nothing), 404),
    "handle of the router": (lambda node: (node.original_router, "handle", refuse), 401),
    "matches of the router": (lambda node: (node.original_router, "matches", match_nothing), 404),
    "handle of the class": (lambda node: (IncludedRouter, "handle", refuse_of), 401),
    "matches of the class": (lambda node: (IncludedRouter, "matches", match_nothing_of), 404),
}


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("choose", "expected"), GATES.values(), ids=GATES)
def test_whoever_has_a_node_decides_for_the_routes_below(
    choose: Callable[[IncludedRouter], tuple[Any, str, Any]], expected: int, late: bool
) -> None:
    app, router, inner = FastAPI(), APIRouter(), APIRouter()
    inner.get("/a")(reading("a"))
    router.include_router(inner, prefix="/inner")
    app.include_router(router, prefix="/in")
    app.get("/a")(reading("a"))
    client, paths = TestClient(app), ("/in/inner/a", "/a")
    node = next(route for route in app.routes if isinstance(route, IncludedRouter))
    if late:
        assert [client.get(path).status_code for path in paths] == [200, 200]
    with patch.object(*choose(node)):
        assert [client.get(path).status_code for path in paths] == [expected, 200]
    assert [client.get(path).status_code for path in paths] == [200, 200]


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("name", "method", "expected"),
    [("handle", refuse_of, 401), ("matches", match_nothing_of, 404)],
)
def test_a_node_is_given_another_class(
    name: str, method: Callable[..., Any], expected: int, late: bool
) -> None:
    app, router = FastAPI(), APIRouter()
    router.get("/a")(reading("a"))
    app.include_router(router)
    node = next(route for route in app.routes if isinstance(route, IncludedRouter))
    client = TestClient(app)
    if late:
        assert client.get("/a").status_code == 200
    node.__class__ = type("Gate", (IncludedRouter,), {name: method})
    assert client.get("/a").status_code == expected


def test_a_node_of_an_included_router_hands_on_what_passes() -> None:
    app, router, seen = FastAPI(), APIRouter(), []
    router.get("/a/{name}")(lambda name: name)
    app.include_router(router, prefix="/in")
    node = next(route for route in app.routes if isinstance(route, IncludedRouter))
    handle = node.handle

    async def observed(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["path"])
        await handle(scope, receive, send)

    node.handle = observed  # type: ignore[method-assign]  # what monitoring tools do
    client = TestClient(app)
    assert client.get("/in/a/b").json() == "b"
    assert client.get("/in/b").status_code == 404
    assert client.post("/in/a/b").status_code == 405
    assert seen == ["/in/a/b", "/in/a/b"]
