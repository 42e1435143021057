"""`ferroapi._core.Router` against Starlette's regular expressions, scanned one by one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from re import Pattern, escape
from time import perf_counter
from typing import Literal, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import compile_path

from ferroapi._core import MethodNotAllowed, Redirect, Router

Protocol: TypeAlias = Literal["http", "websocket", "any"]
Row: TypeAlias = tuple[str, Protocol, Sequence[str] | None]
Found: TypeAlias = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class NotAllowed:
    """`MethodNotAllowed` as a value that can be compared."""

    index: int
    params: dict[str, str]
    allowed: list[str]


@dataclass(frozen=True)
class RedirectTo:
    """`Redirect` as a value that can be compared."""

    path: str


Answer: TypeAlias = Found | NotAllowed | RedirectTo | None


def answer(router: Router, method: str, path: str) -> Answer:
    match router.match(method, path):
        case MethodNotAllowed() as found:
            return NotAllowed(found.index, found.params, found.allowed)
        case Redirect() as found:
            return RedirectTo(found.path)
        case found:
            return found


class Scan:
    """The rules of `starlette.routing.Router.app`, with the methods of all routes in a 405."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows: list[tuple[int, Pattern[str], Protocol, Sequence[str] | None]] = [
            (index, compile_path(pattern)[0], protocol, methods)
            for index, (pattern, protocol, methods) in enumerate(rows)
        ]

    def with_path(
        self, path: str, other: Protocol
    ) -> list[tuple[int, dict[str, str], Sequence[str]]]:
        """Index, captures and methods of each route, those of the other protocol left out."""
        return [
            (index, match.groupdict(), methods or ())
            for index, regex, protocol, methods in self.rows
            if protocol != other and (match := regex.match(path))
        ]

    def match(self, method: str, path: str) -> Answer:
        with_path = self.with_path(path, "websocket")
        for index, params, methods in with_path:
            if not methods or method in methods:
                return index, params
        if with_path:
            index, params, _ = with_path[0]
            allowed = dict.fromkeys(name for *_, methods in with_path for name in methods)
            return NotAllowed(index, params, list(allowed))
        if path == "/":
            return None
        target = path.rstrip("/") if path.endswith("/") else path + "/"
        return RedirectTo(target) if self.with_path(target, "websocket") else None

    def match_websocket(self, path: str) -> Found | None:
        return next(((index, params) for index, params, _ in self.with_path(path, "http")), None)


TEXTS = ["a", "b", "ab", "-", ".", "1", "12", "x", "A", ":", "é", "\n", "{", "}", "", "日", "*"]
UUIDS = ["0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789ABCDEF"]
CONVERTORS = ["", ":str", ":int", ":float", ":uuid", ":path"]


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Up to three segments of texts and parameters; now and then no slash in front."""
    piece = st.sampled_from(TEXTS) | st.sampled_from(CONVERTORS).map(lambda name: f"{{?{name}}}")
    segments = draw(st.lists(st.lists(piece, max_size=3).map("".join), max_size=3))
    pattern = draw(st.sampled_from(["/"] * 9 + [""])) + "/".join(segments)
    first, *others = pattern.split("?")
    return first + "".join(f"p{index}{text}" for index, text in enumerate(others))


rows = st.tuples(
    patterns(),
    st.sampled_from(["http", "http", "http", "websocket", "any"]),
    st.none() | st.lists(st.sampled_from(["GET", "PUT", "POST"]), max_size=2),
)


@st.composite
def paths(draw: st.DrawFn) -> str:
    """Paths of the texts that patterns are made of."""
    piece = st.sampled_from([*TEXTS, *UUIDS, "1.5"])
    segments = draw(st.lists(st.lists(piece, max_size=5).map("".join), max_size=4))
    return draw(st.sampled_from(["/"] * 19 + [""])) + "/".join(segments)


@given(
    table=st.lists(rows, max_size=10),
    requests=st.lists(st.tuples(st.sampled_from(["GET", "PUT", "HEAD"]), paths()), max_size=20),
)
def test_every_answer_is_that_of_a_scan(table: list[Row], requests: list[tuple[str, str]]) -> None:
    router, scan = Router(table), Scan(table)
    for method, path in requests:
        assert scan.match(method, path) == answer(router, method, path)
        assert scan.match_websocket(path) == router.match_websocket(path)


TABLE: list[Row] = [
    ("/users/{id}", "http", ["GET"]),
    ("/users/me", "http", ["GET", "PUT"]),
    ("/{name}.{extension}", "http", ["GET"]),
    ("/items/", "http", ["POST"]),
    ("/feed/{room}", "websocket", None),
    ("/static/{path:path}", "any", None),
]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        pytest.param("GET", "/users/me", (0, {"id": "me"}), id="first-declared"),
        pytest.param("PUT", "/users/me", (1, {}), id="later-full-match"),
        pytest.param(
            "DELETE", "/users/me", NotAllowed(0, {"id": "me"}, ["GET", "PUT"]), id="not-allowed"
        ),
        pytest.param(
            "GET", "/a.tar.gz", (2, {"name": "a.tar", "extension": "gz"}), id="several-parameters"
        ),
        pytest.param("GET", "/items", RedirectTo("/items/"), id="slash-added"),
        pytest.param("GET", "/users/é//", RedirectTo("/users/é"), id="slashes-removed"),
        pytest.param("GET", "/feed/1", None, id="websocket-only"),
        pytest.param("BREW", "/static/a/b", (5, {"path": "a/b"}), id="mount"),
        pytest.param("GET", "/users/\ud800", None, id="surrogate-in-path"),
        pytest.param(
            "\ud800", "/users/1", NotAllowed(0, {"id": "1"}, ["GET"]), id="surrogate-in-method"
        ),
    ],
)
def test_match(method: str, path: str, expected: Answer) -> None:
    assert expected == answer(Router(TABLE), method, path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("/feed/1", (4, {"room": "1"}), id="websocket"),
        pytest.param("/static/", (5, {"path": ""}), id="mount"),
        pytest.param("/items/", None, id="http-only"),
        pytest.param("/feed/\udfff", None, id="surrogate"),
    ],
)
def test_match_websocket(path: str, expected: Found | None) -> None:
    assert expected == Router(TABLE).match_websocket(path)


def test_redirects_can_be_switched_off() -> None:
    assert answer(Router(TABLE, redirect_slashes=False), "GET", "/items") is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param(("/{a:slug}", "http", None), "Unknown path convertor 'slug'", id="convertor"),
        pytest.param(
            ("/{b}{a}{b}{a}", "http", None),
            "Duplicated param names a, b at path /{b}{a}{b}{a}",
            id="duplicated",
        ),
        pytest.param(
            ("/", "ftp", None),
            "protocol must be 'http', 'websocket' or 'any', not 'ftp'",
            id="protocol",
        ),
    ],
)
def test_what_cannot_be_compiled_is_refused(row: Row, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{escape(message)}$"):
        Router([row])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param(b"GET", "/", id="method"),
        pytest.param("GET", b"/", id="path"),
        pytest.param("GET", None, id="no-path"),
    ],
)
def test_only_text_is_matched(method: str, path: str) -> None:
    with pytest.raises(TypeError):
        Router(TABLE).match(method, path)


@pytest.mark.parametrize("cls", [MethodNotAllowed, Redirect])
def test_answers_are_not_made_by_hand(cls: type) -> None:
    with pytest.raises(TypeError, match="cannot create"):
        cls()


@pytest.mark.parametrize("parameters", range(1, 6))
@pytest.mark.parametrize("length", [1_000, 2_000, 4_000, 8_000])
def test_time_is_linear_in_the_path(parameters: int, length: int) -> None:
    """A backtracking engine takes from seconds to centuries on three parameters and more."""
    names = "-".join(f"{{p{index}}}" for index in range(parameters))
    router = Router([(f"/{names}x", "http", None), (f"/{names}", "http", None)])
    text = "-" * (length % 2) + "a-" * (length // 2)
    start = perf_counter()

    for _ in range(10):
        found = router.match("GET", f"/{text}")

    assert perf_counter() - start < 5
    assert isinstance(found, tuple)
    index, params = found
    assert (1, text) == (index, "-".join(params.values()))


def test_threads_share_a_router() -> None:
    router = Router(TABLE)

    def look_up(_: int) -> list[Answer]:
        return [answer(router, "GET", f"/name{index}.txt") for index in range(1_000)]

    expected = [(2, {"name": f"name{index}", "extension": "txt"}) for index in range(1_000)]
    with ThreadPoolExecutor(4) as pool:
        assert [expected] * 4 == list(pool.map(look_up, range(4)))
