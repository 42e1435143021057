//! The bytes of responses: what can be sent is well-formed, and what cannot is refused.

use std::collections::HashSet;

use ferroapi_core::http::chunked::{Chunked, Piece};
use ferroapi_core::http::response::{
    FieldError, LAST_CHUNK, has_no_content, is_field_value, is_token, reason, write_chunk,
    write_field, write_length, write_status_line,
};
use proptest::prelude::*;

use super::shown;

#[test]
fn a_status_line_has_the_registered_reason() {
    for (status, expected) in [
        (100, "HTTP/1.1 100 Continue\r\n"),
        (200, "HTTP/1.1 200 OK\r\n"),
        (299, "HTTP/1.1 299 \r\n"),
        (404, "HTTP/1.1 404 Not Found\r\n"),
        (413, "HTTP/1.1 413 Content Too Large\r\n"),
        (422, "HTTP/1.1 422 Unprocessable Content\r\n"),
        (999, "HTTP/1.1 999 \r\n"),
        (0, "HTTP/1.1 500 Internal Server Error\r\n"),
        (99, "HTTP/1.1 500 Internal Server Error\r\n"),
        (1000, "HTTP/1.1 500 Internal Server Error\r\n"),
        (u16::MAX, "HTTP/1.1 500 Internal Server Error\r\n"),
    ] {
        let mut out = Vec::new();
        write_status_line(&mut out, status);
        assert_eq!(shown(&out), shown(expected.as_bytes()));
    }
}

#[test]
fn a_reason_is_that_of_no_other_status_and_cannot_end_its_line() {
    let reasons: Vec<&str> = (0..=u16::MAX)
        .map(reason)
        .filter(|reason| !reason.is_empty())
        .collect();
    assert_eq!(reasons.len(), 62);
    assert_eq!(reasons.iter().collect::<HashSet<_>>().len(), reasons.len());
    for reason in reasons {
        assert!(is_field_value(reason.as_bytes()), "{reason}");
    }
}

#[test]
fn a_length_is_a_field() {
    for length in [0, 9, 10, 65_536, u64::MAX] {
        let mut out = b"before".to_vec();
        write_length(&mut out, length);
        let expected = format!("beforecontent-length: {length}\r\n");
        assert_eq!(shown(&out), shown(expected.as_bytes()));
    }
}

type FieldCase = (
    &'static [u8],
    &'static [u8],
    Result<&'static [u8], FieldError>,
);

const FIELDS: &[FieldCase] = &[
    (b"content-type", b"a/b", Ok(b"content-type: a/b\r\n")),
    (b"Content-Type", b"A/b", Ok(b"content-type: A/b\r\n")),
    (b"x_y", b"", Ok(b"x_y: \r\n")),
    (b"x", b" a\tb ", Ok(b"x:  a\tb \r\n")),
    (b"x", b"caf\xe9", Ok(b"x: caf\xe9\r\n")),
    (b"", b"a", Err(FieldError::Name)),
    (b"x y", b"a", Err(FieldError::Name)),
    (b"x:", b"a", Err(FieldError::Name)),
    (b"x\r\ny", b"a", Err(FieldError::Name)),
    (b"x\0", b"a", Err(FieldError::Name)),
    (b"\xe9", b"a", Err(FieldError::Name)),
    (b"x", b"a\r\nset-cookie: b", Err(FieldError::Value)),
    (b"x", b"a\r", Err(FieldError::Value)),
    (b"x", b"a\n", Err(FieldError::Value)),
    (b"x", b"a\0b", Err(FieldError::Value)),
    (b"x", b"\x1b", Err(FieldError::Value)),
    (b"x", b"\x7f", Err(FieldError::Value)),
    (b"", b"\n", Err(FieldError::Value)),
];

#[test]
fn a_field_is_one_line_or_refused() {
    for &(name, value, expected) in FIELDS {
        let mut out = b"before".to_vec();
        let written = write_field(&mut out, name, value);
        let added = out.strip_prefix(b"before").map(shown);
        assert_eq!(written, expected.map(drop), "{}", shown(value));
        assert_eq!(added, Some(shown(expected.unwrap_or_default())));
    }
}

#[test]
fn bytes_of_tokens_and_values_are_those_of_the_rfc() {
    for byte in 0..=u8::MAX {
        let is_separator = b"\"(),/:;<=>?@[\\]{}".contains(&byte);
        let expected = byte.is_ascii_graphic() && !is_separator;
        assert_eq!(is_token(&[b'a', byte]), expected, "{byte}");
        let expected = byte == b'\t' || !byte.is_ascii_control();
        assert_eq!(is_field_value(&[b'a', byte]), expected, "{byte}");
    }
    assert!(!is_token(b""));
    assert!(is_field_value(b""));
}

#[test]
fn a_chunk_has_its_size_in_front() {
    for (size, expected) in [
        (1, "1\r\n"),
        (15, "f\r\n"),
        (16, "10\r\n"),
        (65_535, "ffff\r\n"),
    ] {
        let data = vec![b'x'; size];
        let mut out = Vec::new();
        write_chunk(&mut out, &data);
        let expected = [expected.as_bytes(), &data, b"\r\n"].concat();
        assert_eq!(shown(&out), shown(&expected));
    }
}

#[test]
fn no_data_is_no_chunk() {
    let mut out = Vec::new();
    write_chunk(&mut out, b"");
    assert_eq!(out, b"");
}

#[test]
fn some_responses_have_no_content() {
    for (status, expected) in [
        (100, true),
        (101, true),
        (199, true),
        (200, false),
        (204, true),
        (205, false),
        (304, true),
        (404, false),
    ] {
        assert_eq!(has_no_content(false, status), expected, "{status}");
        assert!(has_no_content(true, status));
    }
}

proptest! {
    #[test]
    fn what_is_written_in_chunks_is_decoded_again(parts: Vec<Vec<u8>>) {
        let mut out = Vec::new();
        for part in &parts {
            write_chunk(&mut out, part);
        }
        out.extend_from_slice(LAST_CHUNK);
        let mut chunked = Chunked::new();
        let mut data = Vec::new();
        let mut rest = out.as_slice();
        loop {
            let (consumed, piece) = chunked.decode(rest)
                .map_err(|error| TestCaseError::fail(error.to_string()))?;
            rest = rest.get(consumed..).unwrap_or_default();
            match piece {
                Piece::Data(piece) => data.extend_from_slice(piece),
                Piece::More => return Err(TestCaseError::fail("not the end")),
                Piece::End => break,
            }
        }
        prop_assert_eq!(rest, b"");
        prop_assert_eq!(data, parts.concat());
    }
}
