"""From described parameters to the signature of a function."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AliasChoices
from tests.differential.annotations import annotation_of
from tests.differential.descriptions import Parameter
from tests.differential.frameworks import Framework
from tests.differential.schemes import scheme

_EMPTY = inspect.Parameter.empty


class Signatures:
    """Gives functions the parameters that a framework looks for."""

    def __init__(
        self,
        framework: Framework,
        types: Mapping[str, Any],
        dependencies: Mapping[str, Callable[..., Any]],
    ) -> None:
        """Both mappings may become longer."""
        self._module = framework.module
        self._framework = framework
        self._types = types
        self._dependencies = dependencies
        self._schemes: dict[str, Any] = {}
        self._injected = {
            "request": self._module.Request,
            "connection": framework.part("requests").HTTPConnection,
            "websocket": self._module.WebSocket,
            "response": self._module.Response,
            "background": self._module.BackgroundTasks,
            "scopes": framework.part("security").SecurityScopes,
        }

    def signed(
        self,
        function: Any,
        name: str,
        parameters: list[Parameter],
        annotation: Any = inspect.Signature.empty,
    ) -> Callable[..., Any]:
        """The function with a name, keyword parameters, and what it returns."""
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
        kind = described["in"]
        if kind in self._injected:
            return self._injected[kind], _EMPTY
        if kind in ("dependency", "security"):
            return Annotated[Any, self._depends(described)], _EMPTY
        annotation = annotation_of(described["type"], self._types)
        default = described.get("default", _EMPTY)
        style = described.get("style", "annotated")
        if style == "bare":
            return annotation, default
        marker = getattr(self._module, kind.capitalize())
        options = {**described.get("options", {})}
        if isinstance(options.get("validation_alias"), list):
            options["validation_alias"] = AliasChoices(*options["validation_alias"])
        if style == "annotated":
            return Annotated[annotation, marker(**options)], default
        return annotation, marker(**options) if default is _EMPTY else marker(default, **options)

    def _depends(self, described: Parameter) -> Any:
        if "dependency" in described:
            called = self._dependencies[described["dependency"]]
        else:
            called = self._scheme(described["scheme"])
        options: dict[str, Any] = {"use_cache": described.get("use_cache", True)}
        if "scopes" in described:
            return self._module.Security(called, scopes=described["scopes"], **options)
        if "scope" in described:
            options["scope"] = described["scope"]
        return self._module.Depends(called, **options)

    def _scheme(self, name: str) -> Any:
        if name not in self._schemes:
            self._schemes[name] = scheme(self._framework, name)
        return self._schemes[name]
