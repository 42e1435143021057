//! Classes of bytes (RFC 9110, sections 5.5 and 5.6.2), and lists of elements.

const TOKEN: u8 = 1;
const FIELD_VALUE: u8 = 2;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte: u8 = 0;
    loop {
        let mut class = 0;
        if byte.is_ascii_alphanumeric()
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
            )
        {
            class |= TOKEN;
        }
        if byte == b'\t' || (byte >= b' ' && byte != 0x7F) {
            class |= FIELD_VALUE;
        }
        #[expect(
            clippy::indexing_slicing,
            reason = "evaluated by the compiler; 256 entries"
        )]
        {
            classes[byte as usize] = class;
        }
        if byte == u8::MAX {
            return classes;
        }
        byte += 1;
    }
}

#[inline]
fn is(byte: u8, class: u8) -> bool {
    CLASSES
        .get(usize::from(byte))
        .is_some_and(|classes| classes & class != 0)
}

/// Whether a byte may stand in a token.
#[inline]
pub fn is_token_byte(byte: u8) -> bool {
    is(byte, TOKEN)
}

/// Whether a byte may stand in the value of a field: no control character but the tab.
#[inline]
pub fn is_field_value_byte(byte: u8) -> bool {
    is(byte, FIELD_VALUE)
}

/// Whether these bytes are a token: a method, the name of a field, a transfer coding.
#[must_use]
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
}

/// Whether these bytes may be the value of a field: no control character but the tab.
#[must_use]
pub fn is_field_value(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| is_field_value_byte(byte))
}

/// The elements of a list (RFC 9110, section 5.6.1), without the white space around them; empty
/// ones too.
pub fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(trim)
}

/// Drops spaces and tabs at both ends.
fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}
