//! Heads of requests: a table of what is accepted and refused, cut everywhere.

use ferroapi_core::http::head::{Head, HeadError, Limits, parse};
use ferroapi_core::http::length::{Body, LengthError};

use super::shown;

/// What is asked of a head in one line: method, target, minor version and fields.
fn summary(head: &Head, buffer: &[u8]) -> String {
    let fields = head.fields.iter();
    let fields = fields.map(|field| {
        (
            shown(field.name.get(buffer)),
            shown(field.value.get(buffer)),
        )
    });
    format!(
        "{} {} {} {:?}",
        shown(head.method.get(buffer)),
        shown(head.target.get(buffer)),
        head.minor_version,
        fields.collect::<Vec<_>>()
    )
}

#[test]
fn a_head_is_ranges_of_its_buffer() -> Result<(), HeadError> {
    let buffer = b"POST /a?b HTTP/1.1\r\nHost: x\r\nA:  b c\t\r\na:\r\n\r\nbody";
    let head = parse(buffer, &Limits::default())?;
    assert_eq!(
        head.map(|head| (summary(&head, buffer), head.size)),
        Some((
            r#"POST /a?b 1 [("Host", "x"), ("A", "b c"), ("a", "")]"#.to_owned(),
            buffer.len() - 4
        ))
    );
    Ok(())
}

const LIMITS: Limits = Limits {
    size: 200,
    fields: 4,
    target: 40,
};

const REFUSED: &[(&[u8], HeadError)] = &[
    (b"\r\n\r\n\r\nGET / HTTP/1.1\r\n", HeadError::EmptyLines),
    (b"GET / HTTP/1.1\nHost: x\r\n\r\n", HeadError::LineEnd),
    (b"GET / HTTP/1.1\r\nHost: x\n\r\n", HeadError::LineEnd),
    (b"GET / HTTP/1.1\r\nHost: x\r\n\n", HeadError::LineEnd),
    (b"GET  / HTTP/1.1\r\n", HeadError::RequestLine),
    (b"GET / b HTTP/1.1\r\n", HeadError::RequestLine),
    (b"GET /\r\n", HeadError::RequestLine),
    (b"G(T / HTTP/1.1\r\n", HeadError::RequestLine),
    (b"GET / HTTP1.1\r\n", HeadError::RequestLine),
    (b"GET / HTTP/1.2\r\n", HeadError::Version),
    (b"GET / HTTP/2.0\r\n", HeadError::Version),
    (b"GET / HTTP/1.1\r\nA b: c\r\n", HeadError::FieldName),
    (b"GET / HTTP/1.1\r\nA : b\r\n", HeadError::FieldName),
    (b"GET / HTTP/1.1\r\nA: b\r\n c\r\n", HeadError::FieldName),
    (b"GET / HTTP/1.1\r\nA: \x00\r\n", HeadError::FieldValue),
    (b"GET / HTTP/1.1\r\n\r\n", HeadError::MissingHost),
    (
        b"GET / HTTP/1.1\r\nHost: x/y\r\n\r\n",
        HeadError::InvalidHost,
    ),
    (
        b"GET / HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n",
        HeadError::Repeated,
    ),
    (
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        HeadError::Length(LengthError::Both),
    ),
    (
        b"GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n\r\n",
        HeadError::TooManyFields,
    ),
    (
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ / HTTP/1.1\r\nHost: x\r\n\r\n",
        HeadError::MethodTooLong,
    ),
    (
        b"GET /0123456789012345678901234567890123456789 HTTP/1.1\r\nHost: x\r\n\r\n",
        HeadError::TargetTooLong,
    ),
];

#[test]
fn a_head_is_refused_for_one_reason_wherever_it_is_cut() {
    for &(buffer, error) in REFUSED {
        assert_eq!(parse(buffer, &LIMITS), Err(error), "{}", shown(buffer));
        for cut in 0..buffer.len() {
            let found = parse(buffer.get(..cut).unwrap_or_default(), &LIMITS);
            assert!(
                matches!(found, Ok(None)) || found == Err(error),
                "{}: {found:?}",
                shown(buffer)
            );
        }
    }
}

#[test]
fn a_head_without_end_is_refused_when_it_is_too_large() {
    let long = [b"GET / HTTP/1.1\r\nA: ".as_slice(), &[b'a'; 300]].concat();
    for size in 0..long.len() {
        let found = parse(long.get(..size).unwrap_or_default(), &LIMITS);
        let expected = if size < LIMITS.size {
            Ok(None)
        } else {
            Err(HeadError::TooLarge)
        };
        assert_eq!(found, expected, "{size}");
    }
}

/// The fields of a request, and whether it is upgraded.
const UPGRADES: &[(&[u8], bool)] = &[
    (b"Connection: Upgrade\r\nUpgrade: websocket\r\n", true),
    (b"Connection: a, upgrade\r\nUpgrade: websocket\r\n", true),
    (b"Upgrade: websocket\r\n", false),
    (b"Connection: Upgrade\r\n", false),
    (
        b"Connection: Upgrade\r\nUpgrade: a\r\nUpgrade: b\r\n",
        false,
    ),
    (
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n",
        true,
    ),
    (
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n",
        false,
    ),
    (
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n",
        false,
    ),
];

#[test]
fn a_request_with_a_body_is_not_upgraded() -> Result<(), HeadError> {
    for &(fields, expected) in UPGRADES {
        let buffer = [b"GET / HTTP/1.1\r\nHost: x\r\n", fields, b"\r\n"].concat();
        let head = parse(&buffer, &Limits::default())?;
        let upgrade = head.and_then(|head| head.upgrade);
        assert_eq!(upgrade.is_some(), expected, "{}", shown(fields));
    }
    Ok(())
}

#[test]
fn a_length_of_nothing_is_no_body() -> Result<(), HeadError> {
    let buffer = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n";
    let head = parse(buffer, &Limits::default())?;
    assert_eq!(
        head.map(|head| (head.body, head.expects_continue)),
        Some((Body::None, false))
    );
    Ok(())
}
