//! The host and port a request is for (RFC 9110, section 7.2; RFC 3986, section 3.2.2).

/// Whether `value` is `uri-host [ ":" port ]`. It may be empty.
pub fn is_host(value: &[u8]) -> bool {
    let (is_valid, port) = if let [b'[', rest @ ..] = value {
        let Some(end) = memchr::memchr(b']', rest) else {
            return false;
        };
        let (address, after) = rest.split_at(end);
        (
            !address.is_empty() && address.iter().all(|&byte| byte == b':' || is_plain(byte)),
            after.get(1..).unwrap_or_default(),
        )
    } else {
        let end = memchr::memchr(b':', value).unwrap_or(value.len());
        let (name, port) = value.split_at(end);
        (is_name(name), port)
    };
    is_valid
        && match port {
            [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
            _ => port.is_empty(),
        }
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
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte)
}
