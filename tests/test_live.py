"""What was declared is live: a change counts from the next request on, whatever was compiled."""

from collections.abc import Callable, MutableMapping
from copy import deepcopy
from typing import Any
from unittest.mock import patch

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ferroapi import APIRouter, Depends, FastAPI, HTTPException
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
