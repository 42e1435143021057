"""Requests made wrong: tokens, encodings, ends, methods, content types, cookies and targets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import TypeAlias

from tests.differential.bodies import CONTENT_TYPES, ENCODINGS, ODD_BODIES
from tests.differential.descriptions import Sent
from tests.differential.requests import ODD_COOKIES, ODD_HEADERS, ODD_PATHS, ODD_QUERIES
from tests.differential.values import HOSTILE_JSON, HOSTILE_TEXTS

Mutation: TypeAlias = Callable[[Random, Sent], None]

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null')
"""What a JSON value that has no parts looks like."""

METHODS = ["get", "", "PROPFIND", "QUERY", "G\x00T", "GET ", "\xc9", "X" * 32, "X" * 4000, "HEAD"]
METHODS += ["OPTIONS", "CONNECT", "TRACE", "POST", "DELETE", "PUT", "PATCH"]
AUTHORIZATION = ["", "Basic", "Basic =", "Basic \xff", "Basic " + "A" * 60_000, "Bearer", "basic :"]
AUTHORIZATION += ["Digest x", "Basic Og==", "Basic gA==", "Bearer \x00", " Bearer x", "Bearer  y"]
BOUNDARIES = ["", "a" * 70, "a" * 300, '"', '"b', "\xff", "bound; boundary=b", "bound\x00", "b d"]


def _latin(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def special_token(random: Random, sent: Sent) -> None:
    """One value of a JSON text becomes something that is no JSON, or that few can represent."""
    body = "".join(sent["body"])
    tokens = list(TOKEN.finditer(body))
    special = _latin(random.choice(HOSTILE_JSON))
    if not tokens:
        sent["body"] = [special]
        return
    token = random.choice(tokens)
    sent["body"] = [body[: token.start()] + special + body[token.end() :]]


def another_encoding(random: Random, sent: Sent) -> None:
    text = "".join(sent["body"])
    sent["body"] = [text.encode(random.choice(ENCODINGS), "replace").decode("latin-1")]


def cut(random: Random, sent: Sent) -> None:
    body = "".join(sent["body"])
    sent["body"] = [body[: random.randint(0, len(body))]]


def odd_body(random: Random, sent: Sent) -> None:
    nested = random.choice([10, 199, 200, 201, 1000, 5000])
    deep = random.choice(["[", '{"a":']) * nested
    sent["body"] = [random.choice([*ODD_BODIES, deep, "\x00" * 70, "\r\n" * 40])]


def other_bytes(random: Random, sent: Sent) -> None:
    """A byte is another one, or some are there twice, or not at all, or new."""
    body = "".join(sent["body"])
    at = random.randint(0, len(body))
    length = random.choice([0, 1, 1, 2, 7])
    new = random.choice(["", chr(random.randrange(256)), body[at : at + length] * 2, "\x00"])
    sent["body"] = [body[:at] + new + body[at + length :]]


def many_chunks(random: Random, sent: Sent) -> None:
    sent["body"] = [*"".join(sent["body"])[:2000]] or [""]


def wrong_type(random: Random, sent: Sent) -> None:
    _without(sent, "content-type")
    types = [
        *CONTENT_TYPES,
        f"multipart/form-data; boundary={random.choice(BOUNDARIES)}",
        "x" * 999,
    ]
    sent["headers"].append(("content-type", random.choice(types)))


def no_type(random: Random, sent: Sent) -> None:
    _without(sent, "content-type")


def odd_header(random: Random, sent: Sent) -> None:
    sent["headers"].append(random.choice(ODD_HEADERS))


def odd_authorization(random: Random, sent: Sent) -> None:
    sent["headers"].append(("authorization", random.choice(AUTHORIZATION)))


def odd_cookie(random: Random, sent: Sent) -> None:
    sent["headers"].append(("cookie", random.choice(ODD_COOKIES)))


def odd_header_bytes(random: Random, sent: Sent) -> None:
    if sent["headers"]:
        at = random.randrange(len(sent["headers"]))
        name, value = sent["headers"][at]
        cut_at = random.randint(0, len(value))
        byte = chr(random.choice([*range(0x80, 0x100), *range(0x20, 0x7F), 0x09]))
        sent["headers"][at] = (name, value[:cut_at] + byte + value[cut_at:])


def odd_query(random: Random, sent: Sent) -> None:
    odd = random.choice([*ODD_QUERIES, "a=" + "%" * 200, "&" * 300, "a=1&" * 300])
    sent["query"] = random.choice([odd, sent["query"] + "&" + odd])


def odd_path(random: Random, sent: Sent) -> None:
    text = random.choice([*ODD_PATHS, "/" + "a" * 3000, *HOSTILE_TEXTS])
    sent["path"] = random.choice([text, sent["path"] + text, sent["path"].rstrip("/") + "/" + text])


def odd_method(random: Random, sent: Sent) -> None:
    if "messages" not in sent:
        sent["method"] = random.choice(METHODS)


def odd_messages(random: Random, sent: Sent) -> None:
    if "messages" in sent:
        kind = random.choice(["text", "bytes"])
        text = random.choice([*HOSTILE_JSON, *ODD_BODIES])
        sent["messages"].insert(0, [kind, _latin(text) if kind == "bytes" else text])
        sent["subprotocols"] = random.choice([[], [""], ["\xff", "x"], ["x"] * 100])


MUTATIONS: tuple[Mutation, ...] = (
    *(special_token, special_token, another_encoding, cut, odd_body, other_bytes, many_chunks),
    *(wrong_type, no_type, odd_header, odd_authorization, odd_cookie, odd_header_bytes),
    *(odd_query, odd_path, odd_method, odd_messages),
)


def mutated(random: Random, sent: Sent) -> Sent:
    """A request with one to three things wrong in it."""
    wrong = deepcopy(sent)
    for mutation in random.choices(MUTATIONS, k=random.choice([1, 1, 1, 2, 3])):
        mutation(random, wrong)
    return wrong


def cut_everywhere(sent: Sent) -> Iterator[Sent]:
    """A request with its body cut at every byte."""
    body = "".join(sent["body"])
    for length in range(len(body)):
        yield {**sent, "body": [body[:length]]}


def with_each_token(sent: Sent) -> Iterator[Sent]:
    """A request with every special token in place of every value of its body."""
    body = "".join(sent["body"])
    for token in TOKEN.finditer(body):
        for special in HOSTILE_JSON:
            yield {**sent, "body": [body[: token.start()] + _latin(special) + body[token.end() :]]}


def _without(sent: Sent, name: str) -> None:
    sent["headers"] = [pair for pair in sent["headers"] if pair[0] != name]
