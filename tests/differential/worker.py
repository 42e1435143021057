"""Answers described requests by described applications: a process of one of the frameworks.

A line of JSON in is an application and its requests, a line of JSON out the answers to them, or
how the application could not be made.
"""

import asyncio
import json
import platform
import re
import sys
import warnings
from importlib.metadata import version
from typing import Any

from tests.differential.builder import Builder
from tests.differential.descriptions import Answer, Sent

SECONDS = 10
"""The time a request may take."""


async def ask(app: Any, sent: Sent, calls: list[str]) -> Answer:
    """Sends one request to an application."""
    calls.clear()
    chunks = [chunk.encode("latin-1") for chunk in sent["body"]] or [b""]
    messages = [
        {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]
    messages.reverse()
    answer: Answer = {
        "status": None,
        "headers": [],
        "body": "",
        "complete": False,
        "calls": [],
        "error": None,
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": sent["method"],
        "scheme": "http",
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
    left = asyncio.Event()

    async def receive() -> Any:
        if messages:
            return messages.pop()
        # A client that waits for its answer.
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer["status"] = message["status"]
            answer["headers"] = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message["headers"]
            ]
        else:
            answer["body"] += bytes(message.get("body", b"")).decode("latin-1")
            answer["complete"] = not message.get("more_body", False)

    try:
        async with asyncio.timeout(SECONDS):
            await app(scope, receive, send)
    except Exception as error:
        # FastAPI remembers the lines of endpoints by their addresses, which are used again.
        text = re.sub(r"line \d+", "line", f"{type(error).__name__}: {error}")
        answer["error"] = text
    answer["calls"] = list(calls)
    return answer


async def answer(framework: str, application: Any, requests: list[Sent]) -> Any:
    """The answers of an application to each of `requests`."""
    calls: list[str] = []
    try:
        app = Builder(framework, application, calls).build()
        return [await ask(app, sent, calls) for sent in requests]
    except Exception as error:
        # The application cannot be declared, or the description is none.
        return f"{type(error).__name__}: {error}"


async def main(framework: str) -> None:
    """Serves standard input until it ends, after a first line with the versions at work."""
    warnings.simplefilter("ignore")
    versions = {name: version(name) for name in ("pydantic", "starlette", "python-multipart")}
    versions["python"] = platform.python_version()
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        application, requests = json.loads(line)
        print(json.dumps(await answer(framework, application, requests)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
