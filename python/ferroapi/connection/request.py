"""The request object that is made when somebody asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette import requests
from starlette.datastructures import ImmutableMultiDict, QueryParams

from ferroapi._core import query_pairs
from ferroapi.connection.body import counted
from ferroapi.cookies import CookieReading
from ferroapi.originals import has_own

if TYPE_CHECKING:
    from starlette.datastructures import FormData


class Request(CookieReading, requests.Request):
    """Starlette's, with its query read by the core, and whole bodies held to their limit."""

    async def body(self) -> bytes:
        """The whole body.

        Raises:
            ClientDisconnect: the client left before its end.
            RequestBodyTooLarge: it is larger than one that is read as a whole may be.
        """
        if not has_own(requests.Request, "body"):
            # Somebody has put another one into its place.
            return await super().body()
        if not hasattr(self, "_body"):
            self._body = b"".join([chunk async for chunk in counted(self.stream(), self.scope)])
        return self._body

    def keep_body(self, body: bytes) -> None:
        """Takes the body that was read already, where Starlette's keeps what it reads itself."""
        self._body = body

    def keep_form(self, form: FormData) -> None:
        """Takes the form that was read already: as after `form`, there is no body any more."""
        self._form = form
        self._stream_consumed = True

    @property
    def query_params(self) -> QueryParams:
        """The parameters of the query."""
        if not hasattr(self, "_query_params"):
            self._query_params = _query_params(query_pairs(self.scope["query_string"]))
        return self._query_params


def _query_params(pairs: list[tuple[str, str]]) -> QueryParams:
    """What its constructor makes of pairs of text, which it copies three times."""
    if not (
        _IS_USUAL
        and QueryParams.__init__ is _QUERY_INIT
        and ImmutableMultiDict.__init__ is _MULTI_DICT_INIT
    ):
        return QueryParams(pairs)
    query = QueryParams.__new__(QueryParams)
    query._list = pairs
    query._dict = dict(pairs)
    return query


# As they were imported: what somebody has put into their place since then is called.
_QUERY_INIT, _MULTI_DICT_INIT = QueryParams.__init__, ImmutableMultiDict.__init__
_IS_USUAL = (
    has_own(QueryParams, "__init__")
    and has_own(ImmutableMultiDict, "__init__")
    and vars(QueryParams([("a", "b")])) == {"_list": [("a", "b")], "_dict": {"a": "b"}}
)
