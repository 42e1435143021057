"""Generates scripts of changes that FastAPI takes notice of.

FastAPI makes an inclusion of its router's routes when it is first needed, and again when something
was declared in that router: what changes a router that may be included is followed by a
declaration. What changes the routes of the application itself is what FastAPI reads for each
request.
"""

import copy
import re
from dataclasses import dataclass, field
from typing import Any

from tests.differential.changes.callables import (
    DEPENDENCIES,
    DEPENDING,
    ENDPOINTS,
    OF_SOCKETS,
)
from tests.differential.changes.descriptions import Script, Step
from tests.differential.choices import Choices
from tests.differential.descriptions import Sent

_PATHS = ["/a", "/b", "/{p}", "/a/{p}", "/b/"]
_PREFIXES = ["/r", "", "/s"]
_OPTIONS: list[dict[str, Any]] = [
    {},
    {"dependencies": ["query"]},
    {"dependencies": ["guard"]},
    {"dependencies": ["sets tenant", "adds header"]},
    {"dependencies": ["closing", "deep"]},
    {"response_model": "Small"},
    {"response_model": "dict", "tags": ["t"]},
    {"status_code": 202},
    {"response_class": "marked"},
    {"methods": ["POST"]},
    {"include_in_schema": False},
]
_OF_INCLUSIONS: list[dict[str, Any]] = [
    {},
    {"dependencies": ["guard"]},
    {"dependencies": ["changes path", "closing in a thread"]},
    {"tags": ["i"], "deprecated": True},
    {"default_response_class": "marked"},
    {"generate_unique_id_function": "of_inclusion"},
]
_OF_INCLUDED_ROUTES: list[tuple[str, list[Any]]] = [
    ("endpoint", list(ENDPOINTS)),
    ("response_model", ["Small", "Other", "dict", "none"]),
    ("status_code", [201, 203]),
    ("path", ["/new", "/new/{p}"]),
    ("tags", [["new"], []]),
    ("dependencies", [["guard"], ["query", "closing"], []]),
    ("methods", [["POST"], ["GET", "PUT"]]),
    ("response_class", ["marked", "json"]),
    ("generate_unique_id_function", ["of_route"]),
    ("operation_id", ["mine"]),
    ("include_in_schema", [False, True]),
    ("deprecated", [True]),
    ("summary", ["s"]),
    ("description", ["d"]),
    ("response_model_exclude_unset", [True]),
    ("app", [""]),
    ("handle", [""]),
    ("matches", [""]),
    ("path_regex", ["^/other$"]),
]
_OF_OWN_ROUTES: list[tuple[str, list[Any]]] = [
    ("app", [""]),
    ("handle", [""]),
    ("matches", [""]),
    ("path_regex", ["^/other$", "^/(v|a|b)$"]),
    ("methods", [["POST"], ["GET", "PUT"]]),
    ("tags", [["new"]]),
    ("summary", ["s"]),
    ("include_in_schema", [False, True]),
]
_OF_ROUTERS: list[tuple[str, list[Any]]] = [
    ("default_response_class", ["marked", "json"]),
    ("generate_unique_id_function", ["of_router"]),
    ("tags", [["of router"]]),
    ("deprecated", [True]),
    ("include_in_schema", [False, True]),
]
_OF_THE_APPLICATION: list[tuple[str, list[Any]]] = [
    *_OF_ROUTERS,
    ("redirect_slashes", [False, True]),
    ("default", ["default"]),
]
_LISTS = [
    *("remove", "move to the front", "assign without", "assign reversed", "reverse", "clear"),
    "add again",
]
_OVERRIDES = ["set", "set", "delete", "clear", "assign", "assign own", "set in own"]
_NAMES = [
    f"{name}_param_name" for name in ("request", "http_connection", "response", "background_tasks")
]
_ASKED = ["a", "b", "new", "other", "late0", "late1"]


@dataclass
class _Routers:
    """What is known of a router: enough to ask for what it may have."""

    paths: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)
    prefix: str = ""
    included: list[tuple[str, "_Routers"]] = field(default_factory=list)

    def all_paths(self) -> list[str]:
        """Whole paths, those of sockets included."""
        found = [self.prefix + path for path in (*self.paths, *self.sockets, "/new")]
        for prefix, inner in self.included:
            found += [self.prefix + prefix + path for path in inner.all_paths()]
        return found

    def has_sockets(self) -> bool:
        """Whether any were declared here or below."""
        return bool(self.sockets) or any(inner.has_sockets() for _, inner in self.included)


class Generator:
    """Makes one script."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._steps: list[Step] = []
        self._known: dict[str, _Routers] = {"app": _Routers()}
        self._patched: list[str] = []
        self._late = 0
        self._copies: list[str] = []
        self._overridden = False
        self._nested = False

    def script(self, length: int) -> Script:
        """A script of that many changes and declarations, with requests between them."""
        for index in range(1 + self._choices.below(3)):
            name, prefix = f"r{index}", self._choices.one_of([*_PREFIXES, f"/{{w{index}}}"])
            self._known[name] = _Routers(prefix=prefix)
            self._steps.append(["router", name, prefix])
            self._declare(name)
        self._declare("app")
        self._include()
        for _ in range(length):
            self._one()
            for _ in range(self._choices.below(4)):
                self._request()
        self._steps.append(["request", _sent("/openapi.json")])
        return {"steps": self._steps}

    def _one(self) -> None:
        kinds = [
            self._include,
            self._late_declaration,
            self._socket,
            self._of_included_route,
            self._of_included_route,
            self._of_own_route,
            self._of_router,
            self._depend,
            self._routes,
            self._override,
            self._dependant,
            self._dependant,
            self._handlers,
            self._copy,
            self._restore,
            self._sign,
        ]
        self._choices.one_of(kinds)()

    def _any_router(self) -> str:
        return self._choices.one_of(list(self._known))

    def _included_router(self) -> str:
        return self._choices.one_of([name for name in self._known if name != "app"])

    def _declare(self, router: str) -> None:
        path = self._choices.one_of(_PATHS)
        endpoint = self._choices.one_of(ENDPOINTS)
        options = dict(self._choices.one_of(_OPTIONS))
        if endpoint == "body":
            options["methods"] = ["POST"]
        self._known[router].paths.append(path)
        self._steps.append(["declare", router, path, endpoint, options])

    def _late_declaration(self) -> None:
        self._declare(self._any_router())

    def _socket(self) -> None:
        router = self._any_router()
        path = self._choices.one_of(_PATHS)
        options = self._choices.one_of([{}, {"dependencies": ["guard"]}])
        self._known[router].sockets.append(path)
        self._steps.append(["socket", router, path, self._choices.one_of(OF_SOCKETS), options])
        if router != "app" and self._choices.rarely(2):
            endpoint = self._choices.one_of(OF_SOCKETS)
            self._steps.append(["talk", router, self._choices.below(3), endpoint])
            self._noticed(router)

    def _noticed(self, router: str) -> None:
        """Has FastAPI take notice of what a router that may be included has now."""
        if router != "app":
            path = f"/late{self._late}"
            self._late += 1
            self._known[router].paths.append(path)
            self._steps.append(["declare", router, path, "plain", {}])

    def _include(self) -> None:
        names = [name for name in self._known if name not in self._copies]
        outer = self._choices.one_of(names[:-1])
        if outer != "app" and self._choices.rarely(2):
            outer = "app"
        inner = self._choices.one_of(names[names.index(outer) + 1 :])
        options = dict(self._choices.one_of(_OF_INCLUSIONS))
        prefix = self._choices.one_of(["", "/x", "/y"])
        if prefix:
            options["prefix"] = prefix
        self._known[outer].included.append((prefix, self._known[inner]))
        self._steps.append(["include", outer, inner, options])

    def _attribute(
        self, router: str, index: int | None, known: list[tuple[str, list[Any]]]
    ) -> None:
        name, values = self._choices.one_of(known)
        how = "set"
        if self._choices.rarely(3):
            how = "patch"
            self._patched.append(router)
        self._steps.append([how, router, index, name, self._choices.one_of(values)])
        self._noticed(router)

    def _of_included_route(self) -> None:
        self._attribute(self._included_router(), self._choices.below(5), _OF_INCLUDED_ROUTES)

    def _of_own_route(self) -> None:
        self._attribute("app", self._choices.below(5), _OF_OWN_ROUTES)

    def _of_router(self) -> None:
        router = self._any_router()
        known = _OF_THE_APPLICATION if router == "app" else _OF_ROUTERS
        self._attribute(router, None, known)

    def _restore(self) -> None:
        if self._patched:
            self._steps.append(["restore"])
            self._noticed(self._patched.pop())

    def _sign(self) -> None:
        # A copy of a router has the very endpoints of the original.
        if not self._copies:
            router = self._included_router()
            endpoint = self._choices.one_of(ENDPOINTS[:-1])
            self._steps.append(["sign", router, self._choices.below(5), endpoint])
            self._noticed(router)

    def _depend(self) -> None:
        router = self._any_router()
        index = None
        if router != "app" and not self._choices.rarely(4):
            index = self._choices.below(5)
        place = self._choices.one_of([None, 0])
        self._steps.append(["depend", router, index, place, self._choices.one_of(DEPENDENCIES)])
        self._noticed(router)

    def _routes(self) -> None:
        router = self._any_router()
        how = self._choices.one_of(_LISTS)
        if self._choices.rarely(5):
            how = "patch"
            self._patched.append(router)
        self._steps.append(["routes", router, how, self._choices.below(5)])
        self._noticed(router)

    def _override(self) -> None:
        if self._nested:
            return
        self._overridden = True
        how = self._choices.one_of(_OVERRIDES)
        if self._choices.rarely(6):
            how = "patch"
            self._patched.append("app")
        original, other = (self._choices.one_of(DEPENDENCIES) for _ in range(2))
        if other in DEPENDING:
            # It must not come to depend on itself.
            original = "guard"
        self._steps.append(["override", how, original, other])

    def _dependant(self) -> None:
        place = [self._choices.below(3) for _ in range(self._choices.below(3))]
        if place and self._overridden:
            # While anything is overridden, FastAPI reads all dependencies of dependencies anew.
            place = []
        self._nested = self._nested or bool(place)
        how = self._choices.one_of(
            [
                *("append", "insert", "append named", "assign", "remove", "wrap", "name"),
                *("take parameters", "drop parameters"),
            ]
        )
        operand = self._choices.one_of(_NAMES if how == "name" else DEPENDENCIES)
        self._steps.append(["dependant", self._choices.below(8), place, how, operand])

    def _handlers(self) -> None:
        of = self._choices.one_of(["HTTPException", "RequestValidationError", 404, 403])
        how = self._choices.one_of(["set", "delete", "assign", "clear", "remove Starlette's"])
        if of == "RequestValidationError":
            # What nobody handles has the place of an endpoint in it, which FastAPI confuses.
            how = "set"
        handler = {
            "of": of,
            "kind": "async",
            "how": "answers",
            "status": 418,
        }
        self._steps.append(["handlers", how, handler])

    def _copy(self) -> None:
        router = self._included_router()
        if self._known[router].included:
            # FastAPI cannot copy what has an inclusion.
            return
        name = f"c{len(self._known)}"
        self._copies.append(name)
        self._known[name] = copy.deepcopy(self._known[router])
        self._steps.append(["copy", router, name])
        options = {"prefix": f"/{name}"}
        self._known["app"].included.append((f"/{name}", self._known[name]))
        self._steps.append(["include", "app", name, options])

    def _request(self) -> None:
        path = self._choices.one_of(self._known["app"].all_paths())
        path = path.replace("{p}", self._choices.one_of(["v", "a"]))
        path = re.sub("{w.}", "w", path)
        if self._choices.rarely(10):
            path = "/" + self._choices.one_of(_ASKED)
        query = "n=1&q=x&t=y" if not self._choices.rarely(5) else "q=z&n=no"
        headers: list[tuple[str, str]] = []
        if not self._choices.rarely(3):
            headers.append(("x-token", "ok"))
        if self._choices.rarely(4):
            headers.append(("x-skip", "1"))
        sent = _sent(path, query, headers)
        if self._choices.rarely(5):
            sent["method"] = "POST"
            sent["headers"].append(("content-type", "application/json"))
            sent["body"] = [self._choices.one_of(['{"a": 3}', "{}", '{"a": "no"}'])]
        elif self._known["app"].has_sockets() and self._choices.rarely(3):
            sent["messages"] = []
        self._steps.append(["request", sent])


def _sent(path: str, query: str = "", headers: list[tuple[str, str]] | None = None) -> Sent:
    return {
        "method": "GET",
        "path": path,
        "query": query,
        "headers": headers or [],
        "body": [""],
    }


def script_of_changes(choices: Choices) -> Script:
    """Scripts of some changes, each followed by requests."""
    return Generator(choices).script(1 + choices.below(8))
