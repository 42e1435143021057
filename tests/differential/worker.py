"""Answers described requests by described applications: a process of one of the frameworks.

A line of JSON in is an application and its requests, a line of JSON out the answers to them, or
how the application could not be made. Or it is a script of changes, and its answers are those of
its steps.
"""

import asyncio
import json
import platform
import sys
import warnings
from importlib.metadata import version
from typing import Any

from tests.differential.asking import ask
from tests.differential.builder import Builder
from tests.differential.changes.player import play
from tests.differential.descriptions import Sent


async def answer(framework: str, application: Any, requests: list[Sent]) -> Any:
    """The answers of an application to each of `requests`."""
    calls: list[str] = []
    try:
        if "steps" in application:
            return await play(framework, application)
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
