"""From the script of a WebSocket endpoint to a function."""

from collections.abc import Callable
from typing import Any

from tests.differential.descriptions import Socket
from tests.differential.echo import text_of
from tests.differential.frameworks import Framework
from tests.differential.functions import Functions

WEBSOCKET = "w"
"""The parameter with the `WebSocket`."""


def socket_of(
    framework: Framework, functions: Functions, described: Socket, called: Callable[[str], None]
) -> Callable[..., Any]:
    """An endpoint that follows the script."""

    async def endpoint(**arguments: Any) -> None:
        functions.start("endpoint", described, arguments)
        websocket: Any = arguments.get(WEBSOCKET)
        for action, *operands in described["script"]:
            match action:
                case "echo":
                    async for text in websocket.iter_text():
                        called(f"received {text!r}")
                        await websocket.send_text(text)
                case "arguments":
                    await websocket.send_json(
                        {key: text_of(arguments[key]) for key in sorted(arguments)}
                    )
                case "raise":
                    raise functions.exception(operands[0])
                case "accept":
                    subprotocol, headers = [*operands, None, None][:2]
                    encoded = [(key.encode(), value.encode()) for key, value in headers or ()]
                    await websocket.accept(subprotocol, encoded)
                case "deny":
                    response = framework.part("responses").JSONResponse({"denied": True}, 403)
                    await websocket.send_denial_response(response)
                case "send_bytes":
                    await websocket.send_bytes(operands[0].encode("latin-1"))
                case _:
                    result = await getattr(websocket, action)(*operands)
                    if action.startswith("receive"):
                        called(f"received {text_of(result)}")

    return functions.signed(endpoint, described["parameters"])
