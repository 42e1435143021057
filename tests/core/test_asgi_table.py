"""From a scope to the operation of its route; what is more than that goes the general way."""

from __future__ import annotations

import gc
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from weakref import ref

import pytest

from ferroapi._core import AsgiTable, Router

if TYPE_CHECKING:
    from collections.abc import Callable

Scope = dict[str, Any]
OWNER = "the router"


def scope_of(**changes: Any) -> Scope:
    return {"type": "http", "method": "GET", "path": "/items/3", "root_path": "", **changes}


class Routes:
    """What a table is given, and what has come of it."""

    def __init__(self, answers: Callable[..., Any] | None = None) -> None:
        self.compiled: list[tuple[int, Scope]] = []
        self.answers = answers
        self.entries = {"endpoint": "read", "route": "a route"}
        self.table = AsgiTable(
            Router([("/items/{id}", "http", ["GET"]), ("/other", "http", None)]),
            OWNER,
            self.compile,
            lambda *called: ("otherwise", *called),
            lambda error, *called: ("failed", repr(error), *called),
        )

    def compile(self, index: int, scope: Scope) -> tuple[Callable[..., Any], Scope] | None:
        self.compiled.append((index, dict(scope)))
        if index == 1:
            return None
        return self.answers or (lambda *called: ("answered", *called)), self.entries

    def respond(self, scope: Any) -> tuple[Any, ...]:
        answer: tuple[Any, ...] = self.table.respond(scope, receive, send)
        assert answer[-2:] == (receive, send)
        assert answer[-3] is scope
        return answer[:-3]


async def receive() -> None: ...


async def send(message: object) -> None: ...


# name: (the scope of the request, what it is afterwards)
FOUND: dict[str, tuple[Scope, Scope]] = {
    "plain": (scope_of(), {"path_params": {"id": "3"}}),
    "without_a_root_path": (
        {"type": "http", "method": "GET", "path": "/items/3"},
        {"path_params": {"id": "3"}},
    ),
    "below_a_root_path": (
        scope_of(path="/api/items/3", root_path="/api"),
        {"path_params": {"id": "3"}},
    ),
    "root_path_left_out": (scope_of(root_path="/api"), {"path_params": {"id": "3"}}),
    "below_a_mount": (
        scope_of(path_params={"tenant": "a", "id": "outer"}),
        {"path_params": {"tenant": "a", "id": "3"}},
    ),
    "below_a_mount_without_parameters": (
        scope_of(path_params={}),
        {"path_params": {"id": "3"}},
    ),
    "router_of_somebody_else": (
        scope_of(router="outer"),
        {"path_params": {"id": "3"}, "router": "outer"},
    ),
}


@pytest.mark.parametrize(("scope", "more"), FOUND.values(), ids=FOUND)
def test_an_operation_is_called_with_its_scope(scope: Scope, more: Scope) -> None:
    routes, before = Routes(), dict(scope)
    outer = scope.get("path_params")
    kept = None if outer is None else dict(outer)
    for _ in range(2):
        # As long as nothing was compiled, and after it.
        asked = dict(scope)
        assert routes.respond(asked) == ("answered",)
        assert asked == {"router": OWNER, **before, **routes.entries, **more}
        assert outer == kept
    assert len(routes.compiled) == 1


def test_what_is_compiled_is_asked_with_the_parameters() -> None:
    routes = Routes()
    routes.respond(scope_of())
    assert routes.compiled == [(0, {**scope_of(), "router": OWNER, "path_params": {"id": "3"}})]


def test_each_request_has_parameters_of_its_own() -> None:
    routes, first, second = Routes(), scope_of(), scope_of()
    routes.respond(first)
    routes.respond(second)
    assert first["path_params"] is not second["path_params"]
    first["path_params"]["id"] = "changed"
    assert second["path_params"] == {"id": "3"}


# name: the scope of a request that is not simply answered by an operation
OTHER: dict[str, Any] = {
    "no_route": scope_of(path="/nothing"),
    "other_method": scope_of(method="PUT"),
    "slash": scope_of(path="/items/3/"),
    "left_to_the_general_way": scope_of(path="/other"),
    "the_same_below_a_mount": scope_of(path="/other", path_params={"tenant": "a"}),
    "websocket": scope_of(type="websocket"),
    "lifespan": {"type": "lifespan"},
    "no_type": {"method": "GET", "path": "/items/3"},
    "no_method": {"type": "http", "path": "/items/3"},
    "no_path": {"type": "http", "method": "GET"},
    "path_of_bytes": scope_of(path=b"/items/3"),
    "surrogate": scope_of(path="/items/\ud800"),
    "surrogate_in_the_root_path": scope_of(root_path="/\ud800"),
    "root_path_of_bytes": scope_of(root_path=b""),
    "parameters_of_another_class": scope_of(path_params=MappingProxyType({"tenant": "a"})),
    "no_parameters": scope_of(path_params=None),
}


@pytest.mark.parametrize("scope", OTHER.values(), ids=OTHER)
def test_anything_else_is_left_as_it_is(scope: Scope) -> None:
    routes, before = Routes(), dict(scope)
    for _ in range(2):
        asked = dict(scope)
        assert routes.respond(asked) == ("otherwise",)
        assert asked == {"router": OWNER, **before}


class OtherScope(Scope):
    """A dictionary that may say something else than is in it."""


@pytest.mark.parametrize("scope", [object(), OtherScope(scope_of())], ids=["object", "subclass"])
def test_a_scope_of_another_class_is_left_as_it_is(scope: Any) -> None:
    assert Routes().respond(scope) == ("otherwise",)


def test_an_exception_is_answered() -> None:
    def answers(*_called: object) -> object:
        raise LookupError("no answer")

    assert Routes(answers).respond(scope_of()) == ("failed", "LookupError('no answer')")


def test_an_exception_while_compiling_is_answered_each_time() -> None:
    table = AsgiTable(
        Router([("/items/{id}", "http", ["GET"])]),
        OWNER,
        lambda _index, _scope: 1 / 0,  # type: ignore[arg-type,return-value]  # it returns nothing
        print,
        lambda error, *_called: type(error),
    )
    assert table.respond(scope_of(), receive, send) is ZeroDivisionError
    assert table.respond(scope_of(), receive, send) is ZeroDivisionError


def test_what_ends_a_program_is_raised() -> None:
    def answers(*_called: object) -> object:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Routes(answers).respond(scope_of())


def test_everything_is_compiled_again_when_it_is_cleared() -> None:
    routes = Routes()
    for path in ("/items/3", "/other", "/items/3", "/other"):
        routes.respond(scope_of(path=path))
    assert [index for index, _ in routes.compiled] == [0, 1]
    routes.table.clear()
    routes.respond(scope_of())
    assert [index for index, _ in routes.compiled] == [0, 1, 0]


def test_what_changes_while_it_is_compiled_is_compiled_again() -> None:
    routes = Routes()
    compile_route = routes.compile

    def compile_while_it_changes(index: int, scope: Scope) -> Any:
        routes.table.clear()
        return compile_route(index, scope)

    routes.table = AsgiTable(
        Router([("/items/{id}", "http", ["GET"])]), OWNER, compile_while_it_changes, print, print
    )
    assert routes.respond(scope_of()) == ("answered",)
    assert routes.respond(scope_of()) == ("answered",)
    assert len(routes.compiled) == 2


def test_a_circle_is_freed() -> None:
    routes = Routes()
    routes.respond(scope_of())
    gone = ref(routes)
    del routes
    gc.collect()
    assert gone() is None
