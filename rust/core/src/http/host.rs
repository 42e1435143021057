//! The host and port a request is for (RFC 9110, section 7.2; RFC 3986, section 3.2.2).

use std::net::Ipv6Addr;

/// Whether `value` is `uri-host [ ":" port ]`, or empty: a target may have none. A port without a
/// host is none (RFC 9110, section 4.2.1).
pub fn is_host(value: &[u8]) -> bool {
    if let [b'[', rest @ ..] = value {
        let end = memchr::memchr(b']', rest).unwrap_or(rest.len());
        let (address, after) = rest.split_at(end);
        return is_address(address) && after.strip_prefix(b"]").is_some_and(is_port);
    }
    let end = memchr::memchr(b':', value).unwrap_or(value.len());
    let (name, port) = value.split_at(end);
    value.is_empty() || !name.is_empty() && is_name(name) && is_port(port)
}

/// Whether both name the same host and port (RFC 9110, section 4.2.3): no port, an empty one and
/// that of the scheme are the same.
pub fn is_same(one: &[u8], other: &[u8], default_port: &[u8]) -> bool {
    let [one, other] = [one, other].map(|value| without_port(value, default_port));
    one.eq_ignore_ascii_case(other)
}

/// What is before a port that is empty or the one of the scheme; all of it without such a port.
fn without_port<'a>(value: &'a [u8], default_port: &[u8]) -> &'a [u8] {
    let end = memchr::memrchr(b':', value).unwrap_or(value.len());
    match value.split_at(end) {
        (host, [b':', port @ ..]) if port.is_empty() || port == default_port => host,
        _ => value,
    }
}

fn is_port(port: &[u8]) -> bool {
    match port {
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => port.is_empty(),
    }
}

/// An address of IPv6, or of a version to come: `v`, hexadecimal digits, a dot and what follows.
fn is_address(address: &[u8]) -> bool {
    if let [b'v' | b'V', rest @ ..] = address {
        let end = memchr::memchr(b'.', rest).unwrap_or(rest.len());
        let (version, after) = rest.split_at(end);
        return !version.is_empty()
            && version.iter().all(u8::is_ascii_hexdigit)
            && after.len() > 1
            && after.iter().all(|&byte| byte == b':' || is_plain(byte));
    }
    str::from_utf8(address).is_ok_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

fn is_name(mut name: &[u8]) -> bool {
    loop {
        name = match name {
            [] => return true,
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest
            }
            [byte, rest @ ..] if is_plain(*byte) => rest,
            _ => return false,
        };
    }
}

/// The characters that stand for themselves in the name of a host.
fn is_plain(byte: u8) -> bool {
    matches!(
        byte,
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'$' | b'&'..=b'.' | b'!' | b';' | b'=' | b'_' | b'~'
    )
}
