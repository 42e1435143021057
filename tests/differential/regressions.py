"""Requests that were once answered differently, and one for each difference that is meant."""

from typing import Any, cast

from tests.differential.descriptions import (
    Application,
    Dependency,
    Handler,
    Middleware,
    Model,
    Operation,
    Sent,
)

Row = tuple[Application, Sent, str | None]
"""An application, a request, and the name of the documented difference, if there is one."""


def row(
    operation: dict[str, Any],
    sent: dict[str, Any],
    meant: str | None = None,
    *,
    models: tuple[Model, ...] = (),
    dependencies: dict[str, Dependency] | None = None,
    more: tuple[dict[str, Any], ...] = (),
    handlers: tuple[Handler, ...] = (),
    middleware: tuple[Middleware, ...] = (),
    **options: Any,
) -> Row:
    """A row of what is not the simplest that can be; `more` are further operations."""
    members = [_operation(described) for described in (operation, *more)]
    request: Any = {"method": "GET", "path": "/", "query": "", "headers": [], "body": [""], **sent}
    described: Application = {
        "models": list(models),
        "dependencies": dependencies or {},
        "router": {"members": list(members), **options},  # type: ignore[typeddict-item]  # some options of it
        "handlers": list(handlers),
        "middleware": list(middleware),
    }
    return described, request, meant


def _operation(described: dict[str, Any]) -> Operation:
    simplest: Any = {
        "kind": "async",
        "path": "/",
        "methods": ["GET"],
        "parameters": [],
        "returns": {"how": "echo"},
    }
    return cast("Operation", {**simplest, **described})


def json_body(text: str, **more: Any) -> dict[str, Any]:
    """A POST of JSON."""
    headers = [("content-type", "application/json")]
    return {"method": "POST", "headers": headers, "body": [text], **more}


ANY = {"methods": ["POST"], "parameters": [{"name": "a", "in": "body", "type": "any"}]}
FORM = {"methods": ["POST"], "parameters": [{"name": "a", "in": "form", "type": "str"}]}
NOTHING: Dependency = {"kind": "async", "parameters": []}
QUERY: Dependency = {"kind": "async", "parameters": [{"name": "q", "in": "query", "type": "int"}]}
MULTIPART = [("content-type", "multipart/form-data; boundary=bound")]


def parameter(described: Any, name: str = "a", location: str = "query", **more: Any) -> Any:
    """A parameter."""
    return {"name": name, "in": location, "type": described, **more}


def stream(**more: Any) -> dict[str, Any]:
    """An operation that sends events."""
    described = {"kind": "async_generator", "response_class": "EventSourceResponse"}
    return {**described, "returns": {"how": "value", "value": [1, 2], **more}}


EVENTS = stream()
LINES = {"kind": "async_generator", "returns": {"how": "value", "value": [1]}}


def handler(of: str) -> Handler:
    """A handler that answers."""
    return {"of": of, "kind": "async", "how": "answers", "status": 418}


REGRESSIONS: dict[str, Row] = {
    "order of the headers of events": row(EVENTS, {}),
    "order of a union": row(
        {
            "parameters": [
                parameter(["union", "date", "timedelta"], "a"),
                parameter(["union", "timedelta", "date"], "b"),
            ]
        },
        {"query": "a=x&b=x"},
    ),
    "precision of a default": row(
        {
            "parameters": [
                parameter("float", "a", default=0.0),
                parameter("float", "b", default=-0.0),
            ]
        },
        {},
    ),
    "member of what the endpoint takes whole": row(
        {
            "methods": ["POST"],
            "parameters": [
                parameter(["dict", "any"], location="body"),
                {"name": "d", "in": "dependency", "dependency": "member"},
            ],
        },
        {"method": "POST"},
        dependencies={
            "member": {
                "kind": "async",
                "parameters": [
                    parameter(["dict", "int"], location="body", options={"embed": True})
                ],
            }
        },
    ),
    "two byte order marks": row(ANY, json_body("\xff\xfe\xff\xfe1\x00")),
    "dependency in two scopes": row(
        {
            "parameters": [
                {"name": "d", "in": "dependency", "dependency": "user", "scope": "function"}
            ],
            "dependencies": ["user"],
        },
        {"path": "/openapi.json"},
        dependencies={
            "inner": {"kind": "async", "parameters": [parameter("int", location="header")]},
            "user": {
                "kind": "async",
                "parameters": [
                    {"name": "d", "in": "dependency", "dependency": "inner"},
                    parameter("color", "b", "header", options={"alias": "a"}),
                ],
            },
        },
    ),
    "form and body of one name": row(
        {
            "methods": ["POST"],
            "parameters": [
                parameter(["model", "M"], location="form"),
                {"name": "d", "in": "dependency", "dependency": "body"},
            ],
        },
        {"path": "/openapi.json"},
        models=({"name": "M", "fields": []},),
        dependencies={
            "body": {"kind": "async", "parameters": [parameter(["model", "M"], location="body")]}
        },
    ),
    "path of an error below a prefix": row(
        {"type": "str", "returns": {"how": "value", "value": 1}}, {}
    ),
    "not a number": row(ANY, json_body("NaN"), "not interoperable JSON"),
    "out of range": row(ANY, json_body("[1e999]"), "not interoperable JSON"),
    "lone surrogate": row(ANY, json_body('{"\\ud800":1}'), "not interoperable JSON"),
    "deep": row(ANY, json_body("[" * 250 + "]" * 250), "deep JSON"),
    "allow": row(
        {"methods": ["PUT"]}, {}, "all methods allowed", more=({"methods": ["POST", "PATCH"]},)
    ),
    "reset content": row(
        {
            "parameters": [{"name": "response", "in": "response"}],
            "sets_status": 205,
        },
        {},
        "no length of no content",
    ),
    "refused before reset content": row(
        {"parameters": [parameter("int")], "options": {"status_code": 205}}, {}
    ),
    "errors of a dependency": row(
        {
            "parameters": [{"name": "d", "in": "dependency", "dependency": "query"}],
            "dependencies": ["query"],
        },
        {},
        "one use of a dependency",
        dependencies={"query": QUERY},
    ),
    "calls of a dependency": row(
        {
            "parameters": [{"name": "d", "in": "dependency", "dependency": "user"}],
            "dependencies": ["user"],
        },
        {},
        "one use of a dependency",
        dependencies={
            "nothing": NOTHING,
            "user": {
                "kind": "async",
                "parameters": [
                    {"name": "d", "in": "dependency", "dependency": "nothing", "use_cache": False}
                ],
            },
        },
    ),
    "infinite reply": row(
        {"parameters": [parameter("float")], "returns": {"how": "arguments"}},
        {"query": "a=inf"},
        "null for no number",
    ),
    "refused stream": row({**EVENTS, "raises": {"status": 404}}, {}, "status of a stream"),
    "failing stream": row(stream(raises_after=1), {}, "all events before an error"),
    "failing lines with a handler": row(
        {**LINES, "returns": {"how": "value", "value": [1, 2], "raises_after": 1}},
        {},
        "error of a stream",
        handlers=(handler("ValueError"),),
    ),
    "empty token": row(
        {"parameters": [{"name": "s", "in": "security", "scheme": "oauth2"}]},
        {"headers": [("authorization", "Bearer ")]},
        "token required",
    ),
    "no token": row(
        {"parameters": [{"name": "s", "in": "security", "scheme": "oauth2?"}]},
        {"headers": [("authorization", "Bearer")]},
        "token required",
    ),
    "no number in no content": row(
        {
            "parameters": [parameter("float"), {"name": "response", "in": "response"}],
            "returns": {"how": "arguments"},
            "sets_status": 204,
        },
        {"query": "a=nan"},
        "null for no number",
    ),
    "returned bytes": row(
        {
            "methods": ["POST"],
            "parameters": [parameter("bytes", location="body")],
            "returns": {"how": "arguments"},
        },
        {"method": "POST", "headers": [("content-type", "text/plain")], "body": ["\xff"]},
        "echo of bytes",
    ),
    "echoed bytes": row(
        {"methods": ["POST"], "parameters": [parameter("int", location="body")]},
        {"method": "POST", "headers": [("content-type", "text/plain")], "body": ["\xff"]},
        "echo of bytes",
    ),
    "redirected bytes": row({"path": "/a/"}, {"path": "/a", "query": "\xff"}, "redirect of bytes"),
    "long number": row({"path": "/{p:int}"}, {"path": "/" + "9" * 4301}, "long numbers in paths"),
    "events after an end": row(
        {
            **stream(),
            "returns": {"how": "value", "value": []},
            "parameters": [
                {"name": "d", "in": "dependency", "dependency": "user", "scope": "function"}
            ],
        },
        {},
        "ends before events",
        dependencies={"user": {"kind": "generator", "parameters": []}},
    ),
    "long decimal": row(
        {"parameters": [parameter("decimal")], "returns": {"how": "arguments"}},
        {"query": "a=1e5000"},
        "long decimals",
    ),
    "long duration": row(
        {"parameters": [parameter("timedelta")]}, {"query": "a=-P999999999DT1S"}, "long durations"
    ),
    "form in another charset": row(
        FORM,
        {
            "method": "POST",
            "headers": [("content-type", "multipart/form-data; charset=utf-7; boundary=bound")],
            "body": [
                '--bound\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--bound--\r\n'
            ],
        },
        "charset of multipart",
    ),
    "cut off form": row(
        FORM,
        {
            "method": "POST",
            "headers": MULTIPART,
            "body": ['--bound\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--bound\r\n'],
        },
        "complete multipart",
    ),
    "JSON in a form": row(
        {
            "methods": ["POST"],
            "parameters": [parameter(["json", ["model", "M"]], location="form")],
        },
        {
            "method": "POST",
            "headers": [("content-type", "application/x-www-form-urlencoded")],
            "body": ["a=%7B%7D"],
        },
        "JSON models in forms",
        models=({"name": "M", "fields": []},),
    ),
    "error of another origin": row(
        {"returns": {"raises": {"error": "ValueError"}}},
        {"headers": [("origin", "http://a.b")]},
        "origins of errors",
        middleware=({"name": "CORSMiddleware", "options": {}},),
    ),
    "socket of another origin": row(
        {
            "socket": "/",
            "parameters": [parameter("int", location="cookie", default=1)],
            "script": [],
        },
        {"messages": [], "headers": [("origin", "http://a.b")]},
        "origins of sockets",
    ),
    "wrong method of two": row(
        {"methods": ["PUT"], "path": "/a/"}, {"path": "/a"}, "redirect within"
    ),
    "slashes of a root path": row(
        {"path": "/{p}"}, {"path": "/root///", "root_path": "/root/"}, "redirect within"
    ),
    "two slashes of a redirect": row(
        {"path": "/{p}/"}, {"path": "//1", "root_path": "/"}, "redirect within"
    ),
    "bracket of a redirect": row({"path": "/{p}/"}, {"path": "/["}, "redirect within"),
    "too late for a handler": row(
        stream(raises_after=1, response_class="StreamingResponse"),
        {},
        "all events before an error",
        handlers=(handler("Exception"),),
    ),
    "two methods": row(
        {"methods": ["GET", "POST"]}, {"path": "/openapi.json"}, "ids of operations"
    ),
    "declared length": row(
        {},
        {"headers": [("content-length", "999")]},
        "declared length",
        options={"max_body_size": 20},
    ),
    "file in an error": row(
        {"methods": ["POST"], "parameters": [parameter("int", "c", "form")]},
        {
            "method": "POST",
            "headers": MULTIPART,
            "body": [
                '--bound\r\nContent-Disposition: form-data; name="c"; filename="f"\r\n\r\nx'
                "\r\n--bound--\r\n"
            ],
        },
        handlers=(handler("RequestValidationError"),),
    ),
    "half a surrogate pair in an error": row(
        {"type": "int", "returns": {"how": "rich", "rich": "lone surrogate"}},
        {},
        "escaped surrogates",
        handlers=({**handler("ResponseValidationError"), "how": "default"},),
    ),
    "too large for a handler": row(
        {"methods": ["POST"], "parameters": [parameter("str", "body", "body")]},
        json_body('"' + "x" * 19 + '"'),
        handlers=(handler("HTTPException"),),
        options={"max_body_size": 20},
    ),
    "secret in the query": row(
        {"parameters": [parameter("int", "api_key")]},
        {"query": "api_key=x"},
        "masked secrets",
    ),
    "secret beside errors that are fewer": row(
        {
            "dependencies": ["scoped"],
            "parameters": [
                {"name": "d", "in": "dependency", "dependency": "scoped"},
                {"name": "e", "in": "dependency", "dependency": "needs"},
                parameter("int", "a", "header"),
            ],
        },
        {"headers": [("authorization", "x"), ("a", "x")], "query": "api_key=x"},
        "masked secrets",
        dependencies={
            "needs": {"kind": "sync", "parameters": [parameter("int", "api_key")]},
            "scoped": {
                "kind": "sync",
                "parameters": [
                    {"name": "s", "in": "security", "dependency": "needs", "scopes": ["x"]}
                ],
            },
        },
    ),
    "secret beside what is called again": row(
        {
            "parameters": [
                parameter("M0", "F", "header"),
                {"name": "d", "in": "dependency", "dependency": "scoped"},
                {"name": "e", "in": "dependency", "dependency": "scoped"},
            ]
        },
        {"headers": [("cookie", "a=b")]},
        "masked secrets",
        models=({"name": "M0", "fields": [{"name": "a", "type": "any"}]},),
        dependencies={
            "plain": {"kind": "sync", "parameters": []},
            "uses": {
                "kind": "sync",
                "parameters": [
                    {
                        "name": "d",
                        "in": "dependency",
                        "dependency": "plain",
                        "use_cache": False,
                    }
                ],
            },
            "scoped": {
                "kind": "sync",
                "parameters": [{"name": "s", "in": "security", "dependency": "uses"}],
            },
        },
    ),
    "many errors": row(
        {"methods": ["POST"], "parameters": [parameter(["list", "int"], "body", "body")]},
        json_body("[" + '"x",' * 200 + "0]"),
        "bounded errors",
    ),
    "stream with a header": row(
        {
            **LINES,
            "parameters": [{"name": "response", "in": "response"}],
            "sets_header": ("x-a", "1"),
        },
        {},
        "streams set",
    ),
    "stream below middleware": row(
        {"kind": "generator", "returns": {"how": "value", "value": []}},
        {},
        "start of a stream",
        middleware=({"name": "http", "options": {"how": "passes"}},),
    ),
    "failing stream below middleware": row(
        {"kind": "generator", "returns": {"how": "value", "value": [1, 2], "raises_after": 1}},
        {},
        "no end below middleware",
        middleware=({"name": "http", "options": {"how": "passes"}},),
    ),
    "refused key": row(
        {"parameters": [{"name": "s", "in": "security", "scheme": "key"}]},
        {},
        "one class of exceptions",
        handlers=(handler("HTTPException"),),
    ),
    "wrong parameter of a socket": row(
        {"socket": "/", "parameters": [parameter("int")], "script": []},
        {"messages": []},
        "reason of a close",
    ),
    "socket that is left open": row(
        {"socket": "/", "parameters": [{"name": "w", "in": "websocket"}], "script": [["accept"]]},
        {"messages": []},
        "open sockets",
    ),
    "socket of a client that has left": row(
        {
            "socket": "/",
            "parameters": [{"name": "w", "in": "websocket"}],
            "script": [["accept"], ["receive_text"]],
        },
        {"messages": [["disconnect", 1001]]},
        middleware=({"name": "pure", "options": {"name": ""}},),
    ),
    "task of a socket": row(
        {
            "socket": "/",
            "parameters": [
                {"name": "w", "in": "websocket"},
                {"name": "tasks", "in": "background"},
            ],
            "script": [["accept"], ["close"]],
        },
        {"messages": []},
        "tasks of sockets",
    ),
    "bytes for text": row(
        {
            "socket": "/",
            "parameters": [{"name": "w", "in": "websocket"}],
            "script": [["accept"], ["receive_text"]],
        },
        {"messages": [["bytes", "a"]]},
        "wrong frames",
    ),
    "left open, with a dependency that is used twice": row(
        {
            "socket": "/",
            "parameters": [
                {"name": "w", "in": "websocket"},
                {"name": "d", "in": "dependency", "dependency": "outer"},
                {"name": "e", "in": "dependency", "dependency": "outer"},
            ],
            "script": [["accept"]],
        },
        {"messages": []},
        "open sockets",
        dependencies={
            "inner": NOTHING,
            "outer": {
                "kind": "async",
                "parameters": [
                    {"name": "d", "in": "dependency", "dependency": "inner", "use_cache": False}
                ],
            },
        },
    ),
    "status after accepting": row(
        {
            "socket": "/",
            "parameters": [{"name": "w", "in": "websocket"}],
            "script": [["accept"], ["raise", {"status": 403}]],
        },
        {"messages": []},
        "late answers",
    ),
    "status after the client has left": row(
        {
            "socket": "/",
            "parameters": [
                {"name": "w", "in": "websocket"},
                {"name": "d", "in": "dependency", "dependency": "user"},
            ],
            "script": [["accept"], ["receive"]],
        },
        {"messages": []},
        "late answers",
        dependencies={
            "user": {"kind": "generator", "parameters": [], "raises_at_end": {"status": 418}}
        },
    ),
    "swallowed error": row(
        {
            "raises": {"error": "KeyError"},
            "parameters": [
                {"name": "d", "in": "dependency", "dependency": "user", "scope": "function"}
            ],
        },
        {},
        "swallowed",
        dependencies={"user": {"kind": "generator", "parameters": [], "swallows": True}},
    ),
    "tasks of two": row(
        {
            "parameters": [{"name": "tasks", "in": "background"}],
            "returns": {
                "how": "response",
                "response_class": "PlainTextResponse",
                "value": "v",
                "background": True,
            },
        },
        {},
        "all tasks",
    ),
    "bodies with one name": row(
        FORM,
        {"path": "/openapi.json"},
        "names of bodies",
        more=({**FORM, "parameters": [parameter("int", location="form")]},),
    ),
}
