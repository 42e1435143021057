//! Classes of bytes (RFC 9110, sections 5.5 and 5.6.2), and lists of elements.

static TOKEN: [bool; 256] = token_bytes();

const fn token_bytes() -> [bool; 256] {
    let mut allowed = [false; 256];
    let mut byte: u8 = 0;
    while byte < 0x7F {
        #[expect(
            clippy::indexing_slicing,
            reason = "evaluated by the compiler; 256 entries"
        )]
        {
            allowed[byte as usize] = byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'!' | b'#'
                        | b'$'
                        | b'%'
                        | b'&'
                        | b'\''
                        | b'*'
                        | b'+'
                        | b'-'
                        | b'.'
                        | b'^'
                        | b'_'
                        | b'`'
                        | b'|'
                        | b'~'
                );
        }
        byte += 1;
    }
    allowed
}

/// Whether a byte may stand in a token.
#[inline]
pub fn is_token_byte(byte: u8) -> bool {
    TOKEN.get(usize::from(byte)).is_some_and(|allowed| *allowed)
}

/// Whether a byte may stand in the value of a field: no control character but the tab.
#[inline]
pub fn is_field_value_byte(byte: u8) -> bool {
    byte >= b' ' && byte != 0x7F || byte == b'\t'
}

/// Whether these bytes are a token: a method, the name of a field, a transfer coding.
#[must_use]
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
}

/// Whether these bytes may be the value of a field: no control character but the tab.
#[must_use]
pub fn is_field_value(bytes: &[u8]) -> bool {
    // Without a branch for each byte, which compiles to vector code.
    bytes
        .iter()
        .fold(true, |all, &byte| all & is_field_value_byte(byte))
}

/// The elements of a list (RFC 9110, section 5.6.1), without the white space around them; empty
/// ones too.
pub fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(trim)
}

/// Drops spaces and tabs at both ends.
pub fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}
