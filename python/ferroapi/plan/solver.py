"""From a request to the arguments of an endpoint, at two speeds with one meaning.

The short cut validates everything in one call and runs the dependencies. When that fails, the exact
order says why: dependencies first, in order of declaration, and every error collected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ferroapi import params
from ferroapi._core import check_json
from ferroapi.dependencies.body import embeds_body
from ferroapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from ferroapi.fields import ErrorDetail, Undefined
from ferroapi.plan.body import decode, is_json, read_body_fields, read_failure, read_form
from ferroapi.plan.forms import FormReader
from ferroapi.plan.parameters import read_parameters
from ferroapi.plan.shortcut import Shortcut

if TYPE_CHECKING:
    from ferroapi.exceptions import EndpointContext
    from ferroapi.fields import ModelField
    from ferroapi.form_limits import FormLimits
    from ferroapi.plan.exchange import Exchange
    from ferroapi.plan.steps import Step


class Solver:
    """Gets the arguments of one endpoint out of requests."""

    __slots__ = (
        "_body_field",
        "_dependencies",
        "_embeds",
        "_endpoint",
        "_endpoint_context",
        "_form_limits",
        "_forms",
        "_reads_form",
        "_shortcut",
        "_steps",
        "_strict_content_type",
    )

    def __init__(
        self,
        steps: tuple[Step, ...],
        *,
        endpoint_context: EndpointContext,
        body_field: ModelField | None = None,
        embed: bool = False,
        strict_content_type: bool = True,
        form_limits: FormLimits | None = None,
    ) -> None:
        self._steps = steps
        self._dependencies = steps[:-1]
        self._endpoint = steps[-1]
        self._endpoint_context = endpoint_context
        self._body_field = body_field
        self._embeds = [embed or embeds_body(step.dependant.body_params) for step in steps]
        self._strict_content_type = strict_content_type
        self._form_limits = form_limits or {}
        self._reads_form = body_field is not None and isinstance(body_field.field_info, params.Form)
        self._forms = [FormReader(step.dependant.body_params) for step in steps * self._reads_form]
        self._shortcut = Shortcut.compile(steps, body_field=body_field, embed=embed)

    async def solve(self, exchange: Exchange) -> dict[str, Any]:
        """The arguments of the endpoint, its dependencies run.

        Raises:
            RequestValidationError: a parameter or the body does not fit its declaration.
            HTTPException: 400 for a body that cannot be read.
            Exception: whatever a dependency raises.
        """
        shortcut = self._shortcut
        if shortcut is None:
            return await self._solve_exactly(exchange)
        values = shortcut.read(exchange) if shortcut.reads_parameters else {}
        if values is None:
            return await self._solve_exactly(exchange)
        if shortcut.reads_body:
            raw = await self._read_raw(exchange)
            if (
                not raw
                or not is_json(exchange, strict_content_type=self._strict_content_type)
                or check_json(raw) is not None
            ):
                return await self._solve_exactly(exchange)
            try:
                shortcut.read_body(raw, values)
            except (ValueError, OverflowError):
                return await self._solve_exactly(exchange)
        if not self._dependencies:
            return self._endpoint.arguments(values, [], exchange)
        results: list[Any] = []
        for step, keys in zip(self._dependencies, shortcut.keys, strict=True):
            own = {name: values.pop(key) for name, key in keys}
            results.append(await step.run(step.arguments(own, results, exchange), exchange))
        return self._endpoint.arguments(values, results, exchange)

    async def read_ahead(self, exchange: Exchange) -> None:
        """Reads the body, unless it is parsed as it comes: `solve` then waits for nobody outside.

        Raises what `solve` does when it cannot be read.
        """
        if self._body_field is not None and not self._reads_form:
            await self._read_raw(exchange)

    def received_body(self, exchange: Exchange) -> Any:
        """What was read of the body: decoded, a form, text that is no JSON, or `None`."""
        if self._reads_form:
            return exchange.form
        if self._body_field is None or exchange.body is None:
            return None
        try:
            received = decode(
                exchange, exchange.body, strict_content_type=self._strict_content_type
            )
        except RequestValidationError as error:
            return error.body
        except HTTPException:
            return exchange.body
        return None if received is Undefined else received

    async def _solve_exactly(self, exchange: Exchange) -> dict[str, Any]:
        received = await self._read(exchange)
        errors: list[ErrorDetail] = []
        failed: set[int] = set()
        results: list[Any] = []
        arguments: dict[str, Any] = {}
        for step in self._steps:
            own, wrong = read_parameters(step.dependant, exchange.connection)
            if step.dependant.body_params:
                if isinstance(received, FormData):
                    found, more = await self._forms[step.index].read(received)
                else:
                    found, more = read_body_fields(
                        step.dependant.body_params, received, embed=self._embeds[step.index]
                    )
                own |= found
                wrong += more
            errors += wrong
            result = None
            if wrong or any(index in failed for _, index in step.inputs):
                failed.add(step.index)
            else:
                arguments = step.arguments(own, results, exchange)
                if step is not self._endpoint:
                    result = await step.run(arguments, exchange)
            results.append(result)
        if errors:
            raise self._validation_error(errors, received, exchange)
        return arguments

    def _validation_error(
        self, errors: list[ErrorDetail], received: Any, exchange: Exchange
    ) -> RequestValidationError | WebSocketRequestValidationError:
        scope = exchange.scope
        websocket = scope["type"] == "websocket"
        path = scope.get("root_path", "").rstrip("/") + self._endpoint.dependant.path
        method = "WS" if websocket else scope["method"]
        context: EndpointContext = {**self._endpoint_context, "path": f"{method} {path}"}
        if websocket:
            return WebSocketRequestValidationError(errors, endpoint_ctx=context)
        body = None if received is Undefined else received
        return RequestValidationError(errors, body=body, endpoint_ctx=context)

    async def _read_raw(self, exchange: Exchange) -> bytes:
        try:
            return await exchange.read_body()
        except HTTPException:
            raise
        except Exception as error:
            raise read_failure(error) from error

    async def _read(self, exchange: Exchange) -> Any:
        """The body as its parameters see it: decoded, a form, bytes, or `Undefined`."""
        if self._body_field is None or not isinstance(exchange.connection, Request):
            return Undefined
        if self._reads_form:
            form = await read_form(exchange, self._form_limits)
            exchange.form = form
            return form
        raw = await self._read_raw(exchange)
        return decode(exchange, raw, strict_content_type=self._strict_content_type)
