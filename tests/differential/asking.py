"""Sends described requests to an application."""

import asyncio
import re
import zlib
from collections.abc import Iterator
from typing import Any

from tests.differential.descriptions import Answer, Sent

SECONDS = 10
"""The time a request may take."""


async def ask(app: Any, sent: Sent, calls: list[str]) -> Answer:
    """Sends one request to an application, or begins one WebSocket session with it."""
    calls.clear()
    answer: Answer = {
        "status": None,
        "headers": [],
        "body": "",
        "complete": False,
        "messages": [],
        "calls": [],
        "error": None,
    }
    session = "messages" in sent
    messages = _session(sent) if session else _request(sent)
    left = asyncio.Event()

    async def receive() -> Any:
        message = next(messages, None)
        if message is None:
            # A client that waits for its answer.
            await left.wait()
        return message

    async def send(message: Any) -> None:
        if message["type"].startswith("websocket.") and "http" not in message["type"]:
            headers = [_latin(pair) for pair in message.pop("headers", ())]
            told = {**message, "headers": headers}
            if isinstance(told.get("bytes"), bytes):
                told["bytes"] = told["bytes"].decode("latin-1")
            answer["messages"].append(told)
        elif message["type"].endswith("http.response.start"):
            answer["status"] = message["status"]
            answer["headers"] = [_latin(pair) for pair in message["headers"]]
        else:
            answer["body"] += bytes(message.get("body", b"")).decode("latin-1")
            answer["complete"] = not message.get("more_body", False)

    try:
        async with asyncio.timeout(SECONDS):
            await app(_scope(sent, session), receive, send)
    except Exception as error:
        # FastAPI remembers the places of endpoints by their addresses, which are used again.
        text = re.sub(r'File ".*", line \d+(, in \w+)?', "File", f"{type(error).__name__}: {error}")
        answer["error"] = text
    answer["calls"] = list(calls)
    if ("content-encoding", "gzip") in answer["headers"]:
        # What is compressed has the time in it.
        compressed = answer["body"].encode("latin-1")
        answer["body"] = zlib.decompressobj(31).decompress(compressed).decode("latin-1")
    return answer


def _scope(sent: Sent, session: bool) -> dict[str, Any]:
    scope: dict[str, Any] = {
        "type": "websocket" if session else "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws" if session else "http",
        "path": sent["path"],
        "raw_path": sent["path"].encode(errors="surrogatepass"),
        "query_string": sent["query"].encode("latin-1"),
        "root_path": sent.get("root_path", ""),
        "headers": [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in sent["headers"]
        ],
        "client": ("testclient", 50000),
        "server": ("testserver", 80),
    }
    if session:
        scope["subprotocols"] = sent.get("subprotocols", [])
        if sent.get("denial"):
            scope["extensions"] = {"websocket.http.response": {}}
    else:
        scope["method"] = sent["method"]
    return scope


def _request(sent: Sent) -> Iterator[Any]:
    chunks = [chunk.encode("latin-1") for chunk in sent["body"]] or [b""]
    for index, chunk in enumerate(chunks):
        yield {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}


def _session(sent: Sent) -> Iterator[Any]:
    yield {"type": "websocket.connect"}
    for kind, value in sent["messages"]:
        if kind == "disconnect":
            yield {"type": "websocket.disconnect", "code": value, "reason": ""}
        elif kind == "bytes":
            yield {"type": "websocket.receive", "bytes": value.encode("latin-1")}
        else:
            yield {"type": "websocket.receive", "text": value}
    while True:
        yield {"type": "websocket.disconnect", "code": 1000, "reason": ""}


def _latin(pair: Any) -> tuple[str, str]:
    name, value = pair
    return bytes(name).decode("latin-1"), bytes(value).decode("latin-1")
