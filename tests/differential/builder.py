"""From a described application to one of either framework."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from typing import Annotated, Any

from pydantic import AliasChoices, TypeAdapter
from starlette.responses import Response
from tests.differential.annotations import annotation_of, make_models
from tests.differential.descriptions import (
    Application,
    Dependency,
    Function,
    Operation,
    Parameter,
    Raised,
    Returns,
    Router,
    is_router,
)
from tests.differential.echo import call_of, text_of

_BUILT_IN = {"ValueError": ValueError, "KeyError": KeyError, "RuntimeError": RuntimeError}
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_STREAMS = ("async_generator", "generator")


class Builder:
    """Makes one application of a framework, given by the name of its package."""

    def __init__(self, framework: str, description: Application, calls: list[str]) -> None:
        """
        Args:
            framework: `"ferroapi"` or `"fastapi"`.
            description: what to make.
            calls: gets a line for everything that is called when requests come.
        """
        self._framework = framework
        self._module = import_module(framework)
        self._responses = import_module(f"{framework}.responses")
        self._security = import_module(f"{framework}.security")
        self._sse = import_module(f"{framework}.sse")
        self._calls = calls
        self._types: dict[str, Any] = {
            "UploadFile": self._module.UploadFile,
            "ServerSentEvent": self._sse.ServerSentEvent,
        }
        make_models(description["models"], self._types)
        self._dependencies: dict[str, Callable[..., Any]] = {}
        for name, dependency in description["dependencies"].items():
            self._dependencies[name] = self._dependency(name, dependency)
        self._description = description

    def build(self) -> Any:
        """The application."""
        return self._router(self._description["router"], self._module.FastAPI)

    def _router(self, described: Router, cls: Any) -> Any:
        options = {**described.get("options", {}), **self._shared(described)}
        if cls is self._module.APIRouter:
            options["prefix"] = described.get("prefix", "")
        router = cls(**options)
        for member in described["members"]:
            if is_router(member):
                included = self._router(member, self._module.APIRouter)
                router.include_router(included, **member.get("included_with", {}))
            else:
                self._operation(router, member)
        return router

    def _shared(self, described: Any) -> dict[str, Any]:
        shared: dict[str, Any] = {}
        if "dependencies" in described:
            shared["dependencies"] = [
                self._module.Depends(self._dependencies[name]) for name in described["dependencies"]
            ]
        if "response_class" in described:
            is_operation = "path" in described
            name = "response_class" if is_operation else "default_response_class"
            shared[name] = self._response_class(described["response_class"])
        return shared

    def _response_class(self, name: str) -> Any:
        if name == "MediaStream":
            base = self._responses.StreamingResponse
            return type("MediaStream", (base,), {"media_type": "text/csv"})
        return getattr(self._responses, name)

    def _operation(self, router: Any, described: Operation) -> None:
        endpoint = self._endpoint(described)
        options = {**described.get("options", {}), **self._shared(described)}
        if "type" in described and not described.get("annotated"):
            options["response_model"] = annotation_of(described["type"], self._types)
        methods = described["methods"]
        if len(methods) == 1 and methods[0].lower() in _METHODS:
            getattr(router, methods[0].lower())(described["path"], **options)(endpoint)
        else:
            router.api_route(described["path"], methods=methods, **options)(endpoint)

    def _endpoint(self, described: Operation) -> Callable[..., Any]:
        returns = described["returns"]
        endpoint: Any

        def start(arguments: dict[str, Any]) -> None:
            self._start("endpoint", described, arguments)

        if described["kind"] == "async":

            async def endpoint(**arguments: Any) -> Any:
                start(arguments)
                return self._returned(returns, arguments)

        elif described["kind"] == "sync":

            def endpoint(**arguments: Any) -> Any:
                start(arguments)
                return self._returned(returns, arguments)

        elif described["kind"] == "async_generator":

            async def endpoint(**arguments: Any) -> AsyncIterator[Any]:
                start(arguments)
                for item in self._items(returns, arguments):
                    yield item

        elif described["kind"] == "generator":

            def endpoint(**arguments: Any) -> Iterator[Any]:
                start(arguments)
                yield from self._items(returns, arguments)

        else:
            raise ValueError(f"no kind {described['kind']!r}")

        annotation: Any = inspect.Signature.empty
        if "type" in described and described.get("annotated"):
            annotation = annotation_of(described["type"], self._types)
            if described["kind"] == "async_generator":
                annotation = AsyncIterator[annotation]
            elif described["kind"] == "generator":
                annotation = Iterator[annotation]
        return self._signed(endpoint, "endpoint", described["parameters"], annotation)

    def _dependency(self, name: str, described: Dependency) -> Callable[..., Any]:
        dependency: Any

        def start(arguments: dict[str, Any]) -> str:
            self._start(name, described, arguments)
            return call_of(name, arguments)

        def end() -> None:
            self._calls.append(f"end {name}")
            if "raises_at_end" in described:
                raise self._exception(described["raises_at_end"])

        if described["kind"] == "async":

            async def dependency(**arguments: Any) -> Any:
                return start(arguments)

        elif described["kind"] == "sync":

            def dependency(**arguments: Any) -> Any:
                return start(arguments)

        elif described["kind"] == "async_generator":

            async def dependency(**arguments: Any) -> AsyncIterator[Any]:
                value = start(arguments)
                try:
                    yield value
                except Exception as error:
                    self._calls.append(f"{name} sees {type(error).__name__}")
                    raise
                finally:
                    end()

        elif described["kind"] == "generator":

            def dependency(**arguments: Any) -> Iterator[Any]:
                value = start(arguments)
                try:
                    yield value
                except Exception as error:
                    self._calls.append(f"{name} sees {type(error).__name__}")
                    raise
                finally:
                    end()

        else:
            raise ValueError(f"no kind {described['kind']!r}")

        return self._signed(dependency, name, described["parameters"])

    def _signed(
        self,
        function: Any,
        name: str,
        parameters: list[Parameter],
        annotation: Any = inspect.Signature.empty,
    ) -> Callable[..., Any]:
        function.__name__ = function.__qualname__ = name
        function.__signature__ = inspect.Signature(
            [self._parameter(parameter) for parameter in parameters],
            return_annotation=annotation,
        )
        result: Callable[..., Any] = function
        return result

    def _parameter(self, described: Parameter) -> inspect.Parameter:
        annotation, default = self._declared(described)
        return inspect.Parameter(
            described["name"],
            inspect.Parameter.KEYWORD_ONLY,
            annotation=annotation,
            default=default,
        )

    def _declared(self, described: Parameter) -> tuple[Any, Any]:
        empty = inspect.Parameter.empty
        kind = described["in"]
        module = self._module
        if kind == "request":
            return module.Request, empty
        if kind == "connection":
            return import_module(f"{self._framework}.requests").HTTPConnection, empty
        if kind == "response":
            return module.Response, empty
        if kind == "background":
            return module.BackgroundTasks, empty
        if kind == "security":
            return Annotated[Any, module.Depends(self._scheme(described["scheme"]))], empty
        if kind == "dependency":
            options: dict[str, Any] = {"use_cache": described.get("use_cache", True)}
            if "scope" in described:
                options["scope"] = described["scope"]
            depends = module.Depends(self._dependencies[described["dependency"]], **options)
            return Annotated[Any, depends], empty
        annotation = annotation_of(described["type"], self._types)
        default = described.get("default", empty)
        style = described.get("style", "annotated")
        if style == "bare":
            return annotation, default
        marker = getattr(module, kind.capitalize())
        options = {**described.get("options", {})}
        if isinstance(options.get("validation_alias"), list):
            options["validation_alias"] = AliasChoices(*options["validation_alias"])
        if style == "annotated":
            return Annotated[annotation, marker(**options)], default
        return annotation, marker(**options) if default is empty else marker(default, **options)

    def _scheme(self, name: str) -> Any:
        security = self._security
        match name.removesuffix("?"):
            case "key":
                return security.APIKeyHeader(name="X-Key", auto_error=not name.endswith("?"))
            case "query_key":
                return security.APIKeyQuery(name="key", auto_error=not name.endswith("?"))
            case "cookie_key":
                return security.APIKeyCookie(name="key", auto_error=not name.endswith("?"))
            case "basic":
                return security.HTTPBasic(auto_error=not name.endswith("?"))
            case "bearer":
                return security.HTTPBearer(auto_error=not name.endswith("?"))
            case "digest":
                return security.HTTPDigest(auto_error=not name.endswith("?"))
            case "oauth2":
                url = "token"
                auto_error = not name.endswith("?")
                return security.OAuth2PasswordBearer(tokenUrl=url, auto_error=auto_error)
        raise ValueError(f"no security scheme {name!r}")

    def _exception(self, raised: Raised) -> Exception:
        if "status" in raised:
            exception: Exception = self._module.HTTPException(
                raised["status"], raised.get("detail"), raised.get("headers")
            )
            return exception
        return _BUILT_IN[raised["error"]]("raised")

    def _start(self, name: str, described: Function, arguments: dict[str, Any]) -> None:
        self._calls.append(call_of(name, arguments))
        for parameter in described["parameters"]:
            if parameter["in"] == "response":
                self._change(arguments[parameter["name"]], described)
            elif parameter["in"] == "background":
                arguments[parameter["name"]].add_task(self._calls.append, f"task of {name}")
        if "raises" in described:
            raise self._exception(described["raises"])

    def _change(self, response: Any, described: Function) -> None:
        if "sets_header" in described:
            key, value = described["sets_header"]
            response.headers[key] = value
        if "sets_cookie" in described:
            response.set_cookie(*described["sets_cookie"])
        if "sets_status" in described:
            response.status_code = described["sets_status"]

    def _returned(self, returns: Returns, arguments: dict[str, Any]) -> Any:
        match returns["how"]:
            case "echo":
                return {name: text_of(value) for name, value in sorted(arguments.items())}
            case "arguments":
                return {
                    name: value
                    for name, value in sorted(arguments.items())
                    if not hasattr(value, "scope") and not hasattr(value, "add_task")
                    if not isinstance(value, Response) and not hasattr(value, "file")
                }
            case "argument":
                return arguments[returns["argument"]]
            case "response":
                response_class = self._response_class(returns["response_class"])
                return response_class(returns["value"])
            case "value":
                return self._made(returns)
        raise ValueError(f"returns {returns['how']!r}")

    def _made(self, returns: Returns) -> Any:
        value = returns["value"]
        if "made_as" not in returns:
            return value
        return TypeAdapter(annotation_of(returns["made_as"], self._types)).validate_python(value)

    def _items(self, returns: Returns, arguments: dict[str, Any]) -> Iterator[Any]:
        items = [self._returned({"how": "echo"}, arguments)]
        if returns["how"] != "echo":
            items = self._returned(returns, arguments)
        for count, item in enumerate(items):
            if count == returns.get("raises_after"):
                raise ValueError("raised while streaming")
            yield item
