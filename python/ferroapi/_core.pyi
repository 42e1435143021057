"""The compiled part of ferroapi. Users never import it: `ferroapi` re-exports what is public."""

import asyncio
import logging
from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
    Set,
)
from typing import Any, Literal, Self, TypeAlias, final

from starlette.datastructures import UploadFile
from typing_extensions import disjoint_base

__version__: str

__profile_guided__: bool
"""Whether the optimizer knew what requests run (`packaging/profile_guided.py`)."""

Header: TypeAlias = tuple[bytes, bytes]
"""One ASGI header: lower-case name and value, both bytes."""

class PanicException(Exception):  # noqa: N818  # PyO3's name
    """A panic of the extension, which is an error in it. The request is answered with 500."""

# router

@final
class MethodNotAllowed:
    """The path exists, the method does not (RFC 9110, section 15.5.6)."""

    @property
    def index(self) -> int:
        """Index of the first declared route that has the path."""
    @property
    def params(self) -> dict[str, str]:
        """The captures of that route."""
    @property
    def allowed(self) -> list[str]:
        """The methods of all routes that have the path, in order of declaration, each once."""

@final
class Redirect:
    """Nothing has the path, but something has it with its trailing slash added or removed."""

    @property
    def path(self) -> str:
        """The path that exists."""

@final
class Router:
    """Finds the route of a request in a time that depends on the path, not on the number of routes.

    `routes` are `(pattern, protocol, methods)` in order of declaration. `pattern` is Starlette's
    syntax: text with `{name}` or `{name:convertor}`, convertor one of `str int float uuid path`.
    `protocol` is `"http"`, `"websocket"` or `"any"` (a mount). `methods` is `None` for all methods.
    Raises `ValueError` for a pattern it does not know (another convertor, a name used twice).
    """

    def __new__(
        cls,
        routes: Sequence[tuple[str, Literal["http", "websocket", "any"], Sequence[str] | None]],
        *,
        redirect_slashes: bool = True,
    ) -> Router: ...
    def match(
        self, method: str, path: str
    ) -> tuple[int, dict[str, str]] | MethodNotAllowed | Redirect | None:
        """Finds the first declared route that has `path` (percent-decoded) and `method`.

        A full match is `(index, captures)`; `index` counts the routes given to the constructor.
        Captures are the text; converting them to int, float or UUID is the caller's.
        """
    def match_websocket(self, path: str) -> tuple[int, dict[str, str]] | None:
        """Finds the first declared `websocket` or `any` route that has `path`."""

# media_type

def is_json(content_type: bytes) -> bool:
    """Whether a `Content-Type` value is `application/json` or `application/*+json`.

    Case and parameters do not matter. Linear in the length; never raises.
    """

def has_json_body(headers: Sequence[Header]) -> bool | None:
    """`is_json` of the first `content-type` header; `None` when there is none."""

# params

Mode: TypeAlias = Literal["first", "last", "all"]
Wanted: TypeAlias = tuple[str, Sequence[str], Mode]
"""`(slot, names, mode)`: where to put it, under which names it may come (the first name that is
present wins), and which of several values is taken (`"all"` gives a list)."""

def check_headers(headers: Iterable[Header]) -> None:
    """Looks whether headers of a response can be sent: each is one line then (RFC 9110, section 5).

    Raises:
        RuntimeError: a name is no token, or a value has a control character other than the tab.
        TypeError: one is no pair of bytes.
    """

@final
class Parameters:
    """Takes exactly the named values out of a request, each place read once."""

    def __new__(
        cls,
        *,
        path: Sequence[tuple[str, Sequence[str]]] = (),
        query: Sequence[Wanted] = (),
        header: Sequence[Wanted] = (),
        cookie: Sequence[Wanted] = (),
        others: tuple[Literal["query", "header", "cookie"], Set[str]] | None = None,
    ) -> Parameters:
        """
        Args:
            path, query, header, cookie: what is wanted of each place.
            others: a place, and the names that are known there, those of headers in lower case. The
                values of all other names are wanted, too, after the slots: each under its name, as
                `str`, or as `list[str]` where there are several. Of a cookie it is the last.
        """
    def extract(
        self,
        path_params: Mapping[str, Any],
        query_string: bytes,
        headers: Sequence[Header],
    ) -> dict[str, Any]:
        """The values that are present, by slot: `str`, or `list[str]` for `"all"`.

        Query strings are read as `urllib.parse.parse_qsl(keep_blank_values=True)` does, header
        values as Latin-1, cookies as RFC 6265 with the quoting of `http.cookies`. Names of headers
        are given in lower case with the hyphens they have on the wire. `path_params` values are
        passed on as they are.
        """

def query_pairs(query_string: bytes) -> list[tuple[str, str]]:
    """What `urllib.parse.parse_qsl` gives for it as Latin-1, with `keep_blank_values=True`."""

# encoders

@final
class DataEncoder:
    """Makes JSON data of any value, by the rules of `ferroapi.encoders`."""

    def __new__(
        cls,
        *,
        leaves: dict[type[Any], Callable[[Any], Any]],
        model: type,
        model_dump: Callable[..., Any] | None,
        other: Callable[[Any], tuple[Any, bool]],
        deep: Callable[[Any], Any],
    ) -> Self:
        """
        Args:
            leaves: the classes, by exact class, that the table of encoders is asked for, and the
                encoders it has when nobody changes it.
            model: the class of models, which are encoded as their `model_dump` says.
            model_dump: the one that does what the serializer of a model does, if any.
            other: what stands for an object of a class that is none of these, nor of the standard
                library's, and whether that is JSON data already.
            deep: encodes what is below 1,000 levels, and what says that it is of another class.
        """

    def __call__(self, value: Any, encoders: dict[type[Any], Callable[[Any], Any]]) -> Any:
        """The data of `value`, new lists and dictionaries throughout.

        Raises whatever iterators, encoders and other functions of users raise.

        Args:
            value: what to encode.
            encoders: encoders by exact class, for the `leaves`.
        """

# form

def content_type(headers: Sequence[Header]) -> bytes | None:
    """The value of the first `content-type` header."""

def is_urlencoded_form(content_type: bytes) -> bool:
    """Whether it says `application/x-www-form-urlencoded`."""

def multipart_boundary(content_type: bytes) -> bytes | None:
    """The boundary of a form as `multipart/form-data` (RFC 7578) that `MultipartForm` reads.

    `None` for another media type, for text that is not declared as UTF-8, and for a boundary that
    is missing, empty, longer than 256 bytes or has a line break.
    """

FormFault: TypeAlias = Literal[
    "max_fields", "max_files", "max_field_size", "malformed", "incomplete", "unnamed"
]
"""The limit that a form exceeds, or why its body is none."""

@final
class UrlencodedForm:
    """A form of the type `application/x-www-form-urlencoded` (URL standard) while it is received.

    It has at most `max_fields` fields of `max_field_size` bytes, counted in name and value as they
    are sent. Linear.
    """

    def __new__(cls, max_fields: int, max_field_size: int) -> UrlencodedForm: ...
    def write(self, chunk: bytes) -> FormFault | None:
        """Takes the next part of the body, or says which limit it exceeds."""
    def finish(self) -> FormFault | None:
        """Takes the end of the body, or says which limit its last field exceeds."""
    def pairs(self) -> list[tuple[str, str]]:
        """The names and values in their order, decoded as `query_pairs` does."""
    def files(self) -> list[UploadFile]:
        """None: it has only texts."""

@final
class MultipartForm:
    """A form of the type `multipart/form-data` (RFC 7578, RFC 2046) while it is received.

    A part has at most 8 headers of 4,224 bytes. What is no UTF-8 is read as ISO 8859-1. Linear.
    """

    def __new__(
        cls,
        boundary: bytes,
        new_file: Callable[[bytes, str, list[Header]], UploadFile],
        *,
        max_fields: int,
        max_files: int,
        max_field_size: int,
        max_kept: int,
    ) -> MultipartForm:
        """
        Args:
            boundary: what `multipart_boundary` gave.
            new_file: makes the object of a file, when it is first asked for, of its content, its
                name and the headers of its part.
            max_fields: how many parts are no files.
            max_files: how many are files.
            max_field_size: the bytes of a part that is no file.
            max_kept: the bytes of a file that are kept. A larger one is made of no content, and its
                content is `spilled`.
        """
    def write(self, chunk: bytes) -> FormFault | None:
        """Takes the next part of the body, or says what is wrong with it."""
    def spilled(self) -> list[tuple[UploadFile, bytes]]:
        """Files that are too large to be kept, and what has come of each since the last call."""
    def finish(self) -> FormFault | None:
        """Takes the end of the body, or says what is missing."""
    def text_size(self) -> int:
        """The bytes of the parts that are no files, as far as they have come."""
    def pairs(self) -> list[tuple[str, str | UploadFile]]:
        """The names, and texts or files, in their order."""
    def files(self) -> list[UploadFile]:
        """The objects of files that were made."""

FormField: TypeAlias = tuple[Sequence[str], Mode, bool]
"""The names a field is sent under, which of several items it takes, and whether of files it takes
the content."""

@final
class FormParameters:
    """Takes the parameters of an operation out of a form.

    `fields` are those of the form itself, each with its slot: the first name whose item is no empty
    text and no file that nobody selected wins; with `"all"` also empty texts are items. `models`
    are `(slot, fields, is_nullable, takes_others)`: each of their fields is a field of the form.
    """

    def __new__(
        cls,
        *,
        fields: Sequence[tuple[str, Sequence[str], Mode, bool]] = (),
        models: Sequence[tuple[str, Sequence[FormField], bool, bool]] = (),
    ) -> FormParameters: ...
    def extract(self, form: UrlencodedForm | MultipartForm) -> dict[str, Any] | None:
        """The values that are present, by slot: an item, a list of them, or a `dict` for a model.

        An item is a `str`, a file or its content. The dictionary has the fields under the names
        they were sent with, in the order of declaration, then all other names of the form. A
        nullable model is not present when none of its names was sent, or, where it takes others,
        nothing at all. `None` when a content is wanted and a file was too large to be kept.
        """

# frames

def jsonl_frame(data: bytes | str) -> bytes:
    """One JSON Lines record: `data` and a line feed."""

def sse_frame(
    data: bytes | str | None = None,
    *,
    event: str | None = None,
    id: str | None = None,
    retry: int | None = None,
    comment: str | None = None,
) -> bytes:
    """One event as the HTML standard's event stream format writes it.

    `data` and `comment` are split at CR, LF and CRLF into lines of their own. `retry` is in
    milliseconds. Raises `ValueError` when `event` or `id` has a line break, or `id` a NUL.
    """

def valid_sse_event(event: str | None, /) -> str | None:
    """Returns `event`. Raises `ValueError` when it has a line break."""

def valid_sse_id(id: str | None, /) -> str | None:
    """Returns `id`. Raises `ValueError` when it has a line break or a NUL."""

@final
class FrameBuffer:
    """Frames gathered to be sent together. A new buffer has no time to gather.

    What appends a frame returns `None` while there is time and room for more, and `b""` once the
    time is over or 64 KiB are gathered, which are to be taken out and sent then. `most_chunks` is
    how many large chunks `raw` returns in one such time.
    """

    def __new__(cls, most_chunks: int | None = None) -> FrameBuffer: ...
    def __len__(self) -> int:
        """Bytes gathered."""
    def gather_for(self, seconds: float) -> None:
        """Gives so many seconds from now on to gather; none when they are not positive."""
    def keep_chunks(self) -> None:
        """Has `raw` return no chunk until `gather_for` is called again."""
    def jsonl(self, data: bytes | str) -> bytes | None:
        """Appends what `jsonl_frame` gives."""
    def sse(self, data: bytes | str) -> bytes | None:
        """Appends what `sse_frame` gives for `data` alone."""
    def event(self, fields: dict[str, Any], dump: Callable[[Any], bytes | str], /) -> bytes | None:
        """Appends what `sse_frame` gives for the fields of a `ServerSentEvent`.

        Its data is `raw_data`, or the JSON of `data`: what `encode_json_item` gives, and `dump`
        where that is `None`. Nothing is appended when either raises.
        """
    def raw(self, chunk: bytes | bytearray | memoryview | str) -> bytes | None:
        """Appends `chunk` as it is, text as UTF-8. Raises `TypeError` for anything else.

        Returns it instead when it is 64 KiB or more, nothing was gathered and there is time: it is
        to be sent at once.
        """
    def append(self, data: bytes) -> None:
        """Appends `data` as it is, whatever time it is."""
    def take(self) -> bytes:
        """Returns what was gathered and empties the buffer."""

# instances

def is_list_of(value: object, kind: type) -> bool:
    """Whether `value` is exactly a list, and the type of each item exactly `kind`."""

# json

JSONFault: TypeAlias = Literal["non_finite", "lone_surrogate", "too_deep", "collision"]

def check_json(body: bytes) -> tuple[JSONFault, int] | None:
    """What other JSON readers would refuse or change in `body` (RFC 7493), the first such thing.

    `"non_finite"`: `NaN`, `Infinity`, or a number outside the range of a double (`1e999`).
    `"lone_surrogate"`: half a surrogate pair in a string. `"too_deep"`: more than 200 levels.
    `"collision"`, only without another: more different numbers of one hash than there are by
    chance, in a body of more than 16 KiB.
    The second value is the byte offset. Other syntax errors are not looked for. Linear.
    """

def has_long_integer(body: bytes) -> bool:
    """Whether more than 308 digits follow each other, in a number or in text.

    No shorter integer is beyond the range of a double. Linear.
    """

def json_syntax_error(body: bytes) -> tuple[str, int] | None:
    """What `json.loads` says of a body that is no JSON, and the position in characters.

    `None` for JSON, `NaN` and infinities included, and for what only `json.loads` knows about: text
    that is not UTF-8 or begins with a byte order mark, and integers that it may refuse. Linear.
    """

def encode_json(value: object) -> bytes | None:
    """Plain data as compact JSON in UTF-8, or `None` when `value` holds anything else.

    Plain: exactly `dict` with `str` keys (none starting with `_sa`), `list`, `tuple`, `str`, `int`,
    finite `float`, `bool` and `None`. The same bytes as
    `json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()`.
    Text that UTF-8 cannot hold and non-finite numbers give `None` too.
    """

def encode_json_item(value: object) -> bytes | None:
    """As `encode_json`, but the bytes of `json.dumps(value)`: ASCII, a space after `,` and `:`.

    Non-finite numbers are written as `null`.
    """

# json_size

def json_size(value: object, most: int) -> tuple[int, int | None]:
    """A lower and an upper bound of the length of `value` as JSON, found without writing it.

    The walk ends where the lower bound is beyond `most`; its time is linear in that. The upper
    bound is `None` then, and where something is no plain data.
    """

# plain_errors

def encode_errors(
    errors: list[Any],
    declared: frozenset[str],
    names_secret: Callable[[str], bool],
    most: int,
) -> bytes | None:
    """Errors of pydantic as JSON: `{"detail": [...]}`, in the bytes of `encode_json`.

    Args:
        errors: what does not fit.
        declared: names of values whose type is a secret's.
        names_secret: whether a value of a name is a secret.
        most: the bytes that the answer may have.

    Returns:
        the answer; `None` where it has more bytes, where an error is no plain data, and where one
        may show a secret of what was sent. Its time is linear in `most`.
    """

# schema_decoder

@final
class SchemaDecoder:
    """Reads JSON of one schema, as pydantic's validator does."""

    def __new__(cls, nodes: list[tuple[Any, ...]]) -> SchemaDecoder:
        """
        Args:
            nodes: the parts of the schema, the whole first: each a kind and what that needs, others
                by their places. Raises `ValueError` for what is not there.
        """
    def decode(self, body: bytes) -> Any:
        """The value of a body, or `NotImplemented` unless it certainly is valid."""

# schema_encoder

@final
class SchemaEncoder:
    """Writes values of one schema as JSON, as pydantic's serializer does."""

    def __new__(
        cls, nodes: list[tuple[Any, ...]], otherwise: Callable[[Any], bytes]
    ) -> SchemaEncoder:
        """
        Args:
            nodes: the parts of the schema, the whole first: each a kind and what that needs, others
                by their places. Raises `ValueError` for what is not there.
            otherwise: writes what is not as the schema says.
        """
    def encode(self, value: object) -> bytes:
        """JSON text, or whatever `otherwise` does."""

# server

_Application: TypeAlias = Callable[..., Awaitable[None]]

@final
class AccessLog:
    """The access log of a server: lines that are written together, or records of a logger."""

    def __new__(
        cls,
        *,
        is_json: bool,
        prefix: str,
        fields: Collection[str],
        event_loop: asyncio.AbstractEventLoop,
        writer: Callable[[], Callable[[str], None] | None],
        record: Callable[[str, str, str, str, int], None],
    ) -> Self:
        """
        Args:
            is_json: whether a line is an object, else it is text.
            prefix: what stands before each line of text.
            fields: which of `client`, `time`, `duration`, `bytes`, `request_id` and `user_agent` a
                line has. With `duration` or `bytes` it is made when the response has ended, else
                when it starts.
            event_loop: the loop that the connections are in.
            writer: asked before the first of some lines. What it gives is called with all of them,
                after a tenth of a second or 64 KiB; nothing means that there are records.
            record: called with client, method, target, version and status instead of a line.
        """
    def flush(self) -> None:
        """Writes the lines that wait."""

@final
class ServerSettings:
    """What the connections of one server share. Times are seconds, sizes are bytes."""

    def __new__(
        cls,
        *,
        event_loop: asyncio.AbstractEventLoop,
        app: _Application,
        direct_app: _Application | None,
        own_app: Any,
        unavailable: _Application,
        limit_concurrency: int | None,
        scope: dict[str, Any],
        app_state: dict[str, Any],
        root_path: str,
        connections: set[Any],
        tasks: set[Any],
        logger: logging.Logger,
        create_task: Callable[[Coroutine[Any, Any, None]], Any],
        access_log: AccessLog | None,
        head_size: int,
        head_fields: int,
        target_size: int,
        keep_alive_seconds: float,
        head_seconds: float,
        body_seconds: float,
    ) -> Self:
        """
        Args:
            event_loop: the loop that the connections are in.
            app: what answers the requests.
            direct_app: what answers those that have no field that begins with `X-Forwarded-`.
            own_app: the application, if it is one of ours: it has a `_direct_table`, and
                `_make_direct_table` makes one when that is `None`.
            unavailable: what answers while there are too many connections or tasks.
            limit_concurrency: how many are too many.
            scope: what every scope begins as.
            app_state: what a copy is in every scope of, as `state`.
            root_path: what stands before each path.
            connections: the connections of the server.
            tasks: what is cancelled when the time to stop is over: requests that had to wait.
            logger: the log of the server.
            create_task: starts the task of a request.
            access_log: what is told of each response, if anything is.
            head_size: the largest head of a request.
            head_fields: the largest number of its fields.
            target_size: the longest request target.
            keep_alive_seconds: how long a connection is kept for another request.
            head_seconds: in which time a head has to come.
            body_seconds: in which time the next part of a body has to come.
        """

@final
class AsgiTable:
    """The operations of a router that are answered by ASGI."""

    def __new__(
        cls,
        router: Router,
        owner: object,
        compile_route: Callable[
            [int, dict[str, Any]], tuple[Callable[..., Any], dict[str, Any]] | None
        ],
        otherwise: Callable[..., Any],
        failed: Callable[..., Any],
    ) -> Self:
        """
        Args:
            router: finds the route of a request.
            owner: what a scope without one has as its router.
            compile_route: gives the ASGI application that answers the requests of a route, and what
                is put into their scopes; `None` where that takes more than finding the route.
            otherwise: the ASGI application that answers all other connections.
            failed: is called with the exception that was raised instead, and what the application
                was called with.
        """
    def respond(self, scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> Any:
        """Answers one ASGI connection; what it returns is to be awaited at once."""
    def clear(self) -> None:
        """Has every operation compiled again by its next request."""

@final
class DirectTable:
    """The operations of an application that are answered without ASGI."""

    def __new__(
        cls,
        router: Router,
        compile_route: Callable[[int], tuple[Callable[..., Any], Callable[..., None]] | None],
        *,
        unless_imported: str | None = None,
    ) -> Self:
        """
        Args:
            router: finds the route of a request.
            compile_route: gives the function that answers the requests of a route, and what
                completes a scope with the captures; `None` for the general way.
            unless_imported: a module. Once it is imported all requests take the general way.
        """
    def clear(self) -> None:
        """Has every function made again by its next request."""

@final
class DirectRequest:
    """A request that is answered without ASGI."""

    @property
    def scope(self) -> dict[str, Any]:
        """The ASGI scope, made when somebody asks for it."""
    @property
    def receive(self) -> Callable[[], Awaitable[dict[str, Any]]]:
        """The ASGI callable by which the messages of the client come."""
    @property
    def send(self) -> Callable[[Any], Awaitable[None]]:
        """The ASGI callable by which messages are sent."""
    def extract(self, parameters: Parameters) -> dict[str, str | list[str]]:
        """The values of parameters, as `Parameters.extract` finds them in a scope."""
    def has_json_body(self) -> bool | None:
        """What the function `has_json_body` says of its headers."""
    def content_type(self) -> bytes | None:
        """What the function `content_type` says of its headers."""
    def take_body(self) -> bytes | None:
        """The whole body, if all of it has come and nobody has received any."""
    def reply(self, status: int, fields: bytes, body: bytes | None) -> None:
        """Sends a whole response.

        Args:
            status: its status.
            fields: lines of its head as they are sent, without the length.
            body: `None` where the status has none.
        """

@disjoint_base
class HTTPConnection:
    """A connection of a client: one request after the other, each answered before the next is read.

    An asyncio protocol. Its subclass says by `connection_made` what it is connected to, and by
    `upgrade` what goes on with a connection that is asked for another protocol.
    """

    def __new__(cls, settings: ServerSettings, server_state: Any) -> Self:
        """
        Args:
            settings: what the connections of the server share.
            server_state: has `default_headers` for each response, and counts `total_requests`.
        """
    def open(
        self,
        transport: asyncio.Transport,
        client: tuple[str, int] | None,
        server: tuple[str, int | None] | None,
        scheme: str,
    ) -> None:
        """Takes a connection that was accepted, with what its scopes say about it."""
    def upgrade(
        self, protocol: bytes, head: bytes, transport: asyncio.Transport
    ) -> asyncio.Protocol | None:
        """What goes on with a connection that is asked for a protocol; here nothing does."""
    def data_received(self, data: bytes) -> None: ...
    def read_on(self) -> None:
        """Reads what came before the response to the request before it was complete."""
    def eof_received(self) -> None: ...
    def connection_lost(self, exception: Exception | None) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...
    def shutdown(self) -> None:
        """Closes after the response, or now where there is none."""
    def check_time(self) -> None:
        """Closes when the time of what is waited for is over; the timer calls it."""
