"""What endpoints return and yield."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter
from starlette.background import BackgroundTask
from starlette.responses import Response
from tests.differential import rich
from tests.differential.annotations import annotation_of
from tests.differential.descriptions import Returns
from tests.differential.echo import text_of
from tests.differential.frameworks import Framework


class Results:
    """Makes the results of endpoints."""

    def __init__(
        self, framework: Framework, types: Mapping[str, Any], called: Callable[[str], None]
    ) -> None:
        self._responses = framework.part("responses")
        self._types = types
        self._called = called

    def response_class(self, name: str) -> Any:
        """A response class by its name, in which those of this test are included."""
        if name == "MediaStream":
            base = self._responses.StreamingResponse
            return type("MediaStream", (base,), {"media_type": "text/csv"})
        if name == "OwnJSON":
            base = self._responses.JSONResponse
            return type("OwnJSON", (base,), {"media_type": "application/x+json"})
        return getattr(self._responses, name)

    def returned(self, returns: Returns, arguments: Mapping[str, Any]) -> Any:
        """The result of a call with some arguments."""
        match returns["how"]:
            case "echo":
                return {name: text_of(value) for name, value in sorted(arguments.items())}
            case "arguments":
                return {
                    name: value
                    for name, value in sorted(arguments.items())
                    if not hasattr(value, "scope") and not hasattr(value, "add_task")
                    if not isinstance(value, Response) and not hasattr(value, "file")
                    if not hasattr(value, "scope_str") and not hasattr(value, "grant_type")
                }
            case "argument":
                return arguments[returns["argument"]]
            case "response":
                return self._response(returns)
            case "value":
                return self._made(returns)
            case "rich":
                return rich.made(returns["rich"])
        raise ValueError(f"returns {returns['how']!r}")

    def items(self, returns: Returns, arguments: Mapping[str, Any]) -> Iterator[Any]:
        """The items of a stream."""
        items = [self.returned({"how": "echo"}, arguments)]
        if returns["how"] != "echo":
            items = self.returned(returns, arguments)
        for count, item in enumerate(items):
            if count == returns.get("raises_after"):
                raise ValueError("raised while streaming")
            yield item

    def _response(self, returns: Returns) -> Any:
        options: dict[str, Any] = {}
        if "status" in returns:
            options["status_code"] = returns["status"]
        if "headers" in returns:
            options["headers"] = returns["headers"]
        if returns.get("background"):
            options["background"] = BackgroundTask(self._called, "task of the response")
        content = returns["value"]
        if returns["response_class"] == "StreamingResponse":
            content = _chunks(content)
        return self.response_class(returns["response_class"])(content, **options)

    def _made(self, returns: Returns) -> Any:
        value = returns["value"]
        if "made_as" not in returns:
            return value
        return TypeAdapter(annotation_of(returns["made_as"], self._types)).validate_python(value)


async def _chunks(text: str) -> AsyncIterator[str]:
    for character in text:
        yield character
