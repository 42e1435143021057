"""Applications that answer without failing by themselves, and requests to them to begin with."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count, islice
from typing import Any
from warnings import catch_warnings

from tests.differential.applications import application
from tests.differential.builder import Builder
from tests.differential.choices import Choices
from tests.differential.descriptions import Application, Sent

_FAILING = ("raises", "raises_at_end", "raises_instead", "swallows", "sets_status")
_REPLYING = ("type", "annotated", "response_class", "response_types")
_SCRIPT = [["accept"], ["arguments"], ["echo"]]

MOUNTED = 8

JSON = ("content-type", "application/json")
FORM = ("content-type", "application/x-www-form-urlencoded")
KEY = ("x-api-key", "demo")

PRODUCT = '{"name":"Tea \\u20ac","price_cents":350,"stock":12}'
ORDER = '{"product_id":1,"quantity":2}'


def innocent(seed: int) -> Application:
    """A generated application whose own code never fails, and that sends back what it was given."""
    described = application(Choices.seeded(seed))
    dependencies: Any = {
        name: _without(dependency, _FAILING)
        for name, dependency in described["dependencies"].items()
    }
    return {
        "models": described["models"],
        "dependencies": dependencies,
        "router": _router(described["router"]),
    }


def built(seed: int, calls: list[str]) -> Any:
    """The same of ferroapi, which notes its calls; `None` where it cannot be declared."""
    try:
        with catch_warnings(action="ignore"):
            return Builder("ferroapi", innocent(seed), calls).build()
    except Exception:  # as many as there are mistakes in declarations, which are generated as well
        return None


def mounted() -> dict[str, int]:
    """The paths of the generated applications that are in the one for servers, and their seeds."""
    seeds = (seed for seed in count() if built(seed, []) is not None)
    return {f"/generated{seed}": seed for seed in islice(seeds, MOUNTED)}


def _router(described: Any) -> Any:
    members = map(_member, described["members"])
    return {**_without(described, ("response_class",)), "members": list(members)}


def _member(described: Any) -> Any:
    if "members" in described:
        return _router(described)
    kept = _without(described, _FAILING + _REPLYING)
    if "socket" in kept:
        return {**kept, "script": _SCRIPT}
    kind = "sync" if kept["kind"] in ("sync", "generator") else "async"
    options = _without(kept.get("options", {}), ("status_code",))
    return {**kept, "kind": kind, "returns": {"how": "echo"}, "options": options}


def _without(described: Any, names: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in described.items() if key not in names}


def _sent(
    method: str, path: str, *headers: tuple[str, str], query: str = "", body: str = ""
) -> Sent:
    return {
        "method": method,
        "path": path,
        "query": query,
        "headers": list(headers),
        "body": [body],
    }


def to_shop() -> list[Sent]:
    """Requests that examples/shop answers, one of each kind; none of them waits."""
    room = _sent("GET", "/room", ("cookie", "nickname=Ann"))
    return [
        _sent("GET", "/products", query="search=te&limit=5&after=0"),
        _sent("GET", "/products/1"),
        _sent("POST", "/products", JSON, KEY, body=PRODUCT),
        _sent("PUT", "/products/1", JSON, KEY, body=PRODUCT),
        _sent("DELETE", "/products/9223372036854775807", KEY),
        _sent("POST", "/orders", JSON, body=ORDER),
        _sent("POST", "/orders", FORM, body="product_id=1&quantity=2"),
        _sent("GET", "/orders/1"),
        _sent("GET", "/export/products"),
        _sent("GET", "/export/orders"),
        _sent("GET", "/static/index.html", ("range", "bytes=0-9"), ("if-none-match", '"x"')),
        _sent("GET", "/docs"),
        _sent("GET", "/openapi.json"),
        _sent("GET", "/", ("cookie", "a=1; b=2")),
        {**room, "query": "nickname=Bob", "messages": [["text", "hello"], ["bytes", "\xff"]]},
    ]
