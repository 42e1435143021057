"""What routers and inclusions pass down to the routes below them."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from ferroapi._form_limits import FormLimits, with_form_limits
from ferroapi.body_limit import innermost_body_limit, with_body_limit
from ferroapi.datastructures import Default, DefaultPlaceholder
from ferroapi.keywords import Keywords
from ferroapi.routing.layers import Layer, with_layers
from ferroapi.routing.options import ADDED, AddedOptions, ReadBody, first_chosen, first_given
from ferroapi.routing.unique_id import generate_unique_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from enum import Enum

    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from ferroapi import params


class InclusionOptions(AddedOptions, total=False):
    """Keywords of `include_router`, and of a router for all of its routes."""

    prefix: str
    """In front of every path: starts with a slash and does not end with one."""
    tags: list[str | Enum] | None
    """OpenAPI tags, before those of the routes."""
    dependencies: Sequence[params.Depends] | None
    """Dependencies that run before those of the routes."""
    default_response_class: type[Response]
    """The response class of routes that have none."""
    responses: dict[int | str, dict[str, Any]] | None
    """Additional responses; those of the routes win."""
    callbacks: list[BaseRoute] | None
    """OpenAPI callbacks, before those of the routes."""
    deprecated: bool | None
    """Mark all operations as deprecated."""
    include_in_schema: bool
    """Whether OpenAPI shows the operations; True without it."""
    generate_unique_id_function: Callable[[Any], str]
    """Makes the operation ids of routes that have no function of their own."""
    max_body_size: int | None
    """The most bytes a request body may have, for routes and routers below without a limit."""
    form_limits: FormLimits | None
    """Limits of forms that parameters are read from, for those that do not have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """The settings of one router, of one `include_router` call, or of several on the way down."""

    prefix: str = ""
    tags: Sequence[str | Enum] = ()
    dependencies: Sequence[params.Depends] = ()
    default_response_class: type[Response] | DefaultPlaceholder = Default(JSONResponse)
    responses: Mapping[int | str, dict[str, Any]] = field(default_factory=dict)
    callbacks: Sequence[BaseRoute] = ()
    deprecated: bool | None = None
    include_in_schema: bool = True
    generate_unique_id_function: Callable[[Any], str] | DefaultPlaceholder = Default(
        generate_unique_id
    )
    strict_content_type: bool | DefaultPlaceholder = Default(True)
    max_body_size: int | None = None
    form_limits: FormLimits = field(default_factory=FormLimits)
    auto_head: bool | None = None
    layers: tuple[Layer, ...] = ()
    """The middleware and the exception handlers, the outermost first."""
    cancel_on_disconnect: bool | None = None
    read_body: ReadBody | None = None
    dependency_overrides_provider: Any = None
    included_router: Any = None
    """The router that is included; `None` for the settings of a router itself."""

    def then(self, inner: Inherited) -> Inherited:
        """These settings with the ones of something further down: the first_given choice wins."""
        return Inherited(
            prefix=self.prefix + inner.prefix,
            tags=[*self.tags, *inner.tags],
            dependencies=[*self.dependencies, *inner.dependencies],
            default_response_class=first_chosen(
                inner.default_response_class, self.default_response_class
            ),
            responses={**self.responses, **inner.responses},
            callbacks=[*self.callbacks, *inner.callbacks],
            deprecated=inner.deprecated or self.deprecated,
            include_in_schema=self.include_in_schema and inner.include_in_schema,
            generate_unique_id_function=first_chosen(
                inner.generate_unique_id_function, self.generate_unique_id_function
            ),
            strict_content_type=first_chosen(inner.strict_content_type, self.strict_content_type),
            max_body_size=innermost_body_limit(inner.max_body_size, self.max_body_size),
            form_limits={**self.form_limits, **inner.form_limits},
            auto_head=first_given(inner.auto_head, self.auto_head),
            layers=(*self.layers, *inner.layers),
            cancel_on_disconnect=first_given(inner.cancel_on_disconnect, self.cancel_on_disconnect),
            read_body=first_given(inner.read_body, self.read_body),
            dependency_overrides_provider=(
                self.dependency_overrides_provider or inner.dependency_overrides_provider
            ),
            included_router=inner.included_router,
        )

    def limited(self, app: ASGIApp) -> ASGIApp:
        """`app` with the limits of bodies and forms, and the layers around it; or itself."""
        limited = with_body_limit(with_form_limits(app, self.form_limits), self.max_body_size)
        return with_layers(limited, self.layers)


INCLUSION_KEYWORDS = Keywords(InclusionOptions, Inherited(), added=ADDED, built_on=AddedOptions)


class Inheriting:
    """A route that inclusions around it give their settings."""

    @abstractmethod
    def _within(self, outer: Inherited) -> BaseRoute:
        """The route as an inclusion makes it; this one stays as it is."""


def check_prefix(prefix: str) -> None:
    """Raises `AssertionError` for a prefix that cannot stand before a path."""
    if prefix:
        assert prefix.startswith("/"), "A path prefix must start with '/'"
        assert not prefix.endswith("/"), (
            "A path prefix must not end with '/', as the routes will start with '/'"
        )
