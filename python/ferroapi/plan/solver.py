"""From a request to the arguments of an endpoint, at two speeds with one meaning.

The short cut validates everything in one call and runs the dependencies: it is written as source
when a plan is compiled. When that fails, the exact order says why: dependencies first, in order of
declaration, and every error collected.
"""

from __future__ import annotations

import inspect
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from pydantic import PydanticUserError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ferroapi import params
from ferroapi.dependencies.body import embeds_body
from ferroapi.dependencies.callables import callable_name, declaring
from ferroapi.dependencies.file_streams import is_file_stream
from ferroapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from ferroapi.fields import ErrorDetail, Undefined
from ferroapi.masking import Secrets
from ferroapi.plan.reading.body import (
    decode,
    read_body_fields,
    read_raw,
    read_received,
)
from ferroapi.plan.reading.first_errors import LARGE, Bound
from ferroapi.plan.reading.parameters import read_parameters, reads_itself
from ferroapi.plan.reading.shortcut import Shortcut
from ferroapi.plan.reading.streamed_form import read_until_file
from ferroapi.plan.reading.validators import calls_functions_of_users
from ferroapi.plan.reading.values import validate
from ferroapi.plan.writing.arguments import CONNECTIONS, dictionary, write_dependencies
from ferroapi.plan.writing.draft import Draft
from ferroapi.plan.writing.forms import write_form, write_new_form
from ferroapi.plan.writing.interface import Exchanged
from ferroapi.plan.writing.source import Source
from ferroapi.plan.writing.stage import write_raw_body, write_stage
from ferroapi.safeguards import safeguards_of
from ferroapi.validation_errors import as_shown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import TypeAlias

    from ferroapi._form_limits import FormLimits
    from ferroapi.connection.exchange import Exchange
    from ferroapi.exceptions import EndpointContext
    from ferroapi.fields import ModelField
    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.reading.forms import FormReader
    from ferroapi.plan.reading.refused import Refused

    Solve: TypeAlias = Callable[[Exchange], Awaitable[dict[str, Any]]]


class Solver:
    """Gets the arguments of one endpoint out of requests."""

    __slots__ = (
        "_after_body",
        "_before_body",
        "_body_field",
        "_embeds",
        "_endpoint",
        "_endpoint_context",
        "_forms",
        "_parts",
        "_reads_form",
        "_secrets",
        "_solve",
        "_steps",
        "_streamed",
        "form_limits",
        "shortcut",
        "strict_content_type",
        "title",
    )

    def __init__(
        self,
        steps: tuple[Step, ...],
        *,
        endpoint_context: Callable[[], EndpointContext],
        body_field: ModelField | None = None,
        embed: bool = False,
        strict_content_type: bool = True,
        form_limits: FormLimits | None = None,
        reads_late: bool = False,
    ) -> None:
        """
        Args:
            steps: the dependencies and the endpoint.
            endpoint_context: says where the endpoint is, for errors.
            body_field: the body as one field.
            embed: whether the body is an object with a member for each parameter.
            strict_content_type: whether a JSON body needs a JSON content type.
            form_limits: those of the operation.
            reads_late: whether what needs nothing of the body runs before it is read.
        """
        for step in steps:
            with declaring(step.dependant.call):
                # What has no schema is an error, and what is not defined is one where it is sent.
                _ = [field.is_complete for field in _fields(step)]
        self._steps = steps
        self._before_body = _free_of_body(steps) if reads_late and body_field is not None else []
        self._after_body = [step for step in steps if step not in self._before_body]
        self._endpoint = steps[-1]
        self._endpoint_context = endpoint_context
        self._body_field = body_field
        self._embeds = [embed or embeds_body(step.dependant.body_params) for step in steps]
        self.strict_content_type = strict_content_type
        self.form_limits: FormLimits = form_limits or {}
        self._reads_form = body_field is not None and isinstance(body_field.field_info, params.Form)
        self._forms = self._form_readers() if self._reads_form else []
        self._streamed = next(
            (
                field
                for field in self._endpoint.dependant.body_params
                if is_file_stream(field.field_info.annotation)
            ),
            None,
        )
        self._parts = {
            name: field.field_info.max_size
            for step in steps
            for field in step.dependant.body_params
            if isinstance(field.field_info, params.Part)
            for name in field.input_names
        }
        self.title = (
            f"{self._endpoint.dependant.path} {callable_name(self._endpoint.dependant.call)}"
        )
        self._secrets = Secrets(
            [field for step in steps for field in _fields(step)],
            is_embedded=embed,
        )
        self.shortcut = None
        if not any(step.repeats for step in steps) and not self._before_body:
            self.shortcut = Shortcut.compile(
                [step.dependant for step in steps],
                body_field=body_field,
                embed=embed,
                in_order=_can_be_told_apart(steps),
                secrets=self._secrets,
            )
        self._solve: Solve | None = None

    def _form_readers(self) -> list[FormReader]:
        from ferroapi.plan.reading.forms import FormReader

        return [FormReader(step.dependant.body_params) for step in self._steps]

    async def solve(self, exchange: Exchange) -> dict[str, Any]:
        """The arguments of the endpoint, its dependencies run.

        Raises:
            RequestValidationError: a parameter or the body does not fit its declaration.
            HTTPException: 400 for a body that cannot be read.
            Exception: whatever a dependency raises.
        """
        if reads_itself(exchange):
            return await self.solve_exactly(exchange)
        solve = self._solve or self._compile()
        return await solve(exchange)

    def _compile(self) -> Solve:
        self._solve = self.solve_exactly
        shortcut = self.shortcut
        if shortcut is not None:
            source = Source(f"arguments of {self.title}")
            draft = Draft(
                source, Exchanged(), self._steps, shortcut, ("return await exactly(exchange)",)
            )
            source.name("exactly", self.solve_exactly)
            with source.block("async def solve(exchange):"):
                source.line("scope = exchange.scope")
                if shortcut.reads_form:
                    # Somebody who has the request may have read its form already.
                    with source.block("if exchange.has_connection:"):
                        draft.leave()
                    write_new_form(draft, self.form_limits, otherwise=draft.otherwise)
                    write_form(draft, targets="form = exchange.received_form")
                elif shortcut.reads_body:
                    strict = self.strict_content_type
                    write_raw_body(draft, target="raw", strict_content_type=strict)
                write_dependencies(draft, self._steps[:-1])
                write_stage(draft, self._endpoint)
                source.line(f"return {dictionary(source, self._endpoint, shortcut)}")
            self._solve = source.function(
                "solve", called=callable_name(self._endpoint.dependant.call)
            )
        return self._solve

    def source(self) -> str:
        """The Python source of `solve` for this endpoint, or of the exact order that it takes."""
        return dedent(inspect.getsource(self._solve or self._compile()))

    async def read_ahead(self, exchange: Exchange) -> None:
        """Reads the body, unless it is parsed as it comes: `solve` then waits for nobody outside.

        Raises what `solve` does when it cannot be read.
        """
        if self._body_field is not None and not self._reads_form and not self._before_body:
            await read_raw(exchange)

    def received_body(self, exchange: Exchange) -> Any:
        """What was read of the body: decoded, a form, text that is no JSON, or `None`."""
        if self._reads_form:
            return exchange.form
        if self._body_field is None or exchange.body is None:
            return None
        try:
            received = decode(exchange, exchange.body, strict_content_type=self.strict_content_type)
        except RequestValidationError as error:
            return error.body
        except HTTPException:
            return exchange.body
        return None if received is Undefined else received

    async def solve_exactly(self, exchange: Exchange, done: Sequence[Any] = ()) -> dict[str, Any]:
        """What `solve` gives, and every error there is.

        Args:
            exchange: the request.
            done: what the first steps have given already.
        """
        found = _Found([*done, *([None] * (len(self._steps) - len(done)))], dict(enumerate(done)))
        refused: Refused | None = getattr(exchange, "refused", None)
        if refused is not None:
            found.refused[len(done)] = refused
        if self._before_body:
            await self._run(self._before_body, Undefined, exchange, found)
            if found.errors:
                raise self._validation_error(found.errors, Undefined, exchange)
        received = await self._read(exchange)
        await self._run(self._after_body[len(done) :], received, exchange, found)
        if found.errors:
            received = _as_read(received, exchange)
            raise self._validation_error(found.errors, received, exchange, has_more=found.has_more)
        return found.arguments

    async def _run(
        self, steps: Sequence[Step], received: Any, exchange: Exchange, found: _Found
    ) -> None:
        for step in steps:
            try:
                own, wrong = await self._take(step, received, exchange, found)
            except PydanticUserError:
                with declaring(step.dependant.call):
                    raise
            found.errors += wrong
            result = None
            if wrong or any(index in found.failed for _, index in step.inputs):
                found.failed.add(step.index)
            elif step.first in found.given:
                result = found.given[step.first]
            else:
                found.arguments = step.arguments(own, found.results, exchange)
                if step is not self._endpoint:
                    result = await step.run(found.arguments, exchange)
                    found.given[step.first] = result
            found.results[step.index] = result

    async def _take(
        self, step: Step, received: Any, exchange: Exchange, found: _Found
    ) -> tuple[dict[str, Any], list[ErrorDetail]]:
        """What a step takes of the request, and what is wrong with it."""
        refused = found.refused.get(step.index)
        own, wrong = read_parameters(
            *(step.dependant, exchange.connection),
            validate if refused is None else refused.validate_parameter,
        )
        if step.dependant.body_params:
            validate_body = validate if refused is None else refused.validate_body
            if isinstance(received, FormData):
                taken, more = await self._forms[step.index].read(received, validate_body)
            else:
                bound = _bound(exchange)
                taken, more = read_body_fields(
                    *(step.dependant.body_params, _as_read(received, exchange)),
                    embed=self._embeds[step.index],
                    bound=bound,
                    validate=validate_body,
                )
                found.has_more |= bound is not None and bound.is_reached
            own |= taken
            wrong += more
        return own, wrong

    def _validation_error(
        self,
        errors: list[ErrorDetail],
        received: Any,
        exchange: Exchange,
        *,
        has_more: bool = False,
    ) -> RequestValidationError | WebSocketRequestValidationError:
        scope = exchange.scope
        websocket = scope["type"] == "websocket"
        path = scope.get("root_path", "").rstrip("/") + self._endpoint.dependant.path
        method = "WS" if websocket else scope["method"]
        context: EndpointContext = {**self._endpoint_context(), "path": f"{method} {path}"}
        error: RequestValidationError | WebSocketRequestValidationError
        if websocket:
            error = WebSocketRequestValidationError(errors, endpoint_ctx=context)
        else:
            body = None if received is Undefined else received
            error = RequestValidationError(errors, body=body, endpoint_ctx=context)
        raw = exchange.body
        size = None if raw is None else len(raw)
        return as_shown(error, scope, body_size=size, secrets=self._secrets, has_more=has_more)

    async def _read(self, exchange: Exchange) -> Any:
        """The body as its parameters see it: decoded, a form, bytes, or `Undefined`."""
        if self._body_field is None or not isinstance(exchange.connection, Request):
            return Undefined
        if self._streamed is not None:
            exchange.form = await read_until_file(
                exchange, self._streamed, self._parts, self.form_limits
            )
            return exchange.form
        try:
            received = await read_received(
                exchange,
                is_form=self._reads_form,
                strict_content_type=self.strict_content_type,
                limits=self.form_limits,
            )
            if self._reads_form:
                exchange.form = received
            return received
        except RequestValidationError as error:
            errors = list(error.current_errors())
            raise self._validation_error(errors, error.body, exchange) from error.__cause__


class _Found:
    """What was found of one request in the exact order."""

    __slots__ = ("arguments", "errors", "failed", "given", "has_more", "refused", "results")

    def __init__(self, results: list[Any], given: dict[int, Any]) -> None:
        self.results = results
        """The value of each step, `None` before it has run."""
        self.given = given
        """The values of those that have run, by the first step that calls the same."""
        self.errors: list[ErrorDetail] = []
        self.has_more = False
        """Whether there may be others, which nobody has looked for."""
        self.failed: set[int] = set()
        self.refused: dict[int, Refused] = {}
        """What was refused before, by the step that takes it."""
        self.arguments: dict[str, Any] = {}


def _fields(step: Step) -> list[ModelField]:
    return [*step.dependant.parameters, *step.dependant.body_params]


def _bound(exchange: Exchange) -> Bound | None:
    """One error more than the answer lists, where finding all of a body's would take long."""
    limit = safeguards_of(exchange.scope).error_limit
    is_large = exchange.body is not None and len(exchange.body) > LARGE
    return None if limit is None or not is_large else Bound(limit + 1)


def _as_read(received: Any, exchange: Exchange) -> Any:
    """A body as it is by now: who has asked the request for it may have changed it."""
    is_json = received is not Undefined and not isinstance(received, (bytes, FormData))
    return exchange.read_json(received) if is_json else received


def _free_of_body(steps: Sequence[Step]) -> list[Step]:
    """The dependencies that take nothing of the body, neither themselves nor below."""
    free: list[Step] = []
    indexes: set[int] = set()
    for step in steps[:-1]:
        if not step.dependant.body_params and all(index in indexes for _, index in step.inputs):
            free.append(step)
            indexes.add(step.index)
    return free


def _can_be_told_apart(steps: Sequence[Step]) -> bool:
    """Whether it can be seen when the parameters of a step are read and validated.

    A dependency that is handed the request may change it, and functions that the user has put into
    a schema may see what a dependency has set.
    """
    *dependencies, _ = steps
    return bool(dependencies) and (
        any(kind in CONNECTIONS for step in dependencies for _, kind in step.injected)
        or any(
            calls_functions_of_users(field.core_schema) for step in steps for field in _fields(step)
        )
    )
