"""`ferroapi._core` on JSON, against `json` and the parser behind pydantic."""

import collections
import datetime
import decimal
import enum
import json
import math
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import pydantic_core
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ferroapi._core import (
    check_json,
    encode_json,
    encode_json_item,
    has_long_integer,
    json_syntax_error,
)


def dumps_compact(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode()


def dumps_item(value: Any) -> bytes:
    return json.dumps(value).encode()


BOTH = pytest.mark.parametrize("encode", [encode_json, encode_json_item])

# Checking

BODIES: dict[str, tuple[bytes, tuple[str, int] | None]] = {
    "empty": (b"", None),
    "ordinary": (b'{"a": [1, -2.5e3, true, null, "NaN"]}', None),
    "NaN": (b'{"x": NaN}', ("non_finite", 6)),
    "Infinity": (b"Infinity", ("non_finite", 0)),
    "-Infinity": (b"[-Infinity]", ("non_finite", 1)),
    "exponent": (b"[1, 1e999]", ("non_finite", 4)),
    "fraction": (b"9" * 400 + b".5", ("non_finite", 0)),
    "integer": (b"9" * 400, None),
    "high": (rb'{"x": "\ud800"}', ("lone_surrogate", 7)),
    "low": (rb'["\udc00"]', ("lone_surrogate", 2)),
    "pair": (rb'["\ud83d\ude00"]', None),
    "raw surrogate": (b'"\xed\xa0\x80"', None),
    "not JSON": (b"\xff\xfe{'", None),
}


@pytest.mark.parametrize(("body", "expected"), BODIES.values(), ids=BODIES)
def test_check(body: bytes, expected: tuple[str, int] | None) -> None:
    assert expected == check_json(body)


# Telling what is wrong


def said_by_loads(body: bytes) -> tuple[str, int] | None:
    try:
        json.loads(body)
    except json.JSONDecodeError as error:
        return error.msg, error.pos
    return None


PIECES = (
    *'[]{}:,"\\/-+.eE0123 \n\t\r\x00\x1fabufé😀\u00a0\ufeff',
    *("null", "true", "fals", "NaN", "Infinity", "-Infinity", "1.5e-3", "-0", "01", "1e+"),
    *('"a"', '"b": ', '{"a": 1', "[1, ", '"\\u00e9"', "\\ud83d\\ude00", "\\u12", '"\\n', "'a'"),
)


@given(st.lists(st.sampled_from(PIECES)).map(lambda pieces: "".join(pieces).encode()))
@example(b'{"a": [1, {"b": "\\u00"}]}')
@example(b'["\\ud83d\\u12')
@example(b'["\\ud83d\\uzzzz"]')
@example(b"[1, ]")
@example(b'{"a": 1, }')
@example(b"")
def test_what_is_wrong_is_what_loads_says(body: bytes) -> None:
    if not body.startswith("\ufeff".encode()) and 0 not in body[:2]:
        assert json_syntax_error(body) == said_by_loads(body)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=JSON_VALUES, data=st.data())
def test_what_is_wrong_with_a_text_that_was_cut_or_changed(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    place = data.draw(st.integers(0, len(text)))
    left_out = data.draw(st.integers(0, 3))
    put_in = data.draw(st.sampled_from(["", *PIECES]))
    changed = text[:place] + put_in + text[place + left_out :]
    body = changed.encode("utf-8", "replace")
    if not body.startswith("\ufeff".encode()) and 0 not in body[:2]:
        assert json_syntax_error(body) == said_by_loads(body)


@pytest.mark.parametrize("body", [b"[\xff", b"\xef\xbb\xbf[", b"[\x00", b"[" + b"9" * 400 + b" x]"])
def test_what_is_left_to_loads(body: bytes) -> None:
    assert json_syntax_error(body) is None


@pytest.mark.parametrize("body", ["{}", None, bytearray(b"{}")])
def test_check_takes_bytes(body: Any) -> None:
    with pytest.raises(TypeError):
        check_json(body)


def is_parsed(body: bytes) -> bool:
    try:
        pydantic_core.from_json(body)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("inside", ["", " ", "1", '"["', "[]", "{}", "[1]", "[],[]", '{"a": 1}'])
@pytest.mark.parametrize(("opening", "closing", "each"), [("[", "]", 1), ('{"a":[', "]}", 2)])
def test_depth_is_that_of_the_parser(opening: str, closing: str, each: int, inside: str) -> None:
    for levels in range(196, 204):
        body = (opening * (levels // each) + inside + closing * (levels // each)).encode()

        assert (check_json(body) is None) == is_parsed(body)


@pytest.mark.parametrize("exponent", range(3, 7))
@pytest.mark.parametrize(("opening", "each"), [(b"[", 1), (b'{"a":', 1), (b'[{"":', 2)])
def test_depth_bomb(opening: bytes, each: int, exponent: int) -> None:
    fault = check_json(opening * 10**exponent)

    assert fault == ("too_deep", 200 // each * len(opening))


def leaves(value: Any) -> Iterator[Any]:
    match value:
        case dict():
            for key, item in value.items():
                yield key
                yield from leaves(item)
        case list():
            for item in value:
                yield from leaves(item)
        case _:
            yield value


def is_interoperable(leaf: Any) -> bool:
    match leaf:
        case float():
            return math.isfinite(leaf)
        case str():
            return not any("\ud800" <= character <= "\udfff" for character in leaf)
        case _:
            return True


WILD_TEXT = st.text(st.characters() | st.sampled_from('\ud800\udbff\udc00\udfff\U0001f600\\"u[{'))


def nested(leaf: st.SearchStrategy[Any], key: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaf,
        lambda inner: st.lists(inner) | st.dictionaries(key, inner),
        max_leaves=20,
    )


@given(
    nested(st.none() | st.booleans() | st.integers() | st.floats() | WILD_TEXT, WILD_TEXT),
    st.sampled_from([None, 1]),
)
@example({"a": float("nan")}, None)
@example(["\ud83d\ude00", "\ud83d"], None)
def test_check_finds_what_python_reads(value: Any, indent: int | None) -> None:
    body = json.dumps(value, indent=indent).encode()
    # A pair of lone halves is a pair once it is written.
    expected = all(map(is_interoperable, leaves(json.loads(body))))

    assert expected == (check_json(body) is None)


@given(
    st.tuples(
        st.sampled_from(["", "-"]),
        st.integers(0, 9_999).map(str) | st.integers(10**305, 10**313 - 1).map(str),
        st.just("") | st.text("0123456789", min_size=1).map(".{}".format),
        st.just("") | st.from_regex(r"[eE][+-]?[0-9]{1,4}", fullmatch=True),
    ).map("".join)
)
def test_check_reads_numbers_as_python(number: str) -> None:
    expected = isinstance(json.loads(number), int) or math.isfinite(float(number))

    assert expected == (check_json(number.encode()) is None)


@pytest.mark.parametrize("digits", [*range(305, 313), 400, 617, 618, 4_000])
@pytest.mark.parametrize("pattern", ["%s", "[-%s]", '{"a": "%s"}', "0.%s", " " * 500 + "%s, 1"])
def test_long_integer(pattern: str, digits: int) -> None:
    assert has_long_integer((pattern % ("1" * digits)).encode()) is (digits > 308)


def test_no_shorter_integer_is_beyond_a_double() -> None:
    assert math.isfinite(float("9" * 308))
    assert math.isinf(float("9" * 309))


# Encoding

PLAIN: dict[str, Any] = {
    "none": None,
    "true": True,
    "false": False,
    "zero": 0,
    "largest": 2**63 - 1,
    "smallest": -(2**63),
    "text": "plain",
    "escapes": '\b\f\n\r\t"\\/\x00\x1f\x7f\x80',
    "unicode": "\u00e9\u20ac\u2028\uffff\U00010000\U0001f600",
    "long text": "x" * 100 + "\n" + "\u00e9" * 100,
    "empty": [[], {}, (), ""],
    "list": [1, "a", None, [2, [3]]],
    "tuple": (1, (2, ()), [()]),
    "dict": {"a": 1, "": {"b": []}, "\n": {}, "_s": 1, "sa_": 2, "\u00e9": 3},
    "shared": [["twice"]] * 2,
    "floats": [1.0, -0.0, 0.1, 1e16, 1e-05, 0.0001, 1e22, 1.5e300, 5e-324, 123456789012345680.0],
    "brackets": ["[", "{", "]", "}", ",", {"[": "{"}],
}


@pytest.mark.parametrize("value", PLAIN.values(), ids=PLAIN)
def test_encode_plain(value: Any) -> None:
    assert dumps_compact(value) == encode_json(value)
    assert dumps_item(value) == encode_json_item(value)


class Number(int):
    pass


class Real(float):
    pass


class Text(str):
    pass


class Dictionary(dict[str, Any]):
    pass


class Sequence(list[Any]):
    pass


class Color(enum.IntEnum):
    RED = 1


class Name(enum.StrEnum):
    RED = "red"


class Point(NamedTuple):
    x: int


OTHER: dict[str, Any] = {
    "int subclass": Number(1),
    "float subclass": Real(1.0),
    "str subclass": Text("a"),
    "dict subclass": Dictionary(a=1),
    "list subclass": Sequence([1]),
    "IntEnum": Color.RED,
    "StrEnum": Name.RED,
    "named tuple": Point(1),
    "ordered dict": collections.OrderedDict(a=1),
    "default dict": collections.defaultdict(int, a=1),
    "set": {1},
    "bytes": b"a",
    "complex": 1j,
    "decimal": decimal.Decimal(1),
    "date": datetime.date(2024, 1, 1),
    "object": object(),
    "type": int,
    "range": range(3),
    "generator": (x for x in "ab"),
    "mapping view": {"a": 1}.items(),
    "large integer": 2**63,
    "small integer": -(2**63) - 1,
    "huge integer": 10**5000,
    "lone surrogate": "a\ud800",
    "lone surrogate as key": {"\udc00": 1},
    "int key": {1: 1},
    "bool key": {True: 1},
    "None key": {None: 1},
    "float key": {1.5: 1},
    "tuple key": {(1,): 1},
    "str subclass as key": {Text("a"): 1},
    "SQLAlchemy key": {"_sa_instance_state": 1},
    "shortest SQLAlchemy key": {"_sa": 1},
}


@BOTH
@pytest.mark.parametrize("value", OTHER.values(), ids=OTHER)
def test_encode_refuses(encode: Callable[[Any], bytes | None], value: Any) -> None:
    for wrapped in [value, [value], (1, value), {"a": value}, {"a": [1, {"b": value}]}]:
        assert encode(wrapped) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_encode_non_finite(value: float) -> None:
    assert encode_json([1.5, value]) is None
    assert encode_json_item([1.5, value, {"a": value}]) == b'[1.5, null, {"a": null}]'


def deep(levels: int, kind: type) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value} if kind is dict else kind([value])
    return value


@BOTH
@pytest.mark.parametrize("kind", [list, tuple, dict])
def test_encode_depth(encode: Callable[[Any], bytes | None], kind: type) -> None:
    opening, closing = (b'{"a":', b"}") if kind is dict else (b"[", b"]")
    written = (encode(deep(1_000, kind)) or b"").replace(b" ", b"")
    assert written == opening * 1_000 + b"1" + closing * 1_000
    for levels in [1_001, 10_000, 100_000]:
        assert encode(deep(levels, kind)) is None


@BOTH
def test_encode_depth_on_a_small_stack(encode: Callable[[Any], bytes | None]) -> None:
    value = deep(100_000, list)
    results: list[bytes | None] = []
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: results.append(encode(value)))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join(10)

    assert results == [None]


@BOTH
def test_encode_cycles(encode: Callable[[Any], bytes | None]) -> None:
    values: list[Any] = []
    values.append(values)
    mapping: dict[str, Any] = {"values": [1, 2]}
    mapping["self"] = mapping

    assert encode(values) is None
    assert encode(mapping) is None
    assert encode([mapping, values]) is None
    # Nothing is left over for the next one.
    assert encode([]) == b"[]"


def keys(text: str) -> bool:
    return not text.startswith("_sa")


UTF8 = st.text(st.characters(codec="utf-8") | st.sampled_from('\x00\x1f\x7f"\\\n\u2028\U0001f600'))
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(
    nested(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | FINITE | UTF8,
        UTF8.filter(keys),
    )
)
def test_encode_is_dumps(value: Any) -> None:
    assert dumps_compact(value) == encode_json(value)
    assert dumps_item(value) == encode_json_item(value)


@given(nested(st.none() | st.integers() | st.floats() | WILD_TEXT | st.binary(), WILD_TEXT))
def test_encode_is_dumps_or_nothing(value: Any) -> None:
    compact = encode_json(value)
    item = encode_json_item(value)

    assert compact is None or compact == dumps_compact(value)
    if compact is not None:
        assert item == dumps_item(value)


@given(FINITE)
@example(1e16)
@example(9999999999999998.0)
@example(0.0001)
@example(9.999e-05)
@example(5e-324)
@example(1.7976931348623157e308)
def test_floats_are_their_repr(value: float) -> None:
    assert encode_json(value) == repr(value).encode()


@given(st.integers(-(10**17), 10**17), st.integers(-30, 30))
def test_decimals_are_their_repr(digits: int, exponent: int) -> None:
    value = float(f"{digits}e{exponent}")

    assert encode_json(value) == repr(value).encode()


@BOTH
def test_encode_keeps_no_references(encode: Callable[[Any], bytes | None]) -> None:
    text, items = "".join(["te", "xt"]), [1.5, object()]
    value = {"a": [text, items], text: text}
    before = [sys.getrefcount(each) for each in (text, items, value)]
    for _ in range(100):
        encode(value)

    assert before == [sys.getrefcount(each) for each in (text, items, value)]


# The zeros of all scripts.
ZEROS = [
    chr(code) for code in range(sys.maxunicode + 1) if unicodedata.decimal(chr(code), None) == 0
]


@pytest.mark.parametrize("zero", ZEROS, ids=unicodedata.name)
def test_numbers_collide_in_all_scripts(zero: str) -> None:
    digits = {ord("0") + value: ord(zero) + value for value in range(10)}
    texts = [str(n * (2**61 - 1)).translate(digits) for n in range(1, 1_200)]
    assert len({hash(Decimal(text)) for text in texts}) == 1
    for ascii_only in (False, True):
        body = json.dumps(texts, ensure_ascii=ascii_only).encode()
        fault = check_json(body)
        assert fault is not None
        assert fault[0] == "collision"
