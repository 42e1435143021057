//! What an HTTP/1.1 server decides about bytes: tables of cases, and the plainest reading of the
//! same rules as oracle.

mod access_log;
mod chunked;
mod date;
mod head;
mod length;
mod response;
mod target;

/// Bytes as text, one character a byte.
fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
