"""Every exported function called very often, with what it accepts and with what it refuses."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from itertools import repeat
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel

from ferroapi import _core
from ferroapi.datastructures import UploadFile
from ferroapi.encoders import ENCODERS_BY_TYPE, _encode
from ferroapi.plan.reading.schema_decoder import schema_decoder
from harness.contenders import BENCHES
from verification.part import Effort
from verification.row import Row

FULL, QUICK = 1_000_000, 20_000
FIRST = 2_000
"""Calls after which a function has everything that it keeps."""

GROWTH = 1.0
"""MiB that all other calls of one function may add."""

Call: TypeAlias = Callable[[], Any]

ROUTES: Any = [
    ("/a/{b}", "http", ["GET"]),
    ("/c/{d:int}/", "http", None),
    ("/w", "websocket", None),
]
ROUTER = _core.Router(ROUTES)
HEADERS = [(b"content-type", b"application/json"), (b"x-a", b"1"), (b"cookie", b'a=1; b="\\101"')]
ERRORS = [{"type": "missing", "loc": ("body", "a"), "msg": "Field required", "input": {"b": 1}}]
WRONG: Any = object()
PARAMETERS = _core.Parameters(
    path=[("p", ["p"])],
    query=[("q", ["q"], "all")],
    header=[("h", ["x-a"], "first")],
    cookie=[("c", ["b"], "last")],
)
OTHERS = _core.Parameters(others=("query", {"q"}))
FORM_PARAMETERS = _core.FormParameters(
    fields=[("a", ["a"], "all", False)], models=[("m", [(["b"], "first", True)], False, True)]
)


class Decoded(BaseModel):
    a: list[str | None]
    b: int = 0


VALUE = {"a": [1, 2.5, "text", None, True, {"b": ()}]}
SCHEMA = _core.SchemaEncoder([("list", 1), ("str",)], lambda value: b"null")
DECODER: Any = schema_decoder(Decoded.__pydantic_core_schema__)
BODY = b'{"a":[1,NaN,"\\ud800"]}'


def _raise(value: Any) -> Any:
    raise ValueError(value)


def _form() -> list[tuple[str, str]]:
    form = _core.UrlencodedForm(3, 20)
    form.write(b"a=1&b=")
    form.write(b"%e2%82%ac&a=2")
    form.finish()
    FORM_PARAMETERS.extract(form)
    return form.pairs()


def _full_form() -> None:
    form = _core.UrlencodedForm(1, 2)
    form.write(b"a=1&b=2&c=3")
    form.finish()


def _new_multipart_form() -> _core.MultipartForm:
    return _core.MultipartForm(
        b"B",
        lambda content, filename, headers: UploadFile(BytesIO(content), filename=filename),
        max_fields=2,
        max_files=2,
        max_field_size=20,
        max_kept=100,
    )


def _multipart_form() -> list[Any]:
    form = _new_multipart_form()
    form.write(b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B\r\nContent-Dis')
    form.write(b'position: form-data; name="b"; filename="f"\r\n\r\n2\r\n--B--')
    form.finish()
    FORM_PARAMETERS.extract(form)
    return [form.pairs(), form.files()]


def _buffered() -> bytes:
    buffer = _core.FrameBuffer()
    buffer.gather_for(1)
    buffer.jsonl("text")
    buffer.sse(b"text")
    buffer.event({"data": VALUE, "event": "e"}, lambda data: b"1")
    buffer.raw("text")
    buffer.append(b"text")
    return buffer.take()


def _event(data: Any) -> None:
    _core.FrameBuffer().event({"data": data, "event": "a\nb"}, _raise)


def _asgi_table(compile_route: Any = None) -> _core.AsgiTable:
    def nothing(*_called: object) -> None: ...

    def compile_first(index: int, _scope: object) -> Any:
        return None if index else (nothing, {"endpoint": nothing})

    return _core.AsgiTable(ROUTER, None, compile_route or compile_first, nothing, nothing)


ASGI_TABLE = _asgi_table()


def _scope(path: str) -> dict[str, Any]:
    return {"type": "http", "method": "GET", "path": path}


def _answered(path: str) -> Any:
    return ASGI_TABLE.respond(_scope(path), WRONG, WRONG)


CALLS: dict[str, Call] = {
    "Router": lambda: _core.Router(ROUTES),
    "Router, refused": lambda: _core.Router([("/{a}{a}", "http", None)]),
    "match": lambda: ROUTER.match("GET", "/a/b"),
    "match, another method": lambda: ROUTER.match("PUT", "/a/b"),
    "match, redirect": lambda: ROUTER.match("GET", "/c/1"),
    "match, nothing": lambda: ROUTER.match("GET", "/absent/\ud800"),
    "match, refused": lambda: ROUTER.match(WRONG, "/"),
    "AsgiTable": _asgi_table,
    "respond": lambda: _answered("/a/b"),
    "respond, compiled anew": lambda: (ASGI_TABLE.clear(), _answered("/a/b")),
    "respond, below a mount": lambda: ASGI_TABLE.respond(
        {**_scope("/m/a/b"), "root_path": "/m", "path_params": {"c": "d"}}, WRONG, WRONG
    ),
    "respond, general": lambda: _answered("/c/1/"),
    "respond, nothing": lambda: _answered("/absent/\ud800"),
    "respond, refused": lambda: ASGI_TABLE.respond(WRONG, WRONG, WRONG),
    "respond, failed": lambda: _asgi_table(lambda _index, _scope: WRONG).respond(
        _scope("/a/b"), WRONG, WRONG
    ),
    "match_websocket": lambda: ROUTER.match_websocket("/w"),
    "match_websocket, refused": lambda: ROUTER.match_websocket(WRONG),
    "is_json": lambda: _core.is_json(b"application/json"),
    "is_json, refused": lambda: _core.is_json(WRONG),
    "has_json_body": lambda: _core.has_json_body(HEADERS),
    "has_json_body, refused": lambda: _core.has_json_body([WRONG]),
    "json_syntax_error": lambda: _core.json_syntax_error(b'{"a": [1, 2], "b": NaN}'),
    "json_syntax_error, broken": lambda: _core.json_syntax_error(b'{"a": [1, 2,], "b": 1}'),
    "encode_errors": lambda: _core.encode_errors(ERRORS, frozenset(), lambda _: False, 1_000),
    "encode_errors, a secret": lambda: _core.encode_errors(
        ERRORS, frozenset(), lambda _: True, 1_000
    ),
    "encode_errors, too many": lambda: _core.encode_errors(ERRORS, frozenset(), lambda _: False, 9),
    "check_headers": lambda: _core.check_headers(HEADERS),
    "check_headers, refused": lambda: _core.check_headers([(b"a", b"\r\n")]),
    "content_type": lambda: _core.content_type(HEADERS),
    "content_type, refused": lambda: _core.content_type([(b"a", WRONG)]),
    "is_urlencoded_form": lambda: _core.is_urlencoded_form(b"application/x-www-form-urlencoded"),
    "is_urlencoded_form, refused": lambda: _core.is_urlencoded_form(WRONG),
    "multipart_boundary": lambda: _core.multipart_boundary(b"multipart/form-data; boundary=B"),
    "multipart_boundary, refused": lambda: _core.multipart_boundary(WRONG),
    "Parameters": lambda: _core.Parameters(query=[("q", ["q"], "all")]),
    "Parameters, refused": lambda: _core.Parameters(query=[("q", ["q"], WRONG)]),
    "extract": lambda: PARAMETERS.extract({"p": "1"}, b"q=1&q=%ff", HEADERS),
    "extract, others": lambda: OTHERS.extract({}, b"q=1&a=2&b=3&b=4", HEADERS),
    "extract, refused": lambda: PARAMETERS.extract({"p": "1"}, b"q=1", [*HEADERS, WRONG]),
    "query_pairs": lambda: _core.query_pairs(b"a=1&b=%zz&c"),
    "query_pairs, refused": lambda: _core.query_pairs(WRONG),
    "UrlencodedForm": _form,
    "UrlencodedForm, full": _full_form,
    "UrlencodedForm, refused": lambda: _core.UrlencodedForm(1, 1).write(WRONG),
    "MultipartForm": _multipart_form,
    "MultipartForm, broken": lambda: _new_multipart_form().write(b"--B\r\na\r\n"),
    "MultipartForm, refused": lambda: _new_multipart_form().write(WRONG),
    "FormParameters, refused": lambda: _core.FormParameters(fields=[("a", WRONG, "all", True)]),
    "jsonl_frame": lambda: _core.jsonl_frame("text"),
    "jsonl_frame, refused": lambda: _core.jsonl_frame("\ud800"),
    "sse_frame": lambda: _core.sse_frame("a\nb", event="e", id="1", retry=1, comment="c"),
    "sse_frame, refused": lambda: _core.sse_frame("a", event="a\nb"),
    "valid_sse_event": lambda: _core.valid_sse_event("e"),
    "valid_sse_event, refused": lambda: _core.valid_sse_event("\r"),
    "valid_sse_id": lambda: _core.valid_sse_id("1"),
    "valid_sse_id, refused": lambda: _core.valid_sse_id("\x00"),
    "FrameBuffer": _buffered,
    "FrameBuffer, refused event": lambda: _event("a"),
    "FrameBuffer, failing dump": lambda: _event(WRONG),
    "FrameBuffer, refused chunk": lambda: _core.FrameBuffer().raw(WRONG),
    "is_list_of": lambda: _core.is_list_of([1, 2], int),
    "is_list_of, not": lambda: _core.is_list_of([1, "a"], int),
    "check_json": lambda: _core.check_json(b'{"a":[1]}'),
    "check_json, found": lambda: _core.check_json(BODY),
    "check_json, refused": lambda: _core.check_json(WRONG),
    "has_long_integer": lambda: _core.has_long_integer(BODY),
    "encode_json": lambda: _core.encode_json(VALUE),
    "encode_json, not plain": lambda: _core.encode_json([VALUE, WRONG]),
    "encode_json, surrogate": lambda: _core.encode_json(["\ud800"]),
    "encode_json_item": lambda: _core.encode_json_item(VALUE),
    "encode_json_item, not plain": lambda: _core.encode_json_item({1: WRONG}),
    "json_size": lambda: _core.json_size(VALUE, 1_000),
    "json_size, refused": lambda: _core.json_size(VALUE, WRONG),
    "SchemaDecoder": lambda: DECODER.decode(b'{"a": ["text", null], "b": 1}'),
    "SchemaDecoder, otherwise": lambda: DECODER.decode(BODY),
    "SchemaDecoder, refused": lambda: _core.SchemaDecoder([("absent",)]),
    "SchemaEncoder": lambda: SCHEMA.encode(["a", "b"]),
    "SchemaEncoder, otherwise": lambda: SCHEMA.encode([1]),
    "SchemaEncoder, refused": lambda: _core.SchemaEncoder([("absent",)], _raise),
    "DataEncoder": lambda: _encode(VALUE, ENCODERS_BY_TYPE),
    "DataEncoder, failing": lambda: _encode([WRONG], ENCODERS_BY_TYPE),
}
"""Each has the name of what it calls; one that is refused raises."""


def resident() -> int:
    """Resident bytes of this process."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def call(function: Call, times: int) -> None:
    """Calls it, whatever it raises."""
    for _ in repeat(None, times):
        with contextlib.suppress(Exception):
            function()


def main(times: int) -> None:
    """Writes by how many bytes the process grew, a line for each function."""
    for name, function in CALLS.items():
        call(function, FIRST)
        gc.collect()
        before = resident()
        call(function, times)
        gc.collect()
        print(json.dumps([name, resident() - before]), flush=True)


PROGRAM = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from verification.memory.calls import main
main(int(sys.argv[2]))
"""


def run(effort: Effort) -> list[Row]:
    """Calls them in a process of their own, and tells the one after which it had grown most."""
    times = effort.sized(FULL, QUICK)
    paths = json.dumps([str(BENCHES), str(BENCHES.parent)])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, paths, str(times)],
        stdout=subprocess.PIPE,
        text=True,
        timeout=effort.seconds,
        check=True,
    )
    growths = dict(map(json.loads, done.stdout.splitlines()))
    grown = {name: growth / 2**20 for name, growth in growths.items() if growth > 2**20 * GROWTH}
    for name, growth in grown.items():
        print(f"  {name}: {growth:.2f} MiB")
    most = max(growths.values()) / 2**20
    wanted = times * len(CALLS)
    name = f"growth of the worst of {len(CALLS)} calls"
    return [Row("F24", name, most, GROWTH, times * len(growths), wanted, "calls", "MiB")]
