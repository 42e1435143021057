"""What clients do, and what RFC 6455 has the server answer."""

from dataclasses import dataclass

from tests.websockets.client import Event
from websockets.frames import Frame, Opcode

TEXT, BINARY, CONT = Opcode.TEXT, Opcode.BINARY, Opcode.CONT
PING, PONG, CLOSE = Opcode.PING, Opcode.PONG, Opcode.CLOSE

PROTOCOL_ERROR = ("close", 1002)
INVALID_DATA = ("close", 1007)
EURO = "\u20ac".encode()
BYE = Frame(CLOSE, b"\x03\xe8")
CLOSED = ("close", 1000)


@dataclass(frozen=True)
class Case:
    """What is sent, and what comes back.

    After an answer that does not end the connection, the runner closes it and wants nothing else.
    """

    sent: tuple[Frame | bytes, ...]
    answer: tuple[Event, ...] = ()
    path: str = "/text"
    octets: int = 0
    """How many bytes are sent at a time; with 0, all of them."""
    before: tuple[Frame, ...] = ()
    """A message whose echo is awaited first."""


def part(opcode: Opcode, data: bytes, *, last: bool = False) -> Frame:
    """A fragment of a message."""
    return Frame(opcode, data, fin=last)


def fragments(data: bytes, size: int, opcode: Opcode = TEXT) -> tuple[Frame, ...]:
    """A message of fragments of a size."""
    starts = range(0, len(data), size)
    return tuple(
        Frame(opcode if start == 0 else CONT, data[start : start + size], start == starts[-1])
        for start in starts
    )


def unchecked(first: int, data: bytes = b"") -> bytes:
    """A frame with any first byte and any length, masked with zeros."""
    length = len(data)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    return bytes([first]) + size + bytes(4) + data


def text(data: bytes, *, octets: int = 0) -> Case:
    """A text that comes back."""
    return Case((Frame(TEXT, data),), (("text", data.decode()),), octets=octets)


def closing(payload: bytes, *answer: Event) -> Case:
    """A close frame."""
    return Case((unchecked(0x88, payload),), answer)


def code(number: int, reason: bytes = b"") -> bytes:
    """The payload of a close frame."""
    return number.to_bytes(2, "big") + reason


SIZES = (0, 1, 125, 126, 127, 128, 65535, 65536)
FRAMING = {
    **{f"text of {size}": text(b"*" * size) for size in SIZES},
    **{
        f"binary of {size}": Case(
            (Frame(BINARY, b"\xfe" * size),),
            (("bytes", b"\xfe" * size),),
            path="/bytes",
        )
        for size in SIZES
    },
    "text of 65536 in pieces of 997 octets": text(b"*" * 65536, octets=997),
    "text octet by octet": text(EURO * 50, octets=1),
    "many in one piece": Case(
        (*(Frame(TEXT, b"%d" % number) for number in range(100)),),
        (*(("text", str(number)) for number in range(100)),),
    ),
}

PINGS = {
    "ping of nothing": Case((Frame(PING, b""),), (("pong", b""),)),
    "ping of bytes": Case((Frame(PING, b"\x00\xff\xfe"),), (("pong", b"\x00\xff\xfe"),)),
    "ping of 125": Case((Frame(PING, b"*" * 125),), (("pong", b"*" * 125),)),
    "ping of 126": Case((unchecked(0x89, b"*" * 126),), (PROTOCOL_ERROR,)),
    "ping octet by octet": Case((Frame(PING, b"*" * 125),), (("pong", b"*" * 125),), octets=1),
    "pong nobody asked for": Case((Frame(PONG, b""), Frame(PONG, b"*"))),
    "pong before a ping": Case(
        (
            Frame(PONG, b"a"),
            Frame(PING, b"b"),
        ),
        (("pong", b"b"),),
    ),
    "ten pings": Case(
        (*(Frame(PING, b"%d" % number) for number in range(10)),),
        (*(("pong", b"%d" % number) for number in range(10)),),
    ),
}

RESERVED = {
    **{
        f"reserved bit {bit}": Case((unchecked(0x81 | 0x80 >> bit, b"a"),), (PROTOCOL_ERROR,))
        for bit in (1, 2, 3)
    },
    **{
        f"reserved opcode {opcode}": Case((unchecked(0x80 | opcode),), (PROTOCOL_ERROR,))
        for opcode in (3, 7, 11, 15)
    },
    "no mask": Case((b"\x81\x01a",), (PROTOCOL_ERROR,)),
}

FRAGMENTS = {
    "two": Case((*fragments(b"abcd", 2),), (("text", "abcd"),)),
    "octet by octet": Case((*fragments(b"abcd", 1),), (("text", "abcd"),), octets=1),
    "empty ones": Case(
        (
            part(TEXT, b""),
            part(CONT, b""),
            part(CONT, b"", last=True),
        ),
        (("text", ""),),
    ),
    "binary": Case(
        (*fragments(b"\xff\xfe\xfd", 1, BINARY),),
        (("bytes", b"\xff\xfe\xfd"),),
        path="/bytes",
    ),
    "ping between": Case(
        (
            part(TEXT, b"ab"),
            Frame(PING, b"p"),
            part(CONT, b"cd", last=True),
        ),
        (
            ("pong", b"p"),
            ("text", "abcd"),
        ),
    ),
    "two pings between five": Case(
        (
            *(part(TEXT, b"a"), part(CONT, b"b"), Frame(PING, b"p"), part(CONT, b"c")),
            *(
                part(CONT, b"d"),
                Frame(PING, b"q"),
                part(CONT, b"e", last=True),
            ),
        ),
        (
            ("pong", b"p"),
            ("pong", b"q"),
            ("text", "abcde"),
        ),
    ),
    "of a ping": Case((unchecked(0x09, b"a"),), (PROTOCOL_ERROR,)),
    "of a pong": Case((unchecked(0x0A, b"a"),), (PROTOCOL_ERROR,)),
    "nothing to continue": Case((part(CONT, b"a", last=True),), (PROTOCOL_ERROR,)),
    "nothing to continue any more": Case(
        (part(CONT, b"a", last=True),), (PROTOCOL_ERROR,), before=fragments(b"abcd", 2)
    ),
    "another text between": Case((part(TEXT, b"a"), Frame(TEXT, b"b")), (PROTOCOL_ERROR,)),
    "binary between": Case((part(TEXT, b"a"), Frame(BINARY, b"b")), (PROTOCOL_ERROR,)),
    "close between": Case((part(TEXT, b"a"), BYE), (CLOSED,)),
}

VALID_UTF_8 = {
    "two bytes": "\u07ff",
    "three bytes": "\u0800\ue000\ufffd",
    "four bytes": "\U00010000\U0010ffff",
    "noncharacters": "\ufffe\uffff\U0001fffe\U0010fffe",
    "NUL": "\x00",
    "Greek": "\u03ba\u1f79\u03c3\u03bc\u03b5",
}
INVALID_UTF_8 = {
    "a continuation alone": b"a\x80b",
    "no continuation": b"\xce",
    "no third byte": b"a\xe2\x82",
    "no fourth byte": b"\xf0\x90\x80",
    "overlong slash": b"\xc0\xaf",
    "overlong in three bytes": b"\xe0\x9f\xbf",
    "overlong in four bytes": b"\xf0\x8f\xbf\xbf",
    "half a surrogate pair": b"\xed\xa0\x80",
    "a surrogate pair": b"\xed\xa0\x80\xed\xb0\x80",
    "beyond Unicode": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "no UTF-8 at all": b"\xfe\xff",
}
UTF_8 = {
    **{f"valid: {name}": text(value.encode()) for name, value in VALID_UTF_8.items()},
    **{
        f"invalid: {name}": Case((Frame(TEXT, value),), (INVALID_DATA,))
        for name, value in INVALID_UTF_8.items()
    },
    "valid: a character in fragments": Case((*fragments(EURO * 3, 1),), (("text", "\u20ac" * 3),)),
    "invalid: in the second fragment": Case(
        (part(TEXT, b"abc"), part(CONT, b"\xff", last=True)), (INVALID_DATA,)
    ),
    "invalid: a character that does not end": Case(
        (part(TEXT, b"\xe2\x82"), part(CONT, b"", last=True)), (INVALID_DATA,)
    ),
    "invalid: after a valid message": Case(
        (Frame(TEXT, b"\xff"),), (INVALID_DATA,), before=(Frame(TEXT, EURO),)
    ),
    "any bytes are binary": Case(
        (Frame(BINARY, b"\xff\xc0\xaf"),), (("bytes", b"\xff\xc0\xaf"),), path="/bytes"
    ),
}

VALID_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
INVALID_CODES = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
CLOSING = {
    **{f"code {number}": closing(code(number), ("close", number)) for number in VALID_CODES},
    **{f"wrong code {number}": closing(code(number), PROTOCOL_ERROR) for number in INVALID_CODES},
    "no code": closing(b"", ("close", 1005)),
    "half a code": closing(b"\x03", PROTOCOL_ERROR),
    "reason": closing(code(1000, b"done"), CLOSED),
    "reason of 123": closing(code(1000, b"*" * 123), CLOSED),
    "reason of 124": closing(code(1000, b"*" * 124), PROTOCOL_ERROR),
    "reason that is no UTF-8": closing(code(1000, b"\xce\xba\xff"), INVALID_DATA),
    "twice": Case((BYE, BYE), (CLOSED, ("end", None))),
    "ping after": Case((BYE, Frame(PING, b"p")), (CLOSED, ("end", None))),
    "text after": Case((BYE, Frame(TEXT, b"a")), (CLOSED, ("end", None))),
}

LARGE_TEXT = EURO * (1 << 18)
LARGE_BYTES = bytes(range(256)) * (1 << 14)
LARGE = {
    "text": text(LARGE_TEXT),
    "text in fragments": Case((*fragments(LARGE_TEXT, 1 << 12),), (("text", LARGE_TEXT.decode()),)),
    "text in pieces": text(LARGE_TEXT, octets=1 << 14),
    "binary of 4 MiB": Case(
        (Frame(BINARY, LARGE_BYTES),), (("bytes", LARGE_BYTES),), path="/bytes"
    ),
    "binary of 4 MiB in fragments": Case(
        (*fragments(LARGE_BYTES, 1 << 16, BINARY),),
        (("bytes", LARGE_BYTES),),
        path="/bytes",
    ),
    "a thousand small ones": Case(
        (*(Frame(BINARY, b"*" * 64) for _ in range(1000)),),
        (*(("bytes", b"*" * 64) for _ in range(1000)),),
        path="/bytes",
    ),
}

GROUPS = {
    "framing": FRAMING,
    "pings": PINGS,
    "reserved": RESERVED,
    "fragments": FRAGMENTS,
    "UTF-8": UTF_8,
    "closing": CLOSING,
    "large": LARGE,
}
CASES = {
    f"{group}: {name}": case for group, cases in GROUPS.items() for name, case in cases.items()
}


@dataclass(frozen=True)
class Fault:
    """What a server does instead of what the last answer should be."""

    server: str
    expected: Event
    instead: Event
    why: str
    of: str = ""
    """The only case; without it, all with that answer."""


_SILENT = "uvicorn leaves without the close frame that wsproto asks for"
_CODELESS = "Granian's close frame has no code"
FAULTS = (
    Fault("wsproto", PROTOCOL_ERROR, ("end", None), _SILENT),
    Fault("wsproto", INVALID_DATA, ("end", None), _SILENT),
    Fault("granian", PROTOCOL_ERROR, ("close", 1005), _CODELESS),
    Fault("granian", INVALID_DATA, ("close", 1005), _CODELESS),
    *(
        Fault(
            server,
            CLOSED,
            PROTOCOL_ERROR,
            "websockets takes a close frame before the last fragment for an error",
            of="fragments: close between",
        )
        for server in ("websockets", "ferroapi")
    ),
)
