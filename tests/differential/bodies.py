"""Generates the bodies of requests: JSON, forms, and what is neither."""

from urllib.parse import quote_plus

from tests.differential.descriptions import Parameter
from tests.differential.drafts import Draft, latin
from tests.differential.values import HOSTILE_JSON, json_text, sent_name

CONTENT_TYPES = [
    *("application/JSON", "application/json;", "application/json ; charset=utf-16"),
    *("application/+json", "application/vnd.api+json", 'APPLICATION/PROBLEM+JSON; x="y;z"'),
    *("text/json", "application/json/", "application/x+json+y", "application/json, text/plain"),
    *("application/json\x00", "\xffapplication/json", "", "text/plain", "application/octet-stream"),
    *("application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary="),
    *(
        "application/x-www-form-urlencoded; charset=latin-1",
        " application/json",
        "application/json\t",
    ),
    *("application", "/json", "application/", "application/json+xml", "image/svg+json", "json"),
]
ENCODINGS = ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "latin-1"]
ODD_BODIES = [
    "\xff",
    "\xef\xbb\xbf",
    "\x00",
    "\xed\xa0\x80",
    '"\xff"',
    '{"a":"\xc3"}',
    "\xfe\xff",
    "1\x00",
]


def body_of(draft: Draft) -> tuple[str | None, str]:
    """A content type, and the body."""
    if draft.located("form", "file"):
        return _form(draft)
    bodies = draft.located("body")
    if not bodies:
        if not draft.rarely(12):
            return None, ""
        return "application/json", draft.one_of(['{"a":1}', "x", "NaN"])
    if draft.rarely(40):
        return "application/json", ""
    text = _json_of(draft, bodies)
    if draft.rarely(40):
        text = draft.one_of(HOSTILE_JSON)
    if draft.rarely(40):
        body = draft.one_of(ODD_BODIES)
    elif draft.rarely(25):
        body = text.encode(draft.one_of(ENCODINGS), "replace").decode("latin-1")
    else:
        body = latin(text)
    content_type = draft.one_of(CONTENT_TYPES) if draft.rarely(20) else "application/json"
    return (None if draft.rarely(40) else content_type), body


def _json_of(draft: Draft, bodies: list[Parameter]) -> str:
    embeds = [item.get("options", {}).get("embed", False) for item in bodies]
    if len({item["name"] for item in bodies}) == 1 and not any(embeds):
        return str(json_text(draft.choices, bodies[0]["type"], draft.models))
    if draft.rarely(15):
        return str(draft.one_of(["[]", "null", "1", '"a"', "{}"]))
    pairs = []
    for item in bodies:
        if not draft.rarely(5 if "default" in item else 15):
            name = sent_name(item["name"], item.get("options", {}))
            text = json_text(draft.choices, item["type"], draft.models)
            pairs.append(f'"{name}":{text}')
    return "{" + ",".join(pairs) + "}"


def _form(draft: Draft) -> tuple[str, str]:
    pairs = draft.sent("form")
    files = []
    for parameter in draft.located("file"):
        name = sent_name(parameter["name"], parameter.get("options", {}))
        files += [
            (name, draft.one_of(["f.txt", "", "\u20ac.bin", None]))
            for _ in range(draft.one_of([1, 1, 1, 0, 2]))
        ]
    if files or draft.rarely(3):
        return _multipart(draft, pairs, files)
    text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    if draft.rarely(10):
        text += draft.one_of(["&", "&a", "&a=%zz", ";a=1", "&a=%ff", "&=1", "&a=\xff", "&&a=1&"])
    content_type = "application/x-www-form-urlencoded"
    return (draft.one_of(CONTENT_TYPES) if draft.rarely(12) else content_type), text


UNUSUAL_PARTS = (
    'Content-Disposition: form-data; name="a\\"; name=b\r\n\r\nx',
    "content-disposition: x ;NAME = a ; filename=C:\\d\\e.txt\r\nX: y\r\n\r\nx",
    "Content-Disposition: form-data; name=a; filename*=utf-8''f\r\n\r\nx",
    'Content-Disposition: form-data; name="a"\r\nContent-Disposition: x; name=b\r\n\r\nx',
    "Content-Disposition: form-data; filename=a\r\n\r\nx",
    "Content-Type: text/plain\r\n\r\nx",
    'Content-Disposition: form-data; name="_charset_"\r\n\r\nlatin-1',
    "X: y\r\n" * 8 + "Content-Disposition: form-data; name=a\r\n\r\nx",
    "X: " + "y" * 4222 + "\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
    "X y\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
    'Content-Disposition: form-data; name="a"; filename="f"\r\n\r\n\r\n--bounds\r\n--boun',
)
MULTIPART_TYPES = (
    'Multipart/Form-Data; charset="utf-8"; BOUNDARY="bound"',
    "multipart/form-data; charset=latin-1; boundary=bound",
    "multipart/form-data; charset=base64; boundary=bound",
    "multipart/form-data; boundary=other",
    "multipart/form-data; boundary=" + "b" * 257,
    "multipart/form-data; boundary*=bound",
)


def _multipart(
    draft: Draft, pairs: list[tuple[str, str]], files: list[tuple[str, str | None]]
) -> tuple[str, str]:
    parts = []
    for name, text in pairs:
        parts.append(f'Content-Disposition: form-data; name="{latin(name)}"\r\n\r\n{latin(text)}')
    for name, filename in files:
        content = draft.one_of(["", "x", "\xff\x00\r\n", "a" * 100])
        disposition = f'form-data; name="{latin(name)}"'
        if filename is not None:
            disposition += f'; filename="{latin(filename)}"'
        kind = draft.one_of(["", "Content-Type: text/plain\r\n", "Content-Type: x\r\n"])
        parts.append(f"Content-Disposition: {disposition}\r\n{kind}\r\n{content}")
    if draft.rarely(10):
        parts.append(draft.one_of(UNUSUAL_PARTS))
    body = "".join(f"--bound\r\n{part}\r\n" for part in parts) + "--bound--\r\n"
    if draft.rarely(20):
        body = draft.one_of(
            [
                *(body[:-4], body[: len(body) // 2], "", "x", body + "x", "\r\nx" + body),
                *(body.replace("\r\n", "\n"), body.replace("bound\r", "bound \t\r"), body[:-2]),
            ]
        )
    content_type = "multipart/form-data; boundary=bound"
    if draft.rarely(15):
        content_type = draft.one_of(MULTIPART_TYPES)
    return (draft.one_of(CONTENT_TYPES) if draft.rarely(20) else content_type), body
