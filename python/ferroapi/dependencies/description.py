"""What was read of an endpoint, and of what: an inclusion reads it again only when that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ferroapi.dependencies import declaration
from ferroapi.dependencies.declaration import get_parameterless_dependant, path_parameter_names
from ferroapi.dependencies.file_streams import check_file_streams
from ferroapi.dependencies.signature import signature_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ferroapi import params
    from ferroapi.dependencies.models import Dependant
    from ferroapi.fields import ModelField


class Description:
    """An endpoint with the dependencies of its route, whose values nobody takes."""

    __slots__ = ("_dependencies", "_described", "_endpoint", "_path_names", "_state")

    def __init__(
        self, path: str, endpoint: Callable[..., Any], dependencies: Sequence[params.Depends]
    ) -> None:
        """Raises what `get_dependant` does.

        Args:
            path: the path format.
            endpoint: the callable that answers.
            dependencies: run before those of the parameters.
        """
        self._path_names = path_parameter_names(path)
        # The endpoint is over when it has returned: what it depends on may be over then, too.
        self._endpoint = declaration.get_dependant(path=path, call=endpoint, scope="function")
        self._endpoint.keep_kind()
        self._dependencies = tuple(dependencies)
        self._described = _parameterless(path, dependencies)
        self._state = self._read_of()

    def __deepcopy__(self, _memo: dict[int, Any]) -> Description:
        # Nobody changes it, and what a copied route has is compared with it like any other.
        return self

    def again(
        self, path: str, endpoint: Callable[..., Any], dependencies: Sequence[params.Depends]
    ) -> Description:
        """The description of what a route has now: itself, when it was read of just that."""
        same = (
            endpoint is self._endpoint.call
            and _same(self._dependencies, dependencies)
            and self._path_names == path_parameter_names(path)
            and _same(self._state, self._read_of())
            and all(field.is_current for field in self._fields())
        )
        return self if same else Description(path, endpoint, dependencies)

    def _flat(self) -> Iterator[Dependant]:
        """All that was described."""
        for described in (self._endpoint, *self._described):
            yield from described.flat()

    def _fields(self) -> Iterator[ModelField]:
        for described in self._flat():
            yield from described.parameters
            yield from described.body_params

    def _read_of(self) -> list[Any]:
        """What all the signatures are read from."""
        calls = {id(below.call): below.call for below in self._flat()}
        return [part for call in calls.values() for part in signature_state(call)]

    def dependant(self, path: str, added: Sequence[params.Depends] = ()) -> Dependant:
        """The whole, for one route: whoever changes it changes no other.

        Args:
            path: the path format of the route.
            added: the dependencies of the inclusions around it, which run first.
        """
        described = (below.with_path(below.path) for below in self._described)
        dependant = self._endpoint.with_path(path, [*_parameterless(path, added), *described])
        check_file_streams(dependant)
        return dependant


def _parameterless(path: str, dependencies: Sequence[params.Depends]) -> list[Dependant]:
    return [get_parameterless_dependant(depends, path=path) for depends in dependencies]


def _same(known: Sequence[Any], found: Sequence[Any]) -> bool:
    return len(known) == len(found) and all(
        one is other for one, other in zip(known, found, strict=True)
    )
