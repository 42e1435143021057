"""How the time of parsers and routes grows with their input: the exponent, of four sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import monotonic, thread_time
from typing import Any, AnyStr, TypeAlias

from ferroapi import _core
from verification.part import Effort
from verification.row import Row

SIZES = (8_192, 16_384, 32_768, 65_536)
"""Bytes of input."""

MOST = 1.2
REPEATS = 8
AGAIN = 3
LEAST = 0.002
"""Seconds that are timed together at least."""

Make: TypeAlias = Callable[[int], Callable[[], Any]]


def _repeated(unit: AnyStr, size: int) -> AnyStr:
    return unit * (size // len(unit))


def _route(pattern: str, unit: str, end: str = "") -> Make:
    router = _core.Router([(pattern, "http", ["GET"])])

    def make(size: int) -> Callable[[], Any]:
        path = f"/{_repeated(unit, size)}{end}"
        return lambda: router.match("GET", path)

    return make


def _extract(parameters: _core.Parameters, unit: bytes, place: str) -> Make:
    def make(size: int) -> Callable[[], Any]:
        text = _repeated(unit, size)
        if place == "query":
            return lambda: parameters.extract({}, text, [])
        return lambda: parameters.extract({}, b"", [(place.encode(), text)])

    return make


def _headers(size: int) -> Callable[[], Any]:
    headers = [(b"x-%d" % number, b"a") for number in range(size // 8)]
    return lambda: HEADER.extract({}, b"", headers)


def _of(function: Callable[[bytes], Any], unit: bytes, first: bytes = b"") -> Make:
    def make(size: int) -> Callable[[], Any]:
        text = first + _repeated(unit, size)
        return lambda: function(text)

    return make


def _form(text: bytes) -> Any:
    form = _core.UrlencodedForm(10**9, 10**9)
    for at in range(0, len(text), 16):
        form.write(text[at : at + 16])
    form.finish()
    return form.pairs()


def _gather(text: bytes) -> Any:
    buffer = _core.FrameBuffer()
    for at in range(0, len(text), 64):
        buffer.append(text[at : at + 64])
    return buffer.take()


QUERY = _core.Parameters(query=[("a", ["a"], "all")])
COOKIE = _core.Parameters(cookie=[("a", ["a"], "last")])
HEADER = _core.Parameters(header=[("a", ["x-a"], "all")])
OTHERS = _core.Parameters(others=("query", set()))

CASES: dict[str, Make] = {
    "route: one parameter": _route("/{a}", "a"),
    "route: two in a segment": _route("/{a}-{b}x", "-"),
    "route: three in a segment": _route("/{a}-{b}-{c}x", "-"),
    "route: five in a segment": _route("/{a}-{b}-{c}-{d}-{e}x", "a-"),
    "route: a path between": _route("/{a:path}/b/{c:path}/d", "b/"),
    "route: many segments": _route("/{a:path}/end", "a/"),
    "route: a long integer": _route("/{a:int}", "1", "x"),
    "content type: parameters": _of(_core.is_json, b'; a=";"', b"application/json"),
    "content type: quotes": _of(_core.is_json, b'"\\', b"application/json; a="),
    "query: values": _extract(QUERY, b"a=1&", "query"),
    "query: separators": _extract(QUERY, b"&", "query"),
    "query: escapes": _extract(QUERY, b"a=%e2%82%ac&", "query"),
    "query: other names": _extract(OTHERS, b"b=1&b=2&", "query"),
    "cookie: pairs": _extract(COOKIE, b"a=1; ", "cookie"),
    "cookie: quotes": _extract(COOKIE, b'a="\\101\\"; ', "cookie"),
    "cookie: backslashes": _of(
        lambda text: COOKIE.extract({}, b"", [(b"cookie", text)]), b"\\0", b'a="'
    ),
    "headers: names": _headers,
    "form: pieces": _of(_form, b"a=1&"),
    "form: escapes": _of(_form, b"%e2"),
    "pairs": _of(_core.query_pairs, b"a=%zz&"),
    "JSON: check": _of(_core.check_json, b'{"a":[1,"x"]},', b"["),
    "JSON: nesting": _of(_core.check_json, b"["),
    "JSON: digits": _of(_core.has_long_integer, b"9"),
    "JSON: text": _of(lambda text: _core.encode_json(text.decode()), b'"\\\n'),
    "JSON: items": _of(lambda text: _core.encode_json([*text]), b"x"),
    "event: lines": _of(_core.sse_frame, b"\r\n"),
    "frames": _of(_gather, b"x"),
}


def seconds(function: Callable[[], Any]) -> float:
    """The processor time of one call, the least of some measurements: the others are of noise."""
    times = 1
    while (taken := _timed(function, times)) < LEAST:
        times *= 2
    return min(taken, *(_timed(function, times) for _ in range(REPEATS))) / times


def _timed(function: Callable[[], Any], times: int) -> float:
    started = thread_time()
    for _ in range(times):
        function()
    return thread_time() - started


def exponent(make: Make) -> float:
    """The slope of the times over the sizes, both as logarithms, by least squares."""
    points = [(math.log(size), math.log(seconds(make(size)))) for size in SIZES]
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    rise = sum((x - middle_x) * (y - middle_y) for x, y in points)
    return rise / sum((x - middle_x) ** 2 for x, _ in points)


def run(effort: Effort) -> list[Row]:
    """Each case; one that seems to grow too fast is measured again."""
    end, found = effort.end(0.4), dict[str, float]()
    for name, make in CASES.items():
        if monotonic() > end:
            break
        found[name] = exponent(make)
        for _ in range(AGAIN):
            if found[name] > MOST:
                found[name] = min(found[name], exponent(make))
        if found[name] > MOST:
            print(f"  {name}: exponent {found[name]:.2f}")
    worst = max(found.values(), default=0)
    return [Row("F9", "highest exponent", worst, MOST, len(found), len(CASES), "parsers, routes")]
