"""Where objects of users get into the extension: a call with one of them, for each place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, TypeAlias

from uvicorn import Config
from uvicorn.server import ServerState

from ferroapi import _core
from ferroapi.encoders import ENCODERS_BY_TYPE, _encode
from ferroapi.server import HTTPProtocol
from verification.hostile.objects import Trap

Place: TypeAlias = Callable[[Any, Trap], Any]

PLAIN = {"a": 1}
NODES = [("list", 1), ("str",)]


def _router(value: Any, trap: Trap) -> Any:
    routes = trap.holding([("/a", "http", ["GET"]), value, ("/b/{c}", "http", None)])
    return _core.Router(routes).match("GET", "/b/c")


def _methods(value: Any, trap: Trap) -> Any:
    methods = trap.holding(["GET", value, "POST"])
    return _core.Router([("/a", "http", methods)]).match("PUT", "/a")


def _found(value: Any, trap: Trap) -> Any:
    return _core.Router([("/{a}", "http", ["GET"])]).match(value, "/x")


def _parameters(value: Any, trap: Trap) -> Any:
    wanted = trap.holding([("a", ["a"], "first"), value, ("b", ["b"], "all")])
    return _core.Parameters(query=wanted).extract({}, b"a=1&b=2", [])


def _names(value: Any, trap: Trap) -> Any:
    names = trap.holding(["a", value, "b"])
    return _core.Parameters(header=[("a", names, "all")]).extract({}, b"", [(b"a", b"1")])


def _others(value: Any, trap: Trap) -> Any:
    return _core.Parameters(others=("query", value)).extract({}, b"a=1&b=2", [])


def _extracted() -> _core.Parameters:
    return _core.Parameters(
        path=[("p", ["p"])],
        query=[("q", ["q"], "all")],
        header=[("h", ["h"], "all")],
        cookie=[("c", ["c"], "first")],
    )


def _headers(value: Any, trap: Trap) -> Any:
    headers = trap.holding([(b"h", b"1"), value, (b"cookie", b"c=1"), (b"h", b"2")])
    return _extracted().extract(PLAIN, b"q=1", headers)


def _header(value: Any, trap: Trap) -> Any:
    headers = trap.holding([(b"h", b"1"), (b"h", value), (value, b"2"), (b"cookie", value)])
    return _extracted().extract({}, b"", headers)


def _form(value: Any, trap: Trap) -> Any:
    form = _core.UrlencodedForm(10, 100)
    form.write(b"a=1&b=2")
    form.write(value)
    form.finish()
    return form.pairs()


def _form_parameters(value: Any, trap: Trap) -> Any:
    fields = trap.holding([("a", ["a"], "first", False), value])
    form = _core.UrlencodedForm(10, 100)
    form.write(b"a=1")
    form.finish()
    return _core.FormParameters(fields=fields).extract(form)


def _buffer() -> _core.FrameBuffer:
    buffer = _core.FrameBuffer()
    buffer.gather_for(10)
    return buffer


def _event(value: Any, trap: Trap) -> Any:
    fields = trap.holding({"data": value, "event": "e", "id": None, "raw_data": None})
    return _buffer().event(fields, lambda data: trap.spring() or b"1")


def _reentered(value: Any, trap: Trap) -> Any:
    buffer = _buffer()

    def dump(data: Any) -> bytes:
        buffer.take()
        buffer.append(b"x" * 100_000)
        buffer.event({"data": "inner"}, dump)
        return b"1"

    return buffer.event({"data": value, "event": None}, dump)


def _schema(value: Any, trap: Trap) -> Any:
    items = trap.holding(["a", value, "b"])
    return _core.SchemaEncoder(NODES, lambda value: trap.spring() or b"null").encode(items)


def _leaves(value: Any, trap: Trap) -> Any:
    items = trap.holding([1, "a", value, {"b": value}])

    def spoil(given: Any) -> Any:
        trap.spring()
        return given

    return _encode(items, {**ENCODERS_BY_TYPE, **dict.fromkeys(ENCODERS_BY_TYPE, spoil)})


def _settings(**changed: Any) -> Any:
    loop = asyncio.new_event_loop()
    given: dict[str, Any] = {
        "event_loop": loop,
        "app": lambda *arguments: None,
        "direct_app": None,
        "own_app": None,
        "unavailable": lambda *arguments: None,
        "limit_concurrency": None,
        "scope": {},
        "app_state": {},
        "root_path": "",
        "connections": set(),
        "tasks": set(),
        "logger": logging.getLogger("hostile"),
        "create_task": loop.create_task,
        "access_log": None,
        "head_size": 1000,
        "head_fields": 10,
        "target_size": 1000,
        "keep_alive_seconds": 1.0,
        "head_seconds": 1.0,
        "body_seconds": 1.0,
    }
    try:
        return _core.ServerSettings(**{**given, **changed})
    finally:
        loop.close()


class _Transport:
    """Gives itself away: each call has the connection read on, or hands back a hostile object."""

    def __init__(self, value: Any, trap: Trap) -> None:
        self._value = value
        self._trap = trap
        self.connection: Any = None
        self._depth = 0

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            self._trap.spring()
            if self.connection is not None and self._depth < 3:
                self._depth += 1
                self.connection.data_received(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                self.connection.pause_writing()
            return self._value

        return call

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return None


def _connection(value: Any, trap: Trap, data: Any = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": value})
        await send({"type": "http.response.body", "body": value})

    async def run() -> None:
        config = Config(application, lifespan="off", log_config=None, http=HTTPProtocol)
        config.load()
        connection = HTTPProtocol(config, ServerState(), {})
        transport = _Transport(value, trap)
        connection.connection_made(transport)  # type: ignore[arg-type]  # it is none
        transport.connection = connection
        try:
            connection.data_received(data)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        finally:
            connection.connection_lost(None)

    return asyncio.run(run())


def _message(value: Any, trap: Trap) -> Any:
    """What an application of a connection sends is hostile as a whole."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scope[value] = scope
        await send(value)

    async def run() -> None:
        config = Config(application, lifespan="off", log_config=None, http=HTTPProtocol)
        config.load()
        connection = HTTPProtocol(config, ServerState(), {})
        connection.connection_made(_Transport(None, trap))  # type: ignore[arg-type]  # no transport
        connection.data_received(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await asyncio.sleep(0)
        connection.connection_lost(None)

    return asyncio.run(run())


def _direct(value: Any, trap: Trap) -> Any:
    router = _core.Router([("/", "http", ["GET"])])
    return _core.DirectTable(router, value, unless_imported=value)


def _nothing(*_called: object) -> None: ...


def _asgi(scope: Any, compiled: Any = (_nothing, {"endpoint": None})) -> Any:
    router = _core.Router([("/{a}", "http", ["GET"])])
    compile_route: Any = compiled if callable(compiled) else lambda _index, _scope: compiled
    made = [_core.AsgiTable(router, scope, compile_route, _nothing, _nothing) for _ in "ab"]
    return [table.respond(scope, _nothing, _nothing) for table in made for _ in "ab"]


def _scope(value: Any, trap: Trap) -> Any:
    usual = {"type": "http", "method": "GET", "path": "/a", "root_path": ""}
    return [_asgi(trap.holding({**usual, key: value})) for key in usual]


PLACES: dict[str, Place] = {
    "a route": _router,
    "the routes": lambda value, trap: _core.Router(value),
    "a pattern": lambda value, trap: _core.Router([(value, "http", None)]),
    "the methods of a route": _methods,
    "the method of a request": _found,
    "the path of a request": lambda value, trap: _core.Router([]).match("GET", value),
    "the path of a WebSocket": lambda value, trap: _core.Router([]).match_websocket(value),
    "a content type": lambda value, trap: _core.is_json(value),
    "a scope": lambda value, trap: _asgi(value),
    "a value of a scope": _scope,
    "the parameters around a scope": lambda value, trap: _asgi(
        {"type": "http", "method": "GET", "path": "/a", "path_params": value}
    ),
    "what a route is compiled to": lambda value, trap: _asgi(
        {"type": "http", "method": "GET", "path": "/a"}, value
    ),
    "headers of a JSON body": lambda value, trap: _core.has_json_body(value),
    "a header of a JSON body": lambda value, trap: _core.has_json_body(
        trap.holding([value, (b"a", value), (b"content-type", value)])
    ),
    "headers of a response": lambda value, trap: _core.check_headers(value),
    "a header of a response": lambda value, trap: _core.check_headers(
        trap.holding([value, (b"a", value), (value, b"a")])
    ),
    "headers of a form": lambda value, trap: _core.content_type(value),
    "the type of a form": lambda value, trap: _core.is_urlencoded_form(value),
    "the boundary of a form": lambda value, trap: _core.multipart_boundary(value),
    "a wanted parameter": _parameters,
    "the wanted parameters": lambda value, trap: _core.Parameters(query=value),
    "a name of a parameter": _names,
    "known names": _others,
    "path parameters": lambda value, trap: _extracted().extract(value, b"", []),
    "a query string": lambda value, trap: _extracted().extract({}, value, []),
    "the headers of a request": lambda value, trap: _extracted().extract({}, b"", value),
    "one header of a request": _headers,
    "parts of headers": _header,
    "a query string as pairs": lambda value, trap: _core.query_pairs(value),
    "a limit of a form": lambda value, trap: _core.UrlencodedForm(value, value),
    "a chunk of a form": _form,
    "a field of a form": _form_parameters,
    "a line of JSON Lines": lambda value, trap: _core.jsonl_frame(value),
    "the data of an event": lambda value, trap: _core.sse_frame(value),
    "the type of an event": lambda value, trap: _core.sse_frame("a", event=value),
    "the id of an event": lambda value, trap: _core.sse_frame("a", id=value),
    "the retry of an event": lambda value, trap: _core.sse_frame("a", retry=value),
    "a comment": lambda value, trap: _core.sse_frame(comment=value),
    "a type that is checked": lambda value, trap: _core.valid_sse_event(value),
    "an id that is checked": lambda value, trap: _core.valid_sse_id(value),
    "the time of a buffer": lambda value, trap: _core.FrameBuffer().gather_for(value),
    "the chunks of a buffer": lambda value, trap: _core.FrameBuffer(value),
    "a line of a buffer": lambda value, trap: _buffer().jsonl(value),
    "an event of a buffer": lambda value, trap: _buffer().sse(value),
    "the fields of an event": _event,
    "all fields of an event": lambda value, trap: _buffer().event(value, repr),  # type: ignore[arg-type]  # any object
    "what dumps data": lambda value, trap: _buffer().event({"data": object()}, value),
    "a buffer in itself": _reentered,
    "a chunk of a buffer": lambda value, trap: _buffer().raw(value),
    "bytes of a buffer": lambda value, trap: _buffer().append(value),
    "a list and a type": lambda value, trap: _core.is_list_of([value, 1], value),
    "JSON text": lambda value, trap: _core.check_json(value),
    "JSON text with integers": lambda value, trap: _core.has_long_integer(value),
    "a value to encode": lambda value, trap: _core.encode_json(value),
    "an item to encode": lambda value, trap: _core.encode_json(trap.holding(["a", value, "b"])),
    "a member to encode": lambda value, trap: _core.encode_json(trap.holding({"a": value, "b": 1})),
    "a value of a stream": lambda value, trap: _core.encode_json_item(
        trap.holding({"a": [value], "b": value})
    ),
    "a key to encode": lambda value, trap: _core.encode_json(trap.holding({"a": 1, value: 2})),
    "nodes of a schema": lambda value, trap: _core.SchemaEncoder(
        trap.holding([("list", 1), value, ("model", value, value)]),
        repr,  # type: ignore[arg-type]  # any callable
    ),
    "an item of a schema": _schema,
    "a value of a schema": lambda value, trap: _core.SchemaEncoder(NODES, value).encode(value),
    "a value to make data of": lambda value, trap: _encode(value, ENCODERS_BY_TYPE),
    "a part to make data of": lambda value, trap: _encode(
        trap.holding({"a": [value], "b": {value}, "c": (value,)}), ENCODERS_BY_TYPE
    ),
    "encoders": lambda value, trap: _encode([1, "a", b"b"], value),
    "what is beside a leaf": _leaves,
    "settings of a server": lambda value, trap: [
        _settings(**{name: value})
        for name in ("event_loop", "scope", "connections", "head_size", "head_seconds", "app")
    ],
    "bytes of a connection": lambda value, trap: _connection(None, trap, value),
    "what a transport gives": _connection,
    "a message of an application": _message,
    "what compiles a route": _direct,
}
"""By what is hostile there."""
