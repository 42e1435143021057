"""What the parts of a request are made from: an operation and the values for its parameters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.differential.choices import Choices
from tests.differential.descriptions import (
    Application,
    Operation,
    Parameter,
    Router,
    Socket,
    is_router,
    is_socket,
)
from tests.differential.values import Models, all_fields, scalar_text, sent_name


@dataclass(frozen=True)
class Target:
    """An operation or a WebSocket endpoint.

    It has its whole path and all parameters, those of its dependencies included.
    """

    path: str
    operation: Operation | Socket
    parameters: list[Parameter]


def targets(application: Application) -> list[Target]:
    """The operations of an application."""
    return list(_targets(application, application["router"], "", []))


def _targets(
    application: Application, router: Router, prefix: str, dependencies: list[str]
) -> Iterator[Target]:
    prefix += router.get("included_with", {}).get("prefix", "") + router.get("prefix", "")
    dependencies = [*dependencies, *router.get("dependencies", [])]
    for member in router["members"]:
        if is_router(member):
            yield from _targets(application, member, prefix, dependencies)
            continue
        parameters = list(member["parameters"])
        parameters += [
            {"name": "", "in": "dependency", "dependency": name}
            for name in (*dependencies, *member.get("dependencies", ()))
        ]
        path = prefix + (member["socket"] if is_socket(member) else member["path"])
        yield Target(path, member, list(_flat(application, parameters, path)))


def _flat(application: Application, parameters: list[Parameter], path: str) -> Iterator[Parameter]:
    for parameter in parameters:
        if "dependency" in parameter:
            below = application["dependencies"][parameter["dependency"]]["parameters"]
            yield from _flat(application, below, path)
        else:
            yield parameter


def latin(text: str) -> str:
    """Text as the bytes of UTF-8, written as Latin-1."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


@dataclass(frozen=True)
class Draft:
    """What the parts of a request are drawn from."""

    choices: Choices
    models: Models
    target: Target

    def rarely(self, sides: int) -> bool:
        return self.choices.rarely(sides)

    def one_of(self, options: Any) -> Any:
        return self.choices.one_of(options)

    def located(self, *locations: str) -> list[Parameter]:
        return [item for item in self.target.parameters if item["in"] in locations]

    def sent(self, location: str) -> list[tuple[str, str]]:
        """Names and texts for the parameters of a location."""
        pairs: list[tuple[str, str]] = []
        for parameter in self.located(location):
            described = parameter["type"]
            named = described[1] if described[0] == "optional" else described
            if isinstance(named, list) and named[0] in ("model", "tagged"):
                chosen = self.one_of(named[1:])
                fields = all_fields(self.models[chosen], self.models)
            else:
                fields = [parameter]
            for field in fields:
                pairs += self._pairs(field, location)
        return pairs

    def _pairs(self, field: Any, location: str) -> list[tuple[str, str]]:
        options = field.get("options", {})
        name = sent_name(field["name"], options)
        if location == "header" and name == field["name"] and not self.rarely(8):
            name = name.replace("_", "-")
        if self.rarely(30):
            name = self.one_of([field["name"], name.upper(), name.replace("_", "-")])
        described = field["type"]
        while isinstance(described, list) and described[0] in (
            "optional",
            "constrained",
            "checked",
        ):
            described = described[1]
        several = isinstance(described, list) and described[0] in (
            *("list", "set", "tuple", "frozenset", "pair"),
        )
        if several:
            count = self.one_of([1, 2, 2, 3, 0] if self.rarely(3) else [1, 2])
        elif "default" in field:
            count = self.one_of([0, 1, 1, 1, 2])
        else:
            count = self.one_of([1] * 28 + [0, 2])
        return [(name, scalar_text(self.choices, field["type"], self.models)) for _ in range(count)]
