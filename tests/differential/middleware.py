"""Generates the middleware of an application."""

from typing import Any

from tests.differential.choices import Choices
from tests.differential.descriptions import Middleware

_CORS: list[dict[str, Any]] = [
    {"allow_origins": ["*"]},
    {"allow_origins": ["http://a.b"], "allow_credentials": True, "expose_headers": ["x-a"]},
    {"allow_origins": ["*"], "allow_methods": ["*"], "allow_headers": ["*"], "max_age": 5},
    {"allow_origin_regex": "http://.*", "allow_headers": ["X-B"], "allow_credentials": True},
]
_ALL: list[tuple[str, list[dict[str, Any]]]] = [
    (
        "http",
        [
            {"how": how}
            for how in (
                *("passes", "answers", "catches", "reads", "sets", "raises", "refuses"),
                *("streams", "discards", "consumes", "wraps", "fails"),
            )
        ],
    ),
    ("pure", [{"name": "outer"}, {"name": "inner"}]),
    ("CORSMiddleware", _CORS),
    ("GZipMiddleware", [{"minimum_size": 0}, {"minimum_size": 30}]),
    ("TrustedHostMiddleware", [{"allowed_hosts": ["testserver", "*.org"]}, {}]),
    ("HTTPSRedirectMiddleware", [{}]),
]
_ORIGINS = ["http://a.b", "http://c.d", "null", "", "http://a.b:80"]


def some_middleware(choices: Choices) -> list[Middleware]:
    """Middleware, mostly none; the last is the outermost."""
    if not choices.rarely(3):
        return []
    described: list[Middleware] = []
    for _ in range(1 + choices.below(3)):
        # What turns everybody away is not met often.
        name, options = choices.one_of([*_ALL[:4], *_ALL[:4], *_ALL])
        described.append({"name": name, "options": choices.one_of(options)})
    return described


def headers_for(choices: Choices, described: list[Middleware]) -> list[tuple[str, str]]:
    """Headers that middleware looks at."""
    headers = []
    names = [middleware["name"] for middleware in described]
    if "CORSMiddleware" in names and not choices.rarely(3):
        headers.append(("origin", choices.one_of(_ORIGINS)))
        if choices.rarely(3):
            asked = ["GET", "POST", "PATCH", "x"]
            headers.append(("access-control-request-method", choices.one_of(asked)))
        if choices.rarely(4):
            headers.append(("access-control-request-headers", choices.one_of(["x-b", "X-A, y"])))
        if choices.rarely(4):
            headers.append(("cookie", "a=1"))
    if "GZipMiddleware" in names and not choices.rarely(4):
        headers.append(("accept-encoding", choices.one_of(["gzip", "deflate, gzip;q=0.5", "br"])))
    if "TrustedHostMiddleware" in names:
        headers.append(("host", choices.one_of(["testserver", "a.org", "testserver:80", "b.com"])))
    if "http" in names and choices.rarely(3):
        headers.append(("x-a", "1"))
    return headers
