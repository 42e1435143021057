//! Heads of requests: tables of what is accepted and refused, and a reading line by line as oracle,
//! cut everywhere.

use ferroapi_core::http::head::{HeadError, Limits, has_begun, is_for_head, may_decide};
use ferroapi_core::http::length::{Body, LengthError};
use proptest::prelude::*;

use super::naive_head::{Said, naive, naive_beginning, read};
use super::{mutated, shown};

/// A head with these fields behind a request line and a host.
fn with_fields(fields: &[u8]) -> Vec<u8> {
    [b"GET / HTTP/1.1\r\nHost: a\r\n", fields, b"\r\n"].concat()
}

/// Reads a head that ends, or does not, as `buffer` does, and says the same of its beginnings.
fn read_all_cuts(buffer: &[u8], limits: &Limits) -> Result<Option<Said>, HeadError> {
    let whole = read(buffer, limits);
    let mut before = Ok(None);
    for cut in 0..=buffer.len() {
        let (beginning, _) = buffer.split_at(cut);
        let part = read(beginning, limits);
        assert!(
            part == Ok(None) || part == whole,
            "{} says {part:?}, and {whole:?} with more",
            shown(beginning)
        );
        assert!(
            part == before || may_decide(beginning, cut.saturating_sub(1), limits),
            "{} says {part:?} by surprise",
            shown(beginning)
        );
        before = part;
    }
    whole
}

#[test]
fn a_head_is_ranges_of_its_buffer() {
    let buffer = b"\r\nPOST /a?b HTTP/1.1\r\nHost: x\r\nA_b:\t \tb c\xe9\t\r\na:\r\n\r\nbody";
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        read_all_cuts(buffer, &Limits::default()),
        Ok(Some(Said {
            method: "POST".to_owned(),
            target: "/a?b".to_owned(),
            minor_version: 1,
            fields: vec![field("Host", "x"), field("A_b", "b c\\xe9"), field("a", "")],
            body: Body::None,
            persistent: true,
            upgrade: None,
            expects_continue: false,
            size: buffer.len() - 4,
        }))
    );
}

#[test]
fn a_head_is_looked_at_once_a_line_and_where_a_limit_is_reached() {
    let limits = Limits {
        size: 400,
        fields: 9,
        target: 30,
    };
    let buffer = [b"GET / HTTP/1.1\r\na: ", [b'b'; 500].as_slice()].concat();
    let times = (1..=buffer.len()).filter(|&cut| {
        let (beginning, _) = buffer.split_at(cut);
        may_decide(beginning, cut - 1, &limits)
    });
    // The line, three lengths that a line of a target cannot have, and the size.
    assert_eq!(times.count(), 5);
}

#[test]
fn a_request_begins_behind_empty_lines_and_has_a_method() {
    for (buffer, begun, for_head) in [
        ("", false, false),
        ("\r", false, false),
        ("\r\n", false, false),
        ("\r\n\r", false, false),
        ("\r\n\r\n", false, false),
        ("\r\n\r\n\r", false, false),
        ("\r\n\r\n\r\n", true, false),
        ("\n", true, false),
        ("\r\r", true, false),
        ("H", true, false),
        ("\r\nHEAD", true, false),
        ("HEAD ", true, true),
        ("\r\n\r\nHEAD /a b HTTP/3", true, true),
        ("\r\n\r\n\r\nHEAD / HTTP/1.1", true, false),
        ("head / HTTP/1.1", true, false),
        ("HEADER / HTTP/1.1", true, false),
        (" HEAD / HTTP/1.1", true, false),
    ] {
        let buffer = buffer.as_bytes();
        let found = (has_begun(buffer), is_for_head(buffer));
        assert_eq!(found, (begun, for_head), "{}", shown(buffer));
        assert_eq!(found, naive_beginning(buffer), "{}", shown(buffer));
    }
}

type Verdict = Result<(), HeadError>;

const LINES: &[(&str, &[u8], Verdict)] = &[
    (
        "origin form",
        b"GET /a?b=/c HTTP/1.1\r\nHost: a\r\n\r\n",
        Ok(()),
    ),
    (
        "absolute form",
        b"GET http://A:1/ HTTP/1.1\r\nHost: a:1\r\n\r\n",
        Ok(()),
    ),
    (
        "asterisk form",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        Ok(()),
    ),
    (
        "any token is a method",
        b"!x-Y~ / HTTP/1.1\r\nHost: a\r\n\r\n",
        Ok(()),
    ),
    (
        "a method in small letters",
        b"get / HTTP/1.1\r\nHost: a\r\n\r\n",
        Ok(()),
    ),
    ("HTTP/1.0 without a host", b"GET / HTTP/1.0\r\n\r\n", Ok(())),
    (
        "two empty lines before",
        b"\r\n\r\nGET / HTTP/1.0\r\n\r\n",
        Ok(()),
    ),
    (
        "three empty lines before",
        b"\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n",
        Err(HeadError::EmptyLines),
    ),
    (
        "a bare LF before",
        b"\nGET / HTTP/1.0\r\n\r\n",
        Err(HeadError::LineEnd),
    ),
    (
        "a bare CR before",
        b"\rGET / HTTP/1.0\r\n\r\n",
        Err(HeadError::LineEnd),
    ),
    (
        "a space before",
        b" GET / HTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "no method",
        b"/ HTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "a method that is no token",
        b"G@T / HTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "a method beyond ASCII",
        b"G\xc3\x89T / HTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "a method of 32 bytes",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF / HTTP/1.0\r\n\r\n",
        Ok(()),
    ),
    (
        "a method of 33 bytes",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.0\r\n\r\n",
        Err(HeadError::MethodTooLong),
    ),
    (
        "no target",
        b"GET HTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "an empty target",
        b"GET  HTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "two spaces before the target",
        b"GET  / HTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "two spaces behind the target",
        b"GET /  HTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "a space in the target",
        b"GET /a b HTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "a tab instead of a space",
        b"GET\t/\tHTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "NUL in the target",
        b"GET /\0 HTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "a bare CR in the target",
        b"GET /\rx HTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "a bare CR as a space",
        b"GET /\rHTTP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    ("HTTP/0.9", b"GET /\r\n\r\n", Err(HeadError::RequestLine)),
    (
        "HTTP/0.9 by number",
        b"GET / HTTP/0.9\r\n\r\n",
        Err(HeadError::Version),
    ),
    (
        "HTTP/1.2",
        b"GET / HTTP/1.2\r\nHost: a\r\n\r\n",
        Err(HeadError::Version),
    ),
    (
        "HTTP/2.0",
        b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        Err(HeadError::Version),
    ),
    (
        "the preface of HTTP/2",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        Err(HeadError::Version),
    ),
    (
        "HTTP/2",
        b"GET / HTTP/2\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "HTTP/1.10",
        b"GET / HTTP/1.10\r\n\r\n",
        Err(HeadError::LineEnd),
    ),
    (
        "HTTP/01.1",
        b"GET / HTTP/01.1\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "a version in small letters",
        b"GET / http/1.1\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "another protocol",
        b"GET / RTSP/1.0\r\n\r\n",
        Err(HeadError::RequestLine),
    ),
    (
        "a space behind the version",
        b"GET / HTTP/1.1 \r\n\r\n",
        Err(HeadError::LineEnd),
    ),
    (
        "a bare LF behind the version",
        b"GET / HTTP/1.1\nHost: a\r\n\r\n",
        Err(HeadError::LineEnd),
    ),
    (
        "a handshake of TLS",
        b"\x16\x03\x01\x02\n\r\n",
        Err(HeadError::LineEnd),
    ),
    (
        "only bare LF",
        b"GET / HTTP/1.1\nHost: a\n\n",
        Err(HeadError::LineEnd),
    ),
    (
        "a bare LF at the end",
        b"GET / HTTP/1.0\r\n\n",
        Err(HeadError::LineEnd),
    ),
    (
        "CR CR LF at the end",
        b"GET / HTTP/1.0\r\n\r\r\n",
        Err(HeadError::LineEnd),
    ),
    (
        "CR CR LF behind the version",
        b"GET / HTTP/1.0\r\r\n\r\n",
        Err(HeadError::LineEnd),
    ),
    (
        "no host",
        b"GET / HTTP/1.1\r\n\r\n",
        Err(HeadError::MissingHost),
    ),
    ("an empty host", b"GET / HTTP/1.1\r\nHost:\r\n\r\n", Ok(())),
    (
        "a host beside an absolute target",
        b"GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n",
        Err(HeadError::OtherHost),
    ),
    (
        "another port beside an absolute target",
        b"GET http://a/ HTTP/1.1\r\nHost: a:8080\r\n\r\n",
        Err(HeadError::OtherHost),
    ),
];

#[test]
fn a_request_line_has_one_reading() {
    for &(name, buffer, expected) in LINES {
        let said = read_all_cuts(buffer, &Limits::default());
        assert_eq!(said.clone().map(drop), expected, "{name}");
        assert_ne!(said, Ok(None), "{name}");
    }
}

const FIELDS: &[(&str, &[u8], Verdict)] = &[
    ("no space behind the colon", b"a:b\r\n", Ok(())),
    ("tabs around a value", b"a:\tb\t\r\n", Ok(())),
    ("an underscore", b"Content_Length: 5\r\n", Ok(())),
    ("bytes beyond ASCII in a value", b"a: \x80\xff\r\n", Ok(())),
    (
        "a bare LF behind a value",
        b"a: b\nc: d\r\n",
        Err(HeadError::LineEnd),
    ),
    (
        "a bare LF hides a field",
        b"a: b\nContent-Length: 5\r\n",
        Err(HeadError::LineEnd),
    ),
    (
        "a bare CR in a value",
        b"a: b\rc\r\n",
        Err(HeadError::FieldValue),
    ),
    (
        "a bare CR hides a field",
        b"a: b\rContent-Length: 5\r\n",
        Err(HeadError::FieldValue),
    ),
    ("CR CR LF", b"a: b\r\r\n", Err(HeadError::FieldValue)),
    (
        "CR CR LF behind no value",
        b"a:\r\r\n",
        Err(HeadError::FieldValue),
    ),
    ("NUL in a value", b"a: b\0c\r\n", Err(HeadError::FieldValue)),
    (
        "NUL before a value",
        b"a:\0b\r\n",
        Err(HeadError::FieldValue),
    ),
    (
        "a vertical tab in a value",
        b"a: \x0bb\r\n",
        Err(HeadError::FieldValue),
    ),
    (
        "an escape in a value",
        b"a: \x1b[31m\r\n",
        Err(HeadError::FieldValue),
    ),
    ("DEL in a value", b"a: \x7f\r\n", Err(HeadError::FieldValue)),
    (
        "a folded line",
        b"a: b\r\n c\r\n",
        Err(HeadError::FieldName),
    ),
    (
        "a line folded with a tab",
        b"a: b\r\n\tc: d\r\n",
        Err(HeadError::FieldName),
    ),
    (
        "a line of spaces",
        b"a: b\r\n  \r\n",
        Err(HeadError::FieldName),
    ),
    (
        "a space before the colon",
        b"a : b\r\n",
        Err(HeadError::FieldName),
    ),
    (
        "a tab before the colon",
        b"a\t: b\r\n",
        Err(HeadError::FieldName),
    ),
    (
        "a space before the colon of a length",
        b"Content-Length : 5\r\n",
        Err(HeadError::FieldName),
    ),
    ("no name", b": b\r\n", Err(HeadError::FieldName)),
    ("no colon", b"a\r\n", Err(HeadError::FieldName)),
    (
        "a second request line",
        b"GET / HTTP/1.1\r\n",
        Err(HeadError::FieldName),
    ),
    (
        "a space in a name",
        b"a b: c\r\n",
        Err(HeadError::FieldName),
    ),
    ("NUL in a name", b"a\0: b\r\n", Err(HeadError::FieldName)),
    (
        "a byte beyond ASCII in a name",
        b"\xe9: b\r\n",
        Err(HeadError::FieldName),
    ),
    (
        "quotes in a name",
        b"\"a\": b\r\n",
        Err(HeadError::FieldName),
    ),
    ("a second host", b"Host: a\r\n", Err(HeadError::Repeated)),
    (
        "a second host in small letters",
        b"host: b\r\n",
        Err(HeadError::Repeated),
    ),
    (
        "a length twice",
        b"Content-Length: 5\r\nContent-Length: 5\r\n",
        Err(HeadError::Repeated),
    ),
    (
        "two lengths",
        b"Content-Length: 5\r\ncontent-length: 6\r\n",
        Err(HeadError::Repeated),
    ),
    (
        "a list of lengths",
        b"Content-Length: 5, 5\r\n",
        Err(HeadError::Length(LengthError::ContentLength)),
    ),
    (
        "a signed length",
        b"Content-Length: +5\r\n",
        Err(HeadError::Length(LengthError::ContentLength)),
    ),
    (
        "an empty length",
        b"Content-Length:\r\n",
        Err(HeadError::Length(LengthError::ContentLength)),
    ),
    (
        "both lengths",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        Err(HeadError::Length(LengthError::Both)),
    ),
    (
        "both lengths the other way round",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        Err(HeadError::Length(LengthError::Both)),
    ),
    (
        "a coding twice",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        Err(HeadError::Repeated),
    ),
    (
        "two codings",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        Err(HeadError::Repeated),
    ),
    (
        "another coding",
        b"Transfer-Encoding: gzip, chunked\r\n",
        Err(HeadError::Length(LengthError::UnknownCoding)),
    ),
    (
        "a vertical tab before a coding",
        b"Transfer-Encoding: \x0bchunked\r\n",
        Err(HeadError::FieldValue),
    ),
    (
        "a space in Transfer-Encoding",
        b"Transfer Encoding: chunked\r\n",
        Err(HeadError::FieldName),
    ),
    (
        "a folded coding",
        b"Transfer-Encoding:\r\n chunked\r\n",
        Err(HeadError::FieldName),
    ),
    (
        "a coding that is no coding's field",
        b"X-Transfer-Encoding: chunked\r\n",
        Ok(()),
    ),
];

#[test]
fn fields_have_one_reading() {
    for &(name, fields, expected) in FIELDS {
        let said = read_all_cuts(&with_fields(fields), &Limits::default());
        assert_eq!(said.map(drop), expected, "{name}");
    }
}

#[test]
fn an_encoding_in_http_1_0_is_refused() {
    let buffer = b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(
        read(buffer, &Limits::default()),
        Err(HeadError::Length(LengthError::OldVersion))
    );
}

#[test]
fn a_host_is_a_name_or_an_address_and_a_port() {
    for (host, is_accepted) in [
        ("", true),
        ("a", true),
        ("a_b.example", true),
        ("a.example:8000", true),
        ("a.example:", true),
        ("127.0.0.1:80", true),
        ("[::1]", true),
        ("[::ffff:127.0.0.1]:80", true),
        ("[v1.x:y]", true),
        ("%41.example", true),
        (":80", false),
        ("a:b", false),
        ("a:80:80", false),
        ("a:-80", false),
        ("a:80 ", true),
        ("a b", false),
        ("a, b", false),
        ("a/b", false),
        ("a?b", false),
        ("a#b", false),
        ("a\\b", false),
        ("a@b", false),
        ("http://a", false),
        ("%4", false),
        ("%zz", false),
        ("%4g", false),
        ("%g4", false),
        ("\u{e9}.example", false),
        ("[::1", false),
        ("::1", false),
        ("[]", false),
        ("[::g]", false),
        ("[::1]a", false),
        ("[::1]:a", false),
        ("[v.x]", false),
        ("[v1.]", false),
        ("[v1x]", false),
        ("<script>", false),
        ("a\"b", false),
    ] {
        let buffer = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let expected = if is_accepted {
            Ok(())
        } else {
            Err(HeadError::InvalidHost)
        };
        assert_eq!(
            read(buffer.as_bytes(), &Limits::default()).map(drop),
            expected,
            "{host}"
        );
    }
}

#[test]
fn the_port_of_a_scheme_is_none() {
    for (authority, host, is_same) in [
        ("http://a:80", "a", true),
        ("http://a", "a:80", true),
        ("HTTP://A:80", "a:", true),
        ("http://a:", "a", true),
        ("https://a:443", "a", true),
        ("https://a", "A:443", true),
        ("http://[::1]:80", "[::1]", true),
        ("http://[::1]", "[::1]", true),
        ("http://a:8080", "a:8080", true),
        ("http://a:443", "a", false),
        ("https://a:80", "a", false),
        ("https://a", "a:80", false),
        ("http://a:8080", "a", false),
        ("http://a:80", "a:443", false),
        ("http://a:080", "a", false),
        ("http://a:80", "b", false),
        ("http://a:80", "", false),
        ("http://[::80]", "[:]", false),
    ] {
        for path in ["", "/", "/x", "?x"] {
            let buffer = format!("GET {authority}{path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            let buffer = buffer.as_bytes();
            let said = read(buffer, &Limits::default());
            assert_eq!(said.is_ok(), is_same, "{authority}{path} {host}");
            let statuses = said.map_err(|error| error.status());
            assert_eq!(statuses, naive(buffer, &Limits::default()));
        }
    }
}

#[test]
fn a_connection_goes_on_in_http_1_1_unless_it_is_closed() {
    for (version, fields, expected) in [
        ("1.1", "", true),
        ("1.1", "Connection: keep-alive\r\n", true),
        ("1.1", "Connection: closed\r\n", true),
        ("1.1", "Connection: close\r\n", false),
        ("1.1", "connection: CLOSE\r\n", false),
        ("1.1", "Connection: keep-alive, close\r\n", false),
        (
            "1.1",
            "Connection: keep-alive\r\nConnection:close\r\n",
            false,
        ),
        ("1.1", "Connection: ,\tclose ,\r\n", false),
        ("1.0", "", false),
        ("1.0", "Connection: keep-alive\r\n", false),
    ] {
        let buffer = format!("GET / HTTP/{version}\r\nHost: a\r\n{fields}\r\n");
        let said = read(buffer.as_bytes(), &Limits::default());
        let persistent = said.map(|said| said.map(|said| said.persistent));
        assert_eq!(persistent, Ok(Some(expected)), "{version} {fields}");
    }
}

#[test]
fn an_upgrade_is_one_that_the_connection_names() {
    for (version, fields, expected) in [
        (
            "1.1",
            "Connection: Upgrade\r\nUpgrade: websocket\r\n",
            Some("websocket"),
        ),
        (
            "1.1",
            "Upgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n",
            Some("WebSocket"),
        ),
        (
            "1.1",
            "Connection: upgrade\r\nUpgrade: a, b\r\n",
            Some("a, b"),
        ),
        ("1.1", "Upgrade: websocket\r\n", None),
        ("1.1", "Connection: upgrade\r\n", None),
        (
            "1.1",
            "Connection: upgrade\r\nUpgrade: a\r\nUpgrade: a\r\n",
            None,
        ),
        (
            "1.1",
            "Connection: upgrade\r\nUpgrade: a\r\nUpgrade: a\r\nUpgrade: a\r\n",
            None,
        ),
        ("1.0", "Connection: upgrade\r\nUpgrade: websocket\r\n", None),
    ] {
        let buffer = format!("GET / HTTP/{version}\r\nHost: a\r\n{fields}\r\n");
        let said = read(buffer.as_bytes(), &Limits::default());
        let upgrade = said.map(|said| said.and_then(|said| said.upgrade));
        assert_eq!(
            upgrade,
            Ok(expected.map(str::to_owned)),
            "{version} {fields}"
        );
    }
}

#[test]
fn a_client_waits_only_where_it_has_something_to_send() {
    for (version, fields, expected) in [
        ("1.1", "Expect: 100-continue\r\nContent-Length: 5\r\n", true),
        (
            "1.1",
            "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n",
            true,
        ),
        (
            "1.1",
            "Expect: a, 100-continue\r\nContent-Length: 5\r\n",
            true,
        ),
        ("1.1", "Expect: 100-continue\r\n", false),
        (
            "1.1",
            "Expect: 100-continue\r\nContent-Length: 0\r\n",
            false,
        ),
        ("1.1", "Expect: 200-ok\r\nContent-Length: 5\r\n", false),
        (
            "1.0",
            "Expect: 100-continue\r\nContent-Length: 5\r\n",
            false,
        ),
    ] {
        let buffer = format!("POST / HTTP/{version}\r\nHost: a\r\n{fields}\r\n");
        let said = read(buffer.as_bytes(), &Limits::default());
        let waits = said.map(|said| said.map(|said| said.expects_continue));
        assert_eq!(waits, Ok(Some(expected)), "{version} {fields}");
    }
}

#[test]
fn a_head_over_a_limit_is_refused_without_waiting_for_its_end() {
    let limits = Limits {
        size: 200,
        fields: 3,
        target: 20,
    };
    let line = |length: usize| format!("GET /{} HTTP/1.1\r\n", "a".repeat(length - 1));
    let fields = |count: usize| format!("Host: a\r\n{}", "b: c\r\n".repeat(count - 1));
    let long = |length: usize| format!("GET / HTTP/1.0\r\na:{}", "b".repeat(length - 18));
    for (name, buffer, expected) in [
        ("target", line(20) + "Host: a\r\n\r\n", Ok(true)),
        ("longer target", line(21), Err(HeadError::TargetTooLong)),
        ("request line", "G".repeat(84), Ok(false)),
        (
            "longer request line",
            "G".repeat(85),
            Err(HeadError::TargetTooLong),
        ),
        (
            "request line with an end",
            "G".repeat(84) + "\n",
            Err(HeadError::TargetTooLong),
        ),
        ("fields", line(1) + &fields(3) + "\r\n", Ok(true)),
        (
            "more fields",
            line(1) + &fields(4),
            Err(HeadError::TooManyFields),
        ),
        ("size", long(196) + "\r\n\r\n", Ok(true)),
        (
            "larger size",
            long(197) + "\r\n\r\n",
            Err(HeadError::TooLarge),
        ),
        ("size without an end", long(199), Ok(false)),
        (
            "size reached without an end",
            long(200),
            Err(HeadError::TooLarge),
        ),
    ] {
        let said = read_all_cuts(buffer.as_bytes(), &limits);
        assert_eq!(said.map(|said| said.is_some()), expected, "{name}");
    }
}

#[test]
fn no_limit_panics() {
    let buffer = with_fields(b"a: b\r\n");
    for number in [0, 1, 20, usize::MAX] {
        for fields in [0, 1, 2, 100_000] {
            let limits = Limits {
                size: number,
                fields,
                target: number,
            };
            let is_enough = number == usize::MAX && fields >= 2;
            let is_whole = read(&buffer, &limits).is_ok_and(|said| said.is_some());
            assert_eq!(is_whole, is_enough, "{limits:?}");
        }
    }
}

#[test]
fn a_refusal_says_which_status_answers_it() {
    for (error, status) in [
        (HeadError::EmptyLines, 400),
        (HeadError::LineEnd, 400),
        (HeadError::RequestLine, 400),
        (HeadError::MethodTooLong, 501),
        (HeadError::TargetTooLong, 414),
        (HeadError::Version, 505),
        (HeadError::FieldName, 400),
        (HeadError::FieldValue, 400),
        (HeadError::TooManyFields, 431),
        (HeadError::TooLarge, 431),
        (HeadError::MissingHost, 400),
        (HeadError::InvalidHost, 400),
        (HeadError::OtherHost, 400),
        (HeadError::Repeated, 400),
        (HeadError::Length(LengthError::Both), 400),
        (HeadError::Length(LengthError::UnknownCoding), 501),
    ] {
        assert_eq!(error.status(), status, "{error}");
    }
}

/// Heads of lines that are well-formed, or known to be taken for such by somebody.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let select = |lines: &'static [&'static str]| prop::sample::select(lines.to_vec());
    let empty = select(&["", "", "", "\r\n", "\r\n\r\n\r\n", "\n"]);
    let request = (
        select(&[
            "GET",
            "POST",
            "OPTIONS",
            "x",
            "METHODMETHODMETHODMETHODMETHODMETHOD",
            "",
        ]),
        select(&[
            "/",
            "/a?b",
            "*",
            "http://a/",
            "http://b",
            "http://A:80",
            "https://a:?b",
            "https://a:80/",
            "/aaaaaaaaaaaaaaaaaaaaaaaa",
            "/\u{e9}",
        ]),
        select(&[
            "HTTP/1.1",
            "HTTP/1.1",
            "HTTP/1.1",
            "HTTP/1.0",
            "HTTP/2.0",
            "HTTP/1.10",
            "",
        ]),
        select(&["\r\n", "\r\n", "\r\n", "\n", " \r\n", "\r\r\n"]),
    );
    let request = request
        .prop_map(|(method, target, version, end)| format!("{method} {target} {version}{end}"));
    let field = select(&[
        "Content-Length: 5\r\n",
        "content-length: 0\r\n",
        "Content-Length: 5, 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Connection: close\r\n",
        "Connection: keep-alive, Upgrade\r\n",
        "Upgrade: websocket\r\n",
        "Expect: 100-continue\r\n",
        "Host: a:1\r\n",
        "a: b c\t\r\n",
        "a:\r\n",
        "a: b\n",
        "a : b\r\n",
        " a: b\r\n",
        "a: b\rc\r\n",
        "a: \u{e9}\r\n",
        "\r\n",
    ]);
    let host = prop_oneof![9 => Just("Host: a\r\n"), 1 => Just("")];
    (empty, request, host, prop::collection::vec(field, 0..5)).prop_map(
        |(empty, request, host, fields)| {
            format!("{empty}{request}{host}{}\r\nrest\n", fields.concat()).into_bytes()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn heads_are_read_as_the_naive_way_does_wherever_they_are_cut(
        buffer in mutated(lines()),
        size in prop::sample::select(vec![60, 100, 65_536]),
        fields in prop::sample::select(vec![3, 128]),
        target in prop::sample::select(vec![20, 32_768]),
    ) {
        let limits = Limits { size, fields, target };
        let said = read_all_cuts(&buffer, &limits);
        let statuses = said.map_err(|error| error.status());
        prop_assert_eq!(statuses, naive(&buffer, &limits));
    }

    #[test]
    fn beginnings_are_read_as_the_naive_way_does(buffer in "(\r|\n|\r\n|H|HEAD| ){0,6}") {
        let found = (has_begun(buffer.as_bytes()), is_for_head(buffer.as_bytes()));
        prop_assert_eq!(found, naive_beginning(buffer.as_bytes()));
    }

    #[test]
    fn hosts_are_compared_as_the_naive_way_does(
        target in "(http|HTTPS?|https)://[aA:\\[\\]@]{0,3}(:|:80|:443|:8)?[/?]?",
        host in "([aA]|\\[::1?\\])?(:|:80|:443|:8)?",
    ) {
        let buffer = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let said = read(buffer.as_bytes(), &Limits::default());
        let statuses = said.map_err(|error| error.status());
        prop_assert_eq!(statuses, naive(buffer.as_bytes(), &Limits::default()));
    }

    #[test]
    fn any_bytes_are_read_as_the_naive_way_does(buffer: Vec<u8>) {
        let said = read_all_cuts(&buffer, &Limits::default());
        let statuses = said.map_err(|error| error.status());
        prop_assert_eq!(statuses, naive(&buffer, &Limits::default()));
    }
}
