//! What a request is for: the request target (RFC 9112, section 3.2), and the text of its path.

use std::borrow::Cow;
use std::fmt;

use super::host;
use crate::hexadecimal;

/// The parts of a request target, as they were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The path: `*`, or it begins with a slash. [`decode_path`] makes text of it.
    pub path: &'a [u8],
    /// What follows the first question mark; empty without one.
    pub query: &'a [u8],
}

/// Why a request target is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetError {
    /// It has a byte that is no visible ASCII character.
    Byte,
    /// It has a fragment, which is not sent.
    Fragment,
    /// It is none of the forms that the method may have.
    Form,
    /// It is absolute, and has no authority that is a host and a port.
    Authority,
    /// The method is `CONNECT`, which is for proxies.
    Connect,
}

impl TargetError {
    /// The status that answers it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Connect => 501,
            _ => 400,
        }
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Byte => "the request target has a byte that is not visible ASCII",
            Self::Fragment => "the request target has a fragment",
            Self::Form => "the request target is no path and no URL",
            Self::Authority => "the request target is a URL without a valid host",
            Self::Connect => "CONNECT is not implemented",
        })
    }
}

impl std::error::Error for TargetError {}

/// Takes a request target apart.
///
/// - *Origin form*, a path and a query.
/// - *Absolute form*, a URL of http or https: its host and port are dropped, and an empty path is
///   `/`.
/// - *Asterisk form*, `*`, for `OPTIONS` only.
/// - *Authority form* belongs to `CONNECT`, which asks for a tunnel. Only a proxy has any, so that
///   the method is not implemented here whatever the target (501): 405 would have to name methods
///   that such a target allows.
///
/// # Errors
///
/// Everything else. A fragment is refused since its sender means another resource than it says, and
/// user information since RFC 9110, section 4.2.4 says that it may hide the host.
///
/// ```
/// use ferroapi_core::http::target::{Target, parse};
///
/// let target = Target { path: b"/items/1", query: b"q=2" };
/// assert_eq!(parse(b"GET", b"/items/1?q=2"), Ok(target));
/// assert_eq!(parse(b"GET", b"http://example.com/items/1?q=2"), Ok(target));
/// ```
pub fn parse<'a>(method: &[u8], target: &'a [u8]) -> Result<Target<'a>, TargetError> {
    if method == b"CONNECT" {
        return Err(TargetError::Connect);
    }
    // Without a branch for each byte, which compiles to vector code.
    let is_visible = |all: bool, byte: &u8| all & byte.is_ascii_graphic();
    if !target.iter().fold(true, is_visible) {
        return Err(TargetError::Byte);
    }
    if memchr::memchr(b'#', target).is_some() {
        return Err(TargetError::Fragment);
    }
    match target {
        [b'/', ..] => Ok(split_query(target)),
        b"*" if method == b"OPTIONS" => Ok(split_query(target)),
        _ => {
            let (_, authority, rest) = split_authority(target).ok_or(TargetError::Form)?;
            if authority.is_empty() || !host::is_host(authority) {
                return Err(TargetError::Authority);
            }
            let target = split_query(rest);
            let path = if target.path.is_empty() {
                b"/"
            } else {
                target.path
            };
            Ok(Target { path, ..target })
        }
    }
}

/// The host and port that a URL names, and the port that its scheme has when it names none; `None`
/// for the other forms.
pub(super) fn authority(target: &[u8]) -> Option<(&[u8], &'static [u8])> {
    if target.starts_with(b"/") {
        return None;
    }
    let (default_port, authority, _) = split_authority(target)?;
    Some((authority, default_port))
}

/// The text of a path: `%` and two hexadecimal digits are a byte, and the bytes are UTF-8 in which
/// U+FFFD replaces what is invalid, like Python's `urllib.parse.unquote(path)`.
///
/// A `%` without two digits behind it stays as it is. Linear; borrowed when nothing changes.
///
/// ```
/// use ferroapi_core::http::target::decode_path;
///
/// assert_eq!(decode_path(b"/caf%C3%A9/%2F/%zz/+"), "/café///%zz/+");
/// ```
#[must_use]
pub fn decode_path(path: &[u8]) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'%', path) else {
        return String::from_utf8_lossy(path);
    };
    let mut bytes = Vec::with_capacity(path.len());
    let (plain, mut rest) = path.split_at(first);
    bytes.extend_from_slice(plain);
    while let [byte, after @ ..] = rest {
        if *byte == b'%'
            && let [high, low, after @ ..] = after
            && let Some(value) = hexadecimal::byte(*high, *low)
        {
            bytes.push(value);
            rest = after;
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    Cow::Owned(
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    )
}

/// A path of which [`decode_path`] makes this text again: all but the letters and digits of ASCII and
/// `/_.-~` is percent-encoded, like Python's `urllib.parse.quote(path)`.
///
/// Linear; borrowed when nothing changes.
///
/// ```
/// use ferroapi_core::http::target::encode_path;
///
/// assert_eq!(encode_path("/café/a b"), "/caf%C3%A9/a%20b");
/// ```
#[must_use]
pub fn encode_path(path: &str) -> Cow<'_, str> {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'.' | b'-' | b'~');
    if path.bytes().all(is_plain) {
        return Cow::Borrowed(path);
    }
    let mut encoded = String::with_capacity(path.len() + 16);
    for byte in path.bytes() {
        if is_plain(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for half in [byte >> 4, byte & 0xF] {
                encoded.push(char::from(hexadecimal::digit(half).to_ascii_uppercase()));
            }
        }
    }
    Cow::Owned(encoded)
}

/// The port of the scheme of a URL of http or https, what is between its slashes and the next part,
/// and that part.
fn split_authority(target: &[u8]) -> Option<(&'static [u8], &[u8], &[u8])> {
    let (scheme, rest) = target.split_at_checked(memchr::memchr(b':', target)?)?;
    let default_port: &[u8] = if scheme.eq_ignore_ascii_case(b"http") {
        b"80"
    } else if scheme.eq_ignore_ascii_case(b"https") {
        b"443"
    } else {
        return None;
    };
    let rest = rest.strip_prefix(b"://")?;
    let end = memchr::memchr2(b'/', b'?', rest).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    Some((default_port, authority, after))
}

fn split_query(target: &[u8]) -> Target<'_> {
    let end = memchr::memchr(b'?', target).unwrap_or(target.len());
    let (path, query) = target.split_at(end);
    let query = query.get(1..).unwrap_or_default();
    Target { path, query }
}
