//! The head of a response, and how its body is framed (RFC 9112, section 6).

use ferroapi_core::http::response;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use super::connection::HTTPConnection;
use super::settings::write_fields;

/// How a body is framed.
#[derive(Clone, Copy)]
pub enum Framing {
    /// There is none, whatever the application sends.
    NoContent,
    /// This many bytes are left.
    Length(u64),
    Chunked,
    /// It ends with the connection, for a client of HTTP/1.0.
    UntilClose,
}

/// What decides about a response before the application has said anything.
pub struct ResponseContext {
    pub is_head: bool,
    pub minor_version: u8,
    pub keep_alive: bool,
}

/// The head of a response.
pub struct Head {
    pub bytes: Vec<u8>,
    pub framing: Framing,
    pub keep_alive: bool,
}

/// Writes the head of a response.
///
/// # Errors
///
/// `RuntimeError` for fields that HTTP does not allow, or that contradict each other.
pub fn write_head(
    py: Python<'_>,
    connection: &HTTPConnection,
    context: &ResponseContext,
    status: u16,
    headers: Option<&Bound<'_, PyAny>>,
) -> PyResult<Head> {
    let mut bytes = Vec::with_capacity(256);
    let mut length: Option<u64> = None;
    let mut chunked = false;
    let mut close = false;
    let may_chunk = context.minor_version > 0 && status != 204;
    begin_head(py, connection, status, &mut bytes)?;
    if let Some(headers) = headers {
        write_fields(headers, &mut bytes, |name, value| {
            if name.eq_ignore_ascii_case(b"content-length") {
                let declared = digits(value)?;
                let again = length.replace(declared);
                return match again {
                    Some(other) if other != declared => Err(refused("Response with two lengths")),
                    Some(_) => Ok(false),
                    // RFC 9110, section 8.6.
                    None => Ok(status != 204),
                };
            }
            if name.eq_ignore_ascii_case(b"transfer-encoding") {
                if !value.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                    return Err(refused(
                        "Response with a transfer coding other than chunked",
                    ));
                }
                let again = std::mem::replace(&mut chunked, true);
                return Ok(may_chunk && !again);
            }
            if name.eq_ignore_ascii_case(b"connection") {
                close |= value
                    .split(|byte| *byte == b',')
                    .any(|token| token.trim_ascii().eq_ignore_ascii_case(b"close"));
                // What the server knows to be untrue.
                let is_kept = value.trim_ascii().eq_ignore_ascii_case(b"keep-alive");
                return Ok(context.keep_alive || !is_kept);
            }
            Ok(true)
        })?;
    }
    if chunked && length.take().is_some() {
        // The coding is what counts where there are both (RFC 9112, section 6.2).
        remove_length(&mut bytes);
    }
    let framing = if response::has_no_content(context.is_head, status) {
        Framing::NoContent
    } else if let Some(length) = length {
        Framing::Length(length)
    } else if context.minor_version == 0 {
        Framing::UntilClose
    } else {
        if !chunked {
            bytes.extend_from_slice(b"transfer-encoding: chunked\r\n");
        }
        Framing::Chunked
    };
    let keep_alive = context.keep_alive && !close && !matches!(framing, Framing::UntilClose);
    end_head(keep_alive || close, &mut bytes);
    Ok(Head {
        bytes,
        framing,
        keep_alive,
    })
}

/// Writes the status line, and the fields that the server adds to each response.
pub fn begin_head(
    py: Python<'_>,
    connection: &HTTPConnection,
    status: u16,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    response::write_status_line(out, status);
    connection.write_default_fields(py, out)
}

/// Writes the end of the head; the client is told unless it needs not be.
pub fn end_head(is_told: bool, out: &mut Vec<u8>) {
    if !is_told {
        out.extend_from_slice(b"connection: close\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

/// Adds a part of the body to what is written; `last` ends it.
///
/// # Errors
///
/// `RuntimeError` when it is not as long as the head says.
pub fn write_body(
    framing: &mut Framing,
    body: &[u8],
    last: bool,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    match framing {
        Framing::NoContent => {}
        Framing::UntilClose => out.extend_from_slice(body),
        Framing::Chunked => {
            response::write_chunk(out, body);
            if last {
                out.extend_from_slice(response::LAST_CHUNK);
            }
        }
        Framing::Length(left) => {
            take(left, body.len(), last)?;
            out.extend_from_slice(body);
        }
    }
    Ok(())
}

/// Counts a part of a body whose length was declared.
pub fn take(left: &mut u64, size: usize, last: bool) -> PyResult<()> {
    *left = left
        .checked_sub(size as u64)
        .ok_or_else(|| refused("Response content longer than Content-Length"))?;
    if last && *left != 0 {
        return Err(refused("Response content shorter than Content-Length"));
    }
    Ok(())
}

/// Takes the line of the length out of a head.
fn remove_length(head: &mut Vec<u8>) {
    const NAME: &[u8] = b"\r\ncontent-length: ";
    let start = head.windows(NAME.len()).position(|part| part == NAME);
    if let Some(start) = start {
        let line = head.iter().skip(start + 2);
        let size = line.take_while(|&&byte| byte != b'\r').count();
        head.drain(start..start + 2 + size);
    }
}

fn digits(value: &[u8]) -> PyResult<u64> {
    std::str::from_utf8(value.trim_ascii())
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| refused("Content-Length of a response is not a number"))
}

fn refused(reason: &'static str) -> PyErr {
    PyRuntimeError::new_err(reason)
}
