//! The bytes of a response: status line, fields and chunks (RFC 9112, sections 4, 5 and 7.1).

use std::fmt;

pub use crate::octets::{is_field_value, is_token};
use crate::{decimal, hexadecimal};

/// What ends a chunked body without trailers.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Appends `HTTP/1.1`, the status and its reason, which is empty where none is registered.
///
/// `status` is one of three digits; any other is written as 500.
pub fn write_status_line(out: &mut Vec<u8>, status: u16) {
    let status = if (100..=999).contains(&status) {
        status
    } else {
        500
    };
    out.extend_from_slice(b"HTTP/1.1 ");
    decimal::push(out, u64::from(status));
    out.push(b' ');
    out.extend_from_slice(reason(status).as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Why a field cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldError {
    /// The name is no token.
    Name,
    /// The value has a control character.
    Value,
}

impl fmt::Display for FieldError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Name => "the name of a response header is no token",
            Self::Value => "the value of a response header has a control character",
        })
    }
}

impl std::error::Error for FieldError {}

/// Whether a field can be sent.
///
/// # Errors
///
/// A name that is no token, and a value with a control character other than the tab: with CR and LF
/// it would be more than one field.
pub fn check_field(name: &[u8], value: &[u8]) -> Result<(), FieldError> {
    if !is_field_value(value) {
        return Err(FieldError::Value);
    }
    if !is_token(name) {
        return Err(FieldError::Name);
    }
    Ok(())
}

/// Appends one field, its name in lower case.
///
/// Bytes beyond ASCII are sent as they are.
///
/// # Errors
///
/// Those of `check_field`. Nothing is appended then.
pub fn write_field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) -> Result<(), FieldError> {
    check_field(name, value)?;
    out.reserve(name.len() + value.len() + 4);
    out.extend(name.iter().map(u8::to_ascii_lowercase));
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Appends the field `Content-Length`.
pub fn write_length(out: &mut Vec<u8>, length: u64) {
    out.extend_from_slice(b"content-length: ");
    decimal::push(out, length);
    out.extend_from_slice(b"\r\n");
}

/// Appends a chunk of a body; nothing for no data, since an empty chunk would be the last.
pub fn write_chunk(out: &mut Vec<u8>, data: &[u8]) {
    if data.is_empty() {
        return;
    }
    write_hexadecimal(out, data.len());
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
}

/// Whether a response has no content, whatever its fields say (RFC 9112, section 6.3): one to
/// `HEAD`, and those of status 1xx, 204 and 304.
#[must_use]
pub fn has_no_content(method_is_head: bool, status: u16) -> bool {
    method_is_head || matches!(status, 100..=199 | 204 | 304)
}

fn write_hexadecimal(out: &mut Vec<u8>, number: usize) {
    let significant = usize::BITS - number.leading_zeros();
    for place in (0..significant.div_ceil(4).max(1)).rev() {
        let digit = u8::try_from(number >> (4 * place) & 0xF).unwrap_or_default();
        out.push(hexadecimal::digit(digit));
    }
}

/// The reason phrase of IANA's registry, as Python's `http.HTTPStatus` has it from 3.13 on; empty
/// where there is none.
#[must_use]
pub fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        102 => "Processing",
        103 => "Early Hints",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        207 => "Multi-Status",
        208 => "Already Reported",
        226 => "IM Used",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        305 => "Use Proxy",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        418 => "I'm a Teapot",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        423 => "Locked",
        424 => "Failed Dependency",
        425 => "Too Early",
        426 => "Upgrade Required",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        506 => "Variant Also Negotiates",
        507 => "Insufficient Storage",
        508 => "Loop Detected",
        510 => "Not Extended",
        511 => "Network Authentication Required",
        _ => "",
    }
}
