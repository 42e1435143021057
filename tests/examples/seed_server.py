"""Serves the seed's snippets, each on a port of its own, under the name they import: `fastapi`.

Run with `python -m ferroapi.alias`. Prints one line of JSON: the port of each snippet.
"""

import asyncio
import json
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import BaseModel

from ferroapi import FastAPI

SNIPPETS = (
    "define_path_operations",
    "include_routers.main",
    "stream_jsonl",
    "stream_sse",
    "strict_content_type",
    "websocket_connections",
)


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "seed"))
    modules = {name: import_module(name) for name in SNIPPETS}
    add_operations(modules["strict_content_type"])
    asyncio.run(serve({name: module.app for name, module in modules.items()}))


def add_operations(strict_content_type: Any) -> None:
    """The snippet shows how to disable the check; these are the operations to see it disabled on.

    Its router is included in an application that has the check.
    """

    class Item(BaseModel):
        name: str

    async def create_item(item: Item) -> Item:
        return item

    strict = FastAPI()
    strict.post("/outside/")(create_item)
    strict_content_type.router.post("/")(create_item)
    strict.include_router(strict_content_type.router, prefix="/inside")
    strict_content_type.app.post("/items/")(create_item)
    strict_content_type.app.mount("/strict", strict)


async def serve(apps: dict[str, Any]) -> None:
    sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in apps}
    print(json.dumps({name: sockets[name].getsockname()[1] for name in apps}), flush=True)
    servers = (
        uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")).serve(
            sockets=[sockets[name]]
        )
        for name, app in apps.items()
    )
    await asyncio.gather(*servers)


if __name__ == "__main__":
    main()
