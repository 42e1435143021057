//! The length of a body: every way to say it, and every way to say it wrongly.

use ferroapi_core::http::length::{Body, LengthError, body};

use super::shown;

const LENGTHS: &[(&[u8], Option<u64>)] = &[
    (b"0", Some(0)),
    (b"5", Some(5)),
    (b"05", Some(5)),
    (b"9223372036854775807", Some(i64::MAX.unsigned_abs())),
    (b"9223372036854775808", None),
    (b"18446744073709551615", None),
    (b"18446744073709551616", None),
    (b"00000000000000000005", None),
    (b"", None),
    (b" ", None),
    (b"+5", None),
    (b"-5", None),
    (b"-0", None),
    (b"0x5", None),
    (b"5_000", None),
    (b"5.0", None),
    (b"5e0", None),
    (b"5 5", None),
    (b"5,5", None),
    (b"5, 5", None),
    (b"5,", None),
    (b"5;", None),
    (b"\"5\"", None),
    (b"\xd9\xa5", None),
    (b"\xb2", None),
];

#[test]
fn a_content_length_is_digits() {
    for &(value, expected) in LENGTHS {
        let expected = match expected {
            Some(0) => Ok(Body::None),
            Some(length) => Ok(Body::Length(length)),
            None => Err(LengthError::ContentLength),
        };
        assert_eq!(body(1, Some(value), None), expected, "{}", shown(value));
        assert_eq!(body(0, Some(value), None), expected, "{}", shown(value));
    }
}

const CODINGS: &[(&[u8], Result<Body, LengthError>)] = &[
    (b"chunked", Ok(Body::Chunked)),
    (b"Chunked", Ok(Body::Chunked)),
    (b"CHUNKED", Ok(Body::Chunked)),
    (b"gzip", Err(LengthError::UnknownCoding)),
    (b"identity", Err(LengthError::UnknownCoding)),
    (b"xchunked", Err(LengthError::UnknownCoding)),
    (b"chunked-x", Err(LengthError::UnknownCoding)),
    (b"chunkedchunked", Err(LengthError::UnknownCoding)),
    (b"chunke", Err(LengthError::UnknownCoding)),
    (b"gzip, chunked", Err(LengthError::UnknownCoding)),
    (b"identity,chunked", Err(LengthError::UnknownCoding)),
    (b"", Err(LengthError::TransferEncoding)),
    (b",", Err(LengthError::TransferEncoding)),
    (b"chunked,", Err(LengthError::TransferEncoding)),
    (b",chunked", Err(LengthError::TransferEncoding)),
    (b"chunked, chunked", Err(LengthError::TransferEncoding)),
    (b"chunked, gzip", Err(LengthError::TransferEncoding)),
    (b"chunked, identity", Err(LengthError::TransferEncoding)),
    (b"chunked;q=1", Err(LengthError::TransferEncoding)),
    (b"chunked gzip", Err(LengthError::TransferEncoding)),
    (b"\"chunked\"", Err(LengthError::TransferEncoding)),
    (b"'chunked'", Err(LengthError::UnknownCoding)),
    (b"\x0bchunked", Err(LengthError::TransferEncoding)),
    (b"chunked\x00", Err(LengthError::TransferEncoding)),
    (b"chun\tked", Err(LengthError::TransferEncoding)),
    (b"chunked\xa0", Err(LengthError::TransferEncoding)),
    (
        "chun\u{212a}ed".as_bytes(),
        Err(LengthError::TransferEncoding),
    ),
];

#[test]
fn a_transfer_encoding_is_one_chunked() {
    for &(value, expected) in CODINGS {
        assert_eq!(body(1, None, Some(value)), expected, "{}", shown(value));
        assert_eq!(
            body(0, None, Some(value)),
            Err(LengthError::OldVersion),
            "{}",
            shown(value)
        );
    }
}

#[test]
fn two_lengths_are_refused_whatever_they_say() {
    for version in [0, 1] {
        for length in [&b"0"[..], b"5", b"x"] {
            for coding in [&b"chunked"[..], b"gzip", b""] {
                assert_eq!(
                    body(version, Some(length), Some(coding)),
                    Err(LengthError::Both)
                );
            }
        }
    }
}

#[test]
fn no_length_is_no_body() {
    assert_eq!(body(1, None, None), Ok(Body::None));
    assert_eq!(body(0, None, None), Ok(Body::None));
}

#[test]
fn a_refusal_is_a_bad_request_or_a_coding_that_is_not_implemented() {
    for (error, status) in [
        (LengthError::Both, 400),
        (LengthError::ContentLength, 400),
        (LengthError::OldVersion, 400),
        (LengthError::TransferEncoding, 400),
        (LengthError::UnknownCoding, 501),
    ] {
        assert_eq!(error.status(), status, "{error}");
    }
}
