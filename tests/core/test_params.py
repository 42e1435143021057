"""`ferroapi._core.Parameters`, against the standard library and Starlette."""

import http.cookies
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request

from ferroapi._core import Parameters, query_pairs

MODES = st.sampled_from(["first", "last", "all"])


def query(query_string: bytes, name: str, mode: Any = "last") -> Any:
    parameters = Parameters(query=[("slot", [name], mode)])
    return parameters.extract({}, query_string, []).get("slot")


def header(headers: Any, *names: str, mode: Any = "first") -> Any:
    return Parameters(header=[("slot", names, mode)]).extract({}, b"", headers).get("slot")


def cookie(*headers: bytes, name: str = "a") -> Any:
    parameters = Parameters(cookie=[("slot", [name], "last")])
    return parameters.extract({}, b"", [(b"cookie", value) for value in headers]).get("slot")


# query


@pytest.mark.parametrize(
    ("query_string", "name", "expected"),
    [
        (b"", "q", None),
        (b"q=1&q=2", "q", "2"),
        (b"q", "q", ""),
        (b"&&q=1&", "q", "1"),
        (b"q=1;r=2", "q", "1;r=2"),
        (b"q=1=2", "q", "1=2"),
        (b"=1", "", "1"),
        (b"a+%62=a+b%2B", "a b", "a b+"),
        (b"a+b=1", "a+b", None),
        (b"q=%zz%u1234%4%", "q", "%zz%u1234%4%"),
        (b"q=%ff%C3x", "q", "\ufffd\ufffdx"),
        (b"q=\xff", "q", "\xff"),
        (b"q=%F0%9F%98%80", "q", "\U0001f600"),
        (b"\xe9=1", "\xe9", "1"),
    ],
)
def test_query(query_string: bytes, name: str, expected: str | None) -> None:
    assert query(query_string, name) == expected
    assert QueryParams(query_string).get(name) == expected


def bytes_of(pieces: bytes, *more: bytes) -> st.SearchStrategy[bytes]:
    """Values made of the pieces, and any others."""
    piece = st.sampled_from([*pieces.split(), *more]) | st.binary(min_size=1, max_size=1)
    return st.lists(piece, max_size=30).map(b"".join) | st.binary(max_size=40)


QUERY_STRINGS = bytes_of(
    rb"a b = & + % %C3 %a9 %41 %ED%A0 %80 %F0 %9f 4 ; a= &b=", b"\xc3\xa9", b"\xff", b"\x00"
)


@given(QUERY_STRINGS)
def test_query_is_parse_qsl(query_string: bytes) -> None:
    pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
    assert query_pairs(query_string) == pairs
    names = ["", "a", "b", *{name for name, _ in pairs}]
    parameters = Parameters(
        query=[((mode + name), [name], mode) for name in names for mode in ("first", "last", "all")]
    )
    expected: dict[str, Any] = {}
    for name, value in pairs:
        expected.setdefault("first" + name, value)
        expected["last" + name] = value
        expected.setdefault("all" + name, []).append(value)
    assert parameters.extract({}, query_string, []) == expected


@given(QUERY_STRINGS, st.lists(st.sampled_from(["", "a", "b", "\xe9"]), max_size=3), MODES)
def test_first_present_name_wins(query_string: bytes, names: list[str], mode: Any) -> None:
    values = QueryParams(query_string)
    name = next((name for name in names if name in values), None)
    expected: dict[str, Any] = {}
    if name is not None:
        of_name = values.getlist(name)
        expected["slot"] = {"first": of_name[0], "last": of_name[-1], "all": of_name}[mode]
    parameters = Parameters(query=[("slot", names, mode)])
    assert parameters.extract({}, query_string, []) == expected


# headers


@pytest.mark.parametrize(
    ("names", "mode", "expected"),
    [
        (["x-a"], "first", "1"),
        (["x-a"], "last", "\xe9"),
        (["x-a"], "all", ["1", "\xe9"]),
        (["X-A"], "first", "1"),
        (["x_a"], "first", "under"),
        (["missing", "x-b", "x-a"], "first", " b "),
        (["x-a", "x-b"], "all", ["1", "\xe9"]),
        (["missing"], "all", None),
        ([], "first", None),
    ],
)
def test_header(names: list[str], mode: str, expected: object) -> None:
    headers = [(b"x-a", b"1"), (b"x_a", b"under"), (b"x-b", b" b "), (b"X-A", b"\xe9")]
    assert header(headers, *names, mode=mode) == expected


@given(
    st.lists(st.tuples(st.sampled_from([b"x-a", b"x_a", b"", b"\xe9"]), st.binary(max_size=9))),
    st.sampled_from(["x-a", "X-a", "x_a", "", "\xe9", "missing"]),
)
def test_headers_are_starlettes(headers: list[tuple[bytes, bytes]], name: str) -> None:
    expected = Headers(raw=headers)
    assert header(headers, name) == expected.get(name)
    assert header(headers, name, mode="all") == (expected.getlist(name) or None)


def test_a_header_name_beyond_latin_1() -> None:
    with pytest.raises(ValueError, match="no header can have the name"):
        Parameters(header=[("slot", ["\u0142"], "first")])


# cookies


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"a=b=c", "b=c"),
        (b" a = b ", "b"),
        (b"A=1", None),
        (b"a=1; a=2", "2"),
        (b"a=1,b=2", "1,b=2"),
        (b"a", None),
        (b'a="', '"'),
        (b'a=""', ""),
        (b'a="x;y"', '"x'),
        (b'a="\\101\\102"', "AB"),
        (b'a="\\"\\\\\\x"', '"\\x'),
        (b'a="\\400\\08"', "40008"),
        (b'a="\\\n"', "\\\n"),
        (b"a=\xc3\xa0", "\xc3"),
    ],
)
def test_cookie(value: bytes, expected: str | None) -> None:
    assert cookie(value) == expected
    assert starlette_cookies([value]).get("a") == expected


def test_several_cookie_headers_are_one() -> None:
    assert cookie(b"a=1; b=2", b"a=3") == "3"
    assert cookie(b"a=1; b=2", b"a=3", name="b") == "2"


def starlette_cookies(values: Sequence[bytes]) -> dict[str, str]:
    return Request({"type": "http", "headers": [(b"cookie", value) for value in values]}).cookies


COOKIE_HEADERS = bytes_of(
    rb'a b = ; " a=" "; \ \101 \3 \4 0 7', *(b"%c" % byte for byte in b" \n\r\x1c\x85\xa0\xff\x00")
)


@given(st.lists(COOKIE_HEADERS, max_size=3))
def test_cookies_are_starlettes(values: list[bytes]) -> None:
    expected = starlette_cookies(values)
    names = {"", "a", "b", "\u0142", *expected}
    parameters = Parameters(cookie=[(name, [name], "last") for name in names])
    assert parameters.extract({}, b"", [(b"cookie", value) for value in values]) == expected


@pytest.mark.parametrize("byte", range(256))
def test_every_byte_and_octal_escape_in_a_cookie(byte: int) -> None:
    value = b'a="x%cx\\%03ox\\%c"; b%c=1' % (byte, byte, byte, byte)
    parameters = Parameters(cookie=[("a", ["a"], "last"), ("b", [f"b{byte:c}"], "last")])
    expected = starlette_cookies([value])
    assert parameters.extract({}, b"", [(b"cookie", value)]) == {
        name[0]: expected[name] for name in ("a", f"b{byte:c}") if name in expected
    }


# path


class OwnMapping(Mapping[str, Any]):
    def __init__(self, values: dict[str, Any]) -> None:
        self.values_ = values

    def __getitem__(self, name: str) -> Any:
        return self.values_[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


@pytest.mark.parametrize("mapping", [dict, OwnMapping])
def test_path_values_are_passed_on(mapping: type[Any]) -> None:
    value = object()
    parameters = Parameters(path=[("a", ["missing", "x"]), ("b", ["x", "y"]), ("c", ["missing"])])
    assert parameters.extract(mapping({"x": value, "y": 1}), b"", []) == {"a": value, "b": value}


# others


def naive_others(pairs: Iterable[tuple[str, str]], known: set[str]) -> dict[str, Any]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known:
            grouped.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in grouped.items()}


KNOWN = st.sets(st.sampled_from(["", "a", "b", "x-a", "\xe9"]))


@given(QUERY_STRINGS, KNOWN)
def test_other_names_of_a_query(query_string: bytes, known: set[str]) -> None:
    pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
    expected = naive_others(pairs, known)
    actual = Parameters(others=("query", known)).extract({}, query_string, [])
    assert list(actual.items()) == list(expected.items())


@given(
    st.lists(
        st.tuples(st.sampled_from([b"x-a", b"x_a", b"", b"\xe9"]), st.binary(max_size=3)),
        max_size=5,
    ),
    KNOWN,
)
def test_other_headers(headers: list[tuple[bytes, bytes]], known: set[str]) -> None:
    expected = naive_others(Headers(raw=headers).items(), known)
    actual = Parameters(others=("header", known)).extract({}, b"", headers)
    assert list(actual.items()) == list(expected.items())


def test_a_known_header_has_no_case() -> None:
    headers = [(b"X-A", b"1"), (b"X-B", b"2")]
    assert Parameters(others=("header", {"x-a"})).extract({}, b"", headers) == {"X-B": "2"}


@given(st.lists(COOKIE_HEADERS, max_size=3), KNOWN)
def test_other_cookies(values: list[bytes], known: set[str]) -> None:
    expected = [item for item in starlette_cookies(values).items() if item[0] not in known]
    headers = [(b"cookie", value) for value in values]
    actual = Parameters(others=("cookie", known)).extract({}, b"", headers)
    assert list(actual.items()) == expected


def test_others_come_after_the_slots_of_their_place() -> None:
    parameters = Parameters(
        query=[("slot", ["b"], "last")], header=[("h", ["h"], "first")], others=("query", {"b"})
    )
    found = parameters.extract({}, b"a=1&b=2&c=3&a=4", [(b"h", b"5")])
    assert list(found.items()) == [("slot", "2"), ("a", ["1", "4"]), ("c", "3"), ("h", "5")]


# all together


def test_slots_come_in_order_of_place_and_declaration() -> None:
    parameters = Parameters(
        cookie=[("c", ["c"], "last")],
        header=[("h2", ["h"], "first"), ("h1", ["h"], "all"), ("raw", ["cookie"], "first")],
        query=[("q2", ["q"], "last"), ("q1", ["q"], "first")],
        path=[("p", ["p"])],
    )
    headers = [(b"h", b"1"), (b"cookie", b"c=3"), (b"h", b"2")]
    assert list(parameters.extract({"p": 0}, b"q=1&q=2", headers).items()) == [
        ("p", 0),
        ("q2", "2"),
        ("q1", "1"),
        ("h2", "1"),
        ("h1", ["1", "2"]),
        ("raw", "c=3"),
        ("c", "3"),
    ]


def test_headers_are_read_only_when_wanted() -> None:
    nothing: Any = object()
    assert Parameters(query=[("q", ["q"], "last")]).extract({}, b"q=1", nothing) == {"q": "1"}
    assert Parameters().extract({}, b"q=1", nothing) == {}


@pytest.mark.parametrize(
    "places",
    [
        {"query": [("slot", "name", "last")]},
        {"query": [("slot", ["name"], "any")]},
        {"query": [("slot", ["name"], None)]},
        {"query": [("slot", ["name"])]},
        {"query": [("slot", [b"name"], "last")]},
        {"query": [("slot", ["\ud800"], "last")]},
        {"query": [(1, ["name"], "last")]},
        {"query": None},
        {"path": [("slot", ["\ud800"])]},
        {"others": ("path", set())},
        {"others": ("query", ["a"])},
        {"others": "query"},
        {"body": []},
    ],
)
def test_bad_declarations(places: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Parameters(**places)


# hostile objects

WANTED = Parameters(header=[("h", ["h"], "all")], cookie=[("c", ["c"], "last")])


class Pair(Sequence[Any]):
    """A pair that runs something whenever it is read."""

    def __init__(self, first: Any, second: Any, effect: Any = lambda: None) -> None:
        self.items = (first, second)
        self.effect = effect

    def __len__(self) -> int:
        self.effect()
        return 2

    def __getitem__(self, index: Any) -> Any:
        self.effect()
        return self.items[index]


class Bytes(bytes):
    def __eq__(self, other: object) -> bool:
        raise AssertionError

    __hash__ = None  # type: ignore[assignment]  # to fail whoever hashes it


@pytest.mark.parametrize(
    "headers",
    [
        [[b"h", b"1"], (b"cookie", b"c=2")],
        ((b"h", b"1"), (b"cookie", b"c=2")),
        iter([(b"h", b"1"), (b"cookie", b"c=2")]),
        [Pair(b"h", b"1"), Pair(b"cookie", b"c=2")],
        [(Bytes(b"h"), Bytes(b"1")), (Bytes(b"cookie"), Bytes(b"c=2"))],
        {(b"h", b"1"): 0, (b"cookie", b"c=2"): 0},
    ],
)
def test_headers_in_other_containers(headers: Any) -> None:
    assert WANTED.extract({}, b"", headers) == {"h": ["1"], "c": "2"}


@pytest.mark.parametrize(
    "headers",
    [
        None,
        1,
        "ab",
        [1],
        [None],
        [b"ab"],
        [()],
        [(b"h",)],
        [(b"h", b"1", b"2")],
        [("h", "1")],
        [(b"h", None)],
        [(bytearray(b"h"), b"1")],
        [{0: b"h", 1: b"1"}],
        [[]],
        [Pair("h", b"1")],
    ],
)
def test_headers_of_wrong_types(headers: Any) -> None:
    with pytest.raises(TypeError):
        WANTED.extract({}, b"", headers)


def test_headers_that_shrink_and_grow_while_they_are_read() -> None:
    shrinking: list[Any] = []
    shrinking += [Pair(b"h", b"1", shrinking.clear), (b"h", b"2")]
    assert WANTED.extract({}, b"", shrinking) == {"h": ["1"]}

    growing: list[Any] = []

    def grow() -> None:
        if len(growing) < 100:
            growing.append((b"h", b"2"))

    growing.append(Pair(b"h", b"1", grow))
    assert WANTED.extract({}, b"", growing) == {"h": ["1"]}


def test_a_pair_that_raises() -> None:
    def fail() -> None:
        raise LookupError("own error")

    headers: list[Any] = [Pair(b"h", b"1", fail)]
    with pytest.raises(LookupError, match="own error"):
        WANTED.extract({}, b"", headers)


@pytest.mark.parametrize(
    ("path_params", "query_string"), [(None, b""), ([], b""), ({}, "q=1"), ({}, None)]
)
def test_places_of_wrong_types(path_params: Any, query_string: Any) -> None:
    with pytest.raises(TypeError):
        WANTED.extract(path_params, query_string, [])


# sizes

SIZE = 60_000


@pytest.mark.parametrize(
    "piece",
    [b"&", b"=", b"a&", b"a=%41&", b"%", b"%C3", b"%61&", b"+", b"\xe9", b";", b"a=1&b=2&"],
)
def test_60_kb_of_query(piece: bytes) -> None:
    hostile = piece * (SIZE // len(piece))
    start = time.process_time()
    for query_string in (hostile, b"a=" + hostile):
        values = QueryParams(query_string)
        assert query(query_string, "a", "all") == (values.getlist("a") or None)
        others = Parameters(others=("query", {"a"})).extract({}, query_string, [])
        assert others.keys() == values.keys() - {"a"}
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "piece", [rb"\"", rb"\\", rb"\101", rb"\1", b'"', b"=", b" ", b"\xa0", b"\xe9"]
)
def test_60_kb_of_cookie(piece: bytes) -> None:
    content = piece * (SIZE // len(piece))
    start = time.process_time()
    actual = cookie(b'a="' + content + b'"')
    assert time.process_time() - start < 0.1
    expected = re.sub(
        r"\\(?:([0-3][0-7][0-7])|(.))",
        lambda escape: chr(int(escape[1], 8)) if escape[1] else escape[2],
        content.decode("latin-1"),
    )
    assert actual == expected
    assert cookie(b'a="' + piece * 9 + b'"') == http.cookies._unquote(
        (b'"' + piece * 9 + b'"').decode("latin-1")
    )


@pytest.mark.parametrize("piece", [b";", b"a;", b"a=1;", b" ;", b"=;"])
def test_60_kb_of_cookies(piece: bytes) -> None:
    value = piece * (SIZE // len(piece))
    start = time.process_time()
    actual = cookie(value)
    assert time.process_time() - start < 0.1
    assert actual == starlette_cookies([value]).get("a")


def test_10_000_headers() -> None:
    headers = [(b"h", b"%d" % number) for number in range(10_000)]
    assert header(headers, "h") == "0"
    assert header(headers, "h", mode="last") == "9999"
    assert header(headers, "h", mode="all") == [str(number) for number in range(10_000)]
