//! UUIDs as strings of JSON.

use crate::hexadecimal;

/// Appends a UUID in quotes: 32 digits in five groups (RFC 9562, section 4).
pub fn write_uuid(out: &mut Vec<u8>, uuid: u128) {
    out.push(b'"');
    for (index, byte) in uuid.to_be_bytes().into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.push(hexadecimal::digit(byte >> 4));
        out.push(hexadecimal::digit(byte & 0xF));
    }
    out.push(b'"');
}
