"""How the tests of security schemes ask one."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request

from ferroapi.exception_handlers import http_exception_handler

Ask: TypeAlias = Callable[..., Any]
"""`ask(scheme, *headers, query=b"")`: what the scheme returns, or `(status, body, challenge)`."""


@pytest.fixture
def ask() -> Ask:
    def ask(scheme: Any, *headers: tuple[bytes, bytes], query: bytes = b"") -> Any:
        scope = {"type": "http", "headers": list(headers), "query_string": query}

        async def answer() -> Any:
            try:
                return await scheme(HTTPConnection(scope))
            except HTTPException as error:
                response = await http_exception_handler(Request(scope), error)
                challenge = response.headers["www-authenticate"]
                return response.status_code, response.body, challenge

        return asyncio.run(answer())

    return ask
