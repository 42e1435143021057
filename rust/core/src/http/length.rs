//! How long the body of a request is (RFC 9112, section 6.3).
//!
//! A server and the proxy before it have to agree about this, or a body is read as a request. So
//! there is one way to say it, and all others are refused: one `Content-Length` of digits only, or
//! one `Transfer-Encoding: chunked`, or neither. After a refusal nobody knows where the next
//! request begins: the connection has to be closed.

use std::fmt;

use crate::octets;

/// More digits than any length below 2^63 has.
const DIGITS: usize = 19;

/// What follows a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing, also where that was said by a length of 0.
    None,
    /// This number of bytes, at least one and below 2^63.
    Length(u64),
    /// Chunks (section 7.1), for [`super::chunked`].
    Chunked,
}

/// Why the length of a body is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthError {
    /// `Content-Length` beside `Transfer-Encoding`.
    Both,
    /// A `Content-Length` that is no number of at most 19 digits, below 2^63.
    ContentLength,
    /// A `Transfer-Encoding` in HTTP/1.0, which does not have it.
    OldVersion,
    /// A `Transfer-Encoding` that is no list, or in which `chunked` is not once and last.
    TransferEncoding,
    /// A transfer coding other than `chunked`.
    UnknownCoding,
}

impl LengthError {
    /// The status that answers it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownCoding => 501,
            _ => 400,
        }
    }
}

impl fmt::Display for LengthError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Both => "both Content-Length and Transfer-Encoding",
            Self::ContentLength => "Content-Length is no number below 2^63",
            Self::OldVersion => "Transfer-Encoding in HTTP/1.0",
            Self::TransferEncoding => "Transfer-Encoding is not one chunked",
            Self::UnknownCoding => "a transfer coding other than chunked",
        })
    }
}

impl std::error::Error for LengthError {}

/// What follows the head of a request with these fields, of which a request has each once at most.
///
/// # Errors
///
/// Whatever is not exactly one of the three ways to say it.
///
/// ```
/// use ferroapi_core::http::length::{Body, LengthError, body};
///
/// assert_eq!(body(1, Some(b"5"), None), Ok(Body::Length(5)));
/// assert_eq!(body(1, None, Some(b"Chunked")), Ok(Body::Chunked));
/// assert_eq!(body(1, Some(b"+5"), None), Err(LengthError::ContentLength));
/// ```
pub fn body(
    minor_version: u8,
    content_length: Option<&[u8]>,
    transfer_encoding: Option<&[u8]>,
) -> Result<Body, LengthError> {
    match (content_length, transfer_encoding) {
        (None, None) => Ok(Body::None),
        (Some(_), Some(_)) => Err(LengthError::Both),
        (Some(length), None) => match number(length).ok_or(LengthError::ContentLength)? {
            0 => Ok(Body::None),
            length => Ok(Body::Length(length)),
        },
        (None, Some(_)) if minor_version == 0 => Err(LengthError::OldVersion),
        (None, Some(codings)) if codings.eq_ignore_ascii_case(b"chunked") => Ok(Body::Chunked),
        (None, Some(codings)) => Err(refused(codings)),
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > DIGITS {
        return None;
    }
    let number = digits.iter().try_fold(0_u64, |number, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })?;
    (number <= i64::MAX.unsigned_abs()).then_some(number)
}

/// Why these codings are refused: not understood (section 6.1), or not to be understood.
fn refused(codings: &[u8]) -> LengthError {
    let mut last_is_chunked = false;
    for coding in octets::elements(codings) {
        if last_is_chunked || !octets::is_token(coding) {
            return LengthError::TransferEncoding;
        }
        last_is_chunked = coding.eq_ignore_ascii_case(b"chunked");
    }
    LengthError::UnknownCoding
}
