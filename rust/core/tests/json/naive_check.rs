//! What JSON bodies are checked for, in the plainest way.

use ferroapi_core::json::{Fault, FaultKind, MAX_DEPTH};

fn found(kind: FaultKind, offset: usize) -> Fault {
    Fault { kind, offset }
}

/// What `check` does, one byte after the other.
pub fn naive(body: &[u8]) -> Option<Fault> {
    let at = |offset: usize| body.get(offset..).unwrap_or_default();
    let unit = |offset: usize| {
        let hex = at(offset).strip_prefix(b"\\u")?.get(..4)?;
        if !hex.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
    };
    let (mut offset, mut in_string, mut depth) = (0, false, 0_isize);
    while let Some(byte) = at(offset).first() {
        let mut step = 1;
        if in_string {
            match (byte, unit(offset)) {
                (b'\\', Some(0xD800..=0xDBFF)) => match unit(offset + 6) {
                    Some(0xDC00..=0xDFFF) => step = 12,
                    _ => return Some(found(FaultKind::LoneSurrogate, offset)),
                },
                (b'\\', Some(0xDC00..=0xDFFF)) => {
                    return Some(found(FaultKind::LoneSurrogate, offset));
                }
                (b'\\', _) => step = 2,
                (b'"', _) => in_string = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => in_string = true,
                b'[' | b'{' => {
                    depth += 1;
                    let inside = at(offset + 1).trim_ascii_start();
                    if depth > MAX_DEPTH.cast_signed()
                        && !matches!(inside.first(), Some(b']' | b'}'))
                    {
                        return Some(found(FaultKind::TooDeep, offset));
                    }
                }
                b']' | b'}' => depth -= 1,
                _ => {
                    let end = at(offset)
                        .iter()
                        .position(|byte| !(byte.is_ascii_alphanumeric() || b"+-.".contains(byte)));
                    let token = at(offset)
                        .get(..end.unwrap_or(usize::MAX))
                        .unwrap_or(at(offset));
                    step = token.len().max(1);
                    let token = String::from_utf8_lossy(token);
                    let written_out = ["NaN", "Infinity", "-Infinity"].contains(&token.as_ref());
                    let overflows = token.contains(['.', 'e', 'E'])
                        && token.parse().is_ok_and(f64::is_infinite);
                    if written_out || overflows {
                        return Some(found(FaultKind::NonFinite, offset));
                    }
                }
            }
        }
        offset += step;
    }
    None
}
