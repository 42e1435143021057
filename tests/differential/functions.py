"""From described dependencies and endpoints to functions."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from tests.differential.annotations import annotation_of
from tests.differential.descriptions import Dependency, Function, Operation, Parameter, Raised
from tests.differential.echo import call_of
from tests.differential.failures import exception_of
from tests.differential.frameworks import Framework
from tests.differential.results import Results
from tests.differential.signatures import Signatures


class Functions:
    """Makes functions that say when they are called, and with what."""

    def __init__(
        self, framework: Framework, types: Mapping[str, Any], called: Callable[[str], None]
    ) -> None:
        self._framework = framework
        self._types = types
        self._called = called
        self.dependencies: dict[str, Callable[..., Any]] = {}
        self.results = Results(framework, types, called)
        self._signatures = Signatures(framework, types, self.dependencies)

    def add_dependency(self, name: str, described: Dependency) -> None:
        """Adds to `dependencies`."""
        made = getattr(self, f"_{described['kind']}_dependency")(name, described)
        self.dependencies[name] = self._signatures.signed(made, name, described["parameters"])

    def endpoint(self, described: Operation) -> Callable[..., Any]:
        """The endpoint of an operation."""
        returns = described["returns"]
        endpoint: Any

        def start(arguments: dict[str, Any]) -> None:
            self.start("endpoint", described, arguments)

        if described["kind"] == "async":

            async def endpoint(**arguments: Any) -> Any:
                start(arguments)
                return self.results.returned(returns, arguments)

        elif described["kind"] == "sync":

            def endpoint(**arguments: Any) -> Any:
                start(arguments)
                return self.results.returned(returns, arguments)

        elif described["kind"] == "async_generator":

            async def endpoint(**arguments: Any) -> AsyncIterator[Any]:
                start(arguments)
                for item in self.results.items(returns, arguments):
                    yield item

        elif described["kind"] == "generator":

            def endpoint(**arguments: Any) -> Iterator[Any]:
                start(arguments)
                yield from self.results.items(returns, arguments)

        else:
            raise ValueError(f"no kind {described['kind']!r}")

        annotation: Any = inspect.Signature.empty
        if "type" in described and described.get("annotated"):
            annotation = annotation_of(described["type"], self._types)
            if described["kind"] == "async_generator":
                annotation = AsyncIterator[annotation]
            elif described["kind"] == "generator":
                annotation = Iterator[annotation]
        return self.signed(endpoint, described["parameters"], annotation)

    def signed(
        self,
        endpoint: Any,
        parameters: list[Parameter],
        annotation: Any = inspect.Signature.empty,
    ) -> Callable[..., Any]:
        """An endpoint with its signature."""
        return self._signatures.signed(endpoint, "endpoint", parameters, annotation)

    def start(self, name: str, described: Function, arguments: dict[str, Any]) -> None:
        """What each function does first: tell, change the response, add tasks, raise."""
        self._called(call_of(name, arguments))
        for parameter in described["parameters"]:
            if parameter["in"] == "response":
                _change(arguments[parameter["name"]], described)
            elif parameter["in"] == "background":
                arguments[parameter["name"]].add_task(self._called, f"task of {name}")
        if "raises" in described:
            raise self.exception(described["raises"])

    def exception(self, raised: Raised) -> Exception:
        """A described exception."""
        return exception_of(self._framework, raised)

    def _async_dependency(self, name: str, described: Dependency) -> Callable[..., Any]:
        async def dependency(**arguments: Any) -> Any:
            self.start(name, described, arguments)
            return call_of(name, arguments)

        return dependency

    def _sync_dependency(self, name: str, described: Dependency) -> Callable[..., Any]:
        def dependency(**arguments: Any) -> Any:
            self.start(name, described, arguments)
            return call_of(name, arguments)

        return dependency

    def _async_generator_dependency(self, name: str, described: Dependency) -> Callable[..., Any]:
        async def dependency(**arguments: Any) -> AsyncIterator[Any]:
            self.start(name, described, arguments)
            try:
                yield call_of(name, arguments)
            except Exception as error:
                self._see(name, described, error)
            finally:
                self._end(name, described)

        return dependency

    def _generator_dependency(self, name: str, described: Dependency) -> Callable[..., Any]:
        def dependency(**arguments: Any) -> Iterator[Any]:
            self.start(name, described, arguments)
            try:
                yield call_of(name, arguments)
            except Exception as error:
                self._see(name, described, error)
            finally:
                self._end(name, described)

        return dependency

    def _see(self, name: str, described: Dependency, error: Exception) -> None:
        self._called(f"{name} sees {type(error).__name__}")
        if "raises_instead" in described:
            raise self.exception(described["raises_instead"]) from error
        if not described.get("swallows"):
            raise error

    def _end(self, name: str, described: Dependency) -> None:
        self._called(f"end {name}")
        if "raises_at_end" in described:
            raise self.exception(described["raises_at_end"])


def _change(response: Any, described: Function) -> None:
    if "sets_header" in described:
        key, value = described["sets_header"]
        response.headers[key] = value
    if "sets_cookie" in described:
        response.set_cookie(*described["sets_cookie"])
    if "sets_status" in described:
        response.status_code = described["sets_status"]
