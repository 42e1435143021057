"""Generates the requests to an application."""

import re
from urllib.parse import quote, quote_plus

from tests.differential.bodies import body_of
from tests.differential.choices import Choices
from tests.differential.descriptions import Application, Sent, is_socket
from tests.differential.drafts import Draft, latin, targets
from tests.differential.middleware import headers_for
from tests.differential.neutral import has_neutral
from tests.differential.security import credentials
from tests.differential.sockets import say
from tests.differential.values import scalar_text

PLACEHOLDER = re.compile(r"{(\w+)(?::(\w+))?}")
CONVERTED = {
    "int": (["1", "007", "9" * 20], ["-1", "x", "9" * 4301, "1.0", "\u0663"]),
    "float": (["1.5", "1"], ["1.", ".5", "-1.5", "x", "1e5"]),
    "uuid": (["00000000-0000-0000-0000-000000000005"], ["0" * 32, "x", "A" * 32]),
    "path": (["a/b", "a", "a//b/"], ["", "/", "../a", "a\nb"]),
}
ODD_PATHS = [
    "",
    "/",
    "//",
    "/x/../a",
    "/A",
    "/a%2Fb",
    "/a\n",
    "/a\x00",
    "/%",
    "*",
    "/unknown",
    "//a/",
]
ODD_QUERIES = [
    *("a=%zz", "a=%", "a=%u1234", "a=%ff", "a=\xff", "a;b_c=1", "a", "=x", "&&", "a=b=c", "a=1#2"),
    *("%61=1", "a=%00", "A=1", "a[]=1", "a=1&a=", "a=\xe2\x82\xac", "+a=1", "a+=1", "a=1;d=2"),
    *("b-c=1", "d=%E2%82", "a=%2B", "a=+", "&a=1&", "a==", "\x00=1", "e=1&e=2&e=", "a=%C3%A9=1"),
]
ODD_HEADERS = [
    *(("a", "1"), ("b-c", "1"), ("b_c", "2"), ("d", "\xff"), ("a", "")),
    *(("range", "bytes=0-3"), ("range", "bytes=9-2,x"), ("if-none-match", "*"), ("expect", "x")),
    *(("last-event-id", "1"), ("accept", "text/html"), ("x-forwarded-proto", "https")),
]
ODD_COOKIES = [
    *(
        'a="\\101\\102"',
        "a=b=c",
        " a = 1 ",
        'a="',
        'a="x;y"',
        "a=1;a=2",
        "a",
        "=1",
        ";;",
        "a=1,d=2",
    ),
    *(
        "A=1",
        "a=\xff",
        'a="\\""',
        "a='1'",
        "$Version=1; a=2",
        "a=1; d",
        "a=%20",
        'a="b',
        "b_c=1; b-c=2",
    ),
    *('a="\\999"', 'a="\\', "a=\t1\t", "a = ; d=", "__Host-a=1", "a=\x7f", "", "a=1;\xa0d=2"),
]


def _path(draft: Draft) -> str:
    types = {item["name"]: item["type"] for item in draft.located("path")}

    def fill(match: re.Match[str]) -> str:
        name, convertor = match.groups()
        if convertor in CONVERTED:
            fitting, other = CONVERTED[convertor]
            return str(draft.one_of(other if draft.rarely(12) else fitting))
        return str(scalar_text(draft.choices, types.get(name, "str"), draft.models))

    path = PLACEHOLDER.sub(fill, draft.target.path)
    if draft.rarely(14):
        path = path[:-1] if path.endswith("/") else path + "/"
    elif draft.rarely(30):
        path = draft.one_of([path + "\n", path + "//", "/" + path, path.upper(), path + "/x"])
    elif draft.rarely(60):
        path = draft.one_of(ODD_PATHS)
    return path


def _query(draft: Draft) -> str:
    encode = draft.one_of([quote_plus, quote_plus, quote, _raw])
    pieces = [f"{encode(name)}={encode(text)}" for name, text in draft.sent("query")]
    if draft.located("security") and draft.rarely(2):
        pieces.append(draft.one_of(["key=k", "key=", "key=a&key=b"]))
    if draft.rarely(10):
        pieces.append(draft.one_of(ODD_QUERIES))
    return "&".join(pieces)


def _headers(draft: Draft) -> list[tuple[str, str]]:
    headers = []
    for name, text in draft.sent("header"):
        value = text.replace("\x00", "").replace("\n", " ").strip(" \t")
        encoded = value if draft.rarely(8) and _is_latin(value) else latin(value)
        headers.append((latin(name.lower()), encoded))
    if draft.located("security"):
        headers += credentials(draft.choices)
    return headers + _cookies(draft)


def _cookies(draft: Draft) -> list[tuple[str, str]]:
    pieces = [f"{name}={_quoted(text)}" for name, text in draft.sent("cookie")]
    if draft.located("security") and draft.rarely(2):
        pieces.append(draft.one_of(["key=k", "key="]))
    if draft.rarely(5 if draft.located("cookie") else 30):
        pieces.append(draft.one_of(ODD_COOKIES))
    if not pieces:
        return []
    if len(pieces) > 1 and draft.rarely(6):
        return [("cookie", pieces[0]), ("cookie", "; ".join(pieces[1:]))]
    return [("cookie", draft.one_of(["; ", "; ", "; ", ";", ";  "]).join(pieces))]


def _raw(text: str) -> str:
    """Text that clients forgot to encode, as far as it stays one value."""
    return latin(text).replace("&", "%26").replace("=", "%3D").replace(" ", "+").replace("#", "%23")


def _quoted(text: str) -> str:
    encoded = latin(text)
    for character in '\x00\r\n":;':
        encoded = encoded.replace(character, "")
    return f'"{encoded}"' if "," in encoded or " " in encoded else encoded


def _is_latin(text: str) -> bool:
    return all(ord(character) < 256 for character in text)


def requests_to(choices: Choices, application: Application, count: int) -> list[Sent]:
    """Requests to an application; the first is for its document, where that is to be the same."""
    requests = [request_to(choices, application) for _ in range(count - 1)]
    if has_neutral(application, "auto_head", True):
        for sent in requests:
            sent["method"] = "GET" if sent["method"] == "HEAD" else sent["method"]
    if has_neutral(application, "validation_errors", "fastapi"):
        # The document has the form.
        return [sent for sent in requests if not sent["path"].endswith("/openapi.json")]
    return [document(), *requests]


def document() -> Sent:
    """A request for the document, for which FastAPI looks at all routes."""
    return {"method": "GET", "path": "/openapi.json", "query": "", "headers": [], "body": [""]}


def request_to(choices: Choices, application: Application) -> Sent:
    """A request to an application: mostly one that an operation of it could answer."""
    models = {model["name"]: model for model in application["models"]}
    draft = Draft(choices, models, choices.one_of(targets(application)))
    sent = document()
    if not draft.rarely(40):
        _fill(draft, sent)
    sent["headers"] += headers_for(choices, application.get("middleware", []))
    if draft.rarely(30):
        sent["root_path"] = draft.one_of(["/root", "/a", "root", "/root/", "/", "/root//"])
        sent["path"] = draft.one_of([sent["root_path"], ""]) + sent["path"]
        if draft.rarely(6):
            sent["path"] = sent["root_path"] + draft.one_of(["", "/", "//", "///"])
    if draft.rarely(30):
        sent["headers"].append(
            ("host", draft.one_of(["example.org", "a:80", "", "a/b?c#d", "\xff"]))
        )
    return sent


def _fill(draft: Draft, sent: Sent) -> None:
    operation = draft.target.operation
    if is_socket(operation):
        say(draft.choices, sent)
        sent["headers"] = _headers(draft)
        sent["path"] = _path(draft)
        sent["query"] = _query(draft)
        return
    sent["method"] = draft.one_of(operation["methods"])
    if draft.rarely(20):
        odd = ["GET", "POST", "HEAD", "OPTIONS", "get", "PROPFIND", "QUERY", ""]
        sent["method"] = draft.one_of(odd)
    content_type, body = body_of(draft)
    headers = _headers(draft)
    if content_type is not None:
        headers.append(("content-type", content_type))
        if draft.rarely(30):
            headers.append(("content-type", "text/plain"))
    if draft.rarely(30):
        headers.append(("content-length", draft.one_of([str(len(body)), "1", "x", "-1", "999"])))
    if draft.rarely(30):
        headers.append(draft.one_of(ODD_HEADERS))
    sent["headers"] = draft.choices.shuffled(headers) if draft.rarely(10) else headers
    sent["path"] = _path(draft)
    sent["query"] = _query(draft)
    middle = len(body) // 2
    sent["body"] = [body[:middle], body[middle:]] if draft.rarely(6) else [body]
