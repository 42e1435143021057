"""From a described application to one of either framework."""

from typing import Any

from tests.differential.annotations import annotation_of, make_models
from tests.differential.descriptions import Application, Operation, Router, is_router, is_socket
from tests.differential.failures import handled_by, handler_of
from tests.differential.frameworks import Framework
from tests.differential.functions import Functions
from tests.differential.neutral_options import mount, neutral_options
from tests.differential.scripts import socket_of
from tests.differential.stack import add_middleware

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Builder:
    """Makes one application of a framework, given by the name of its package."""

    def __init__(self, framework: str, description: Application, calls: list[str]) -> None:
        """
        Args:
            framework: `"ferroapi"` or `"fastapi"`.
            description: what to make.
            calls: gets a line for everything that is called when requests come.
        """
        self._framework = Framework(framework)
        self._module = self._framework.module
        self._called = calls.append
        self._types: dict[str, Any] = {
            "UploadFile": self._module.UploadFile,
            "ServerSentEvent": self._framework.part("sse").ServerSentEvent,
        }
        make_models(description["models"], self._types)
        self._functions = Functions(self._framework, self._types, self._called)
        for name, dependency in description["dependencies"].items():
            self._functions.add_dependency(name, dependency)
        self._description = description

    def build(self) -> Any:
        """The application."""
        app = self._router(self._description["router"], self._module.FastAPI)
        for handler in self._description.get("handlers", ()):
            made = handler_of(self._framework, handler, self._called)
            app.exception_handler(handled_by(self._framework, handler["of"]))(made)
        for middleware in self._description.get("middleware", ()):
            add_middleware(app, self._framework, middleware, self._called)
        mount(self._framework, app, self._description["router"])
        return app

    def _router(self, described: Router, cls: Any) -> Any:
        options = {**described.get("options", {}), **self._shared(described)}
        if cls is self._module.APIRouter:
            options["prefix"] = described.get("prefix", "")
        router = cls(**options)
        for member in described["members"]:
            if is_router(member):
                included = self._router(member, self._module.APIRouter)
                router.include_router(included, **member.get("included_with", {}))
            elif is_socket(member):
                endpoint = socket_of(self._framework, self._functions, member, self._called)
                router.websocket(member["socket"], **self._shared(member))(endpoint)
            else:
                self._operation(router, member)
        return router

    def _shared(self, described: Any) -> dict[str, Any]:
        shared = neutral_options(self._framework, described)
        if "dependencies" in described:
            shared["dependencies"] = [
                self._module.Depends(self._functions.dependencies[name])
                for name in described["dependencies"]
            ]
        if "response_class" in described:
            is_operation = "path" in described
            name = "response_class" if is_operation else "default_response_class"
            shared[name] = self._functions.results.response_class(described["response_class"])
        return shared

    def _operation(self, router: Any, described: Operation) -> None:
        endpoint = self._functions.endpoint(described)
        options = {**described.get("options", {}), **self._shared(described)}
        if "type" in described and not described.get("annotated"):
            options["response_model"] = annotation_of(described["type"], self._types)
        for status, type_ in described.get("response_types", {}).items():
            model = annotation_of(type_, self._types)
            options.setdefault("responses", {})[status] = {"model": model, "description": "r"}
        methods = described["methods"]
        if len(methods) == 1 and methods[0].lower() in _METHODS:
            getattr(router, methods[0].lower())(described["path"], **options)(endpoint)
        else:
            router.api_route(described["path"], methods=methods, **options)(endpoint)
