"""The request object that is made when somebody asks for one."""

from __future__ import annotations

from starlette import requests
from starlette.datastructures import QueryParams

from ferroapi._core import query_pairs
from ferroapi.connection.cookies import CookieReading


class Request(CookieReading, requests.Request):
    """Starlette's, with its query read by the core: the standard library takes twice as long."""

    _query: QueryParams | None = None

    def keep_body(self, body: bytes) -> None:
        """Takes the body that was read already, where Starlette's keeps what it reads itself."""
        self._body = body

    @property
    def query_params(self) -> QueryParams:
        """The parameters of the query."""
        if self._query is None:
            self._query = QueryParams(query_pairs(self.scope["query_string"]))
        return self._query
