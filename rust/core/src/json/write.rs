//! Strings and integers of JSON.

use crate::{decimal, hexadecimal};

/// Appends a string in quotes, in UTF-8 with only the escapes that JSON asks for: the bytes of
/// Python's `json.dumps(text, ensure_ascii=False)`.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    write_quoted(out, text, |byte| {
        byte < 0x20 || byte == b'"' || byte == b'\\'
    });
}

/// Appends a string in quotes with everything but printable ASCII as escapes, in surrogate pairs
/// where it takes two: the bytes of Python's `json.dumps(text)`.
pub fn write_ascii_string(out: &mut Vec<u8>, text: &str) {
    write_quoted(out, text, |byte| {
        byte < 0x20 || byte == b'"' || byte == b'\\' || byte >= 0x7F
    });
}

/// Appends a decimal integer.
pub fn write_integer(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    decimal::push(out, value.unsigned_abs());
}

#[inline]
fn write_quoted(out: &mut Vec<u8>, text: &str, must_escape: impl Fn(u8) -> bool) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text;
    while let Some((plain, special)) = split_at_first(rest, &must_escape) {
        out.extend_from_slice(plain.as_bytes());
        let mut characters = special.chars();
        if let Some(character) = characters.next() {
            write_escape(out, character);
        }
        rest = characters.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// Splits before the first byte that must be escaped; `None` without one.
#[inline]
fn split_at_first<'a>(
    text: &'a str,
    must_escape: &impl Fn(u8) -> bool,
) -> Option<(&'a str, &'a str)> {
    // Whole blocks are tested without a branch for each byte, which compiles to vector code.
    const BLOCK: usize = 16;
    let (blocks, _) = text.as_bytes().as_chunks::<BLOCK>();
    let clean = blocks
        .iter()
        .take_while(|block| {
            !block
                .iter()
                .fold(false, |found, byte| found | must_escape(*byte))
        })
        .count();
    let tail = text.as_bytes().get(clean * BLOCK..)?;
    let offset = tail.iter().position(|byte| must_escape(*byte))?;
    // A byte that must be escaped starts a character: no escape is needed inside of one.
    text.split_at_checked(clean * BLOCK + offset)
}

fn write_escape(out: &mut Vec<u8>, character: char) {
    let short = match character {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        _ => {
            for &mut unit in character.encode_utf16(&mut [0; 2]) {
                let digit = |place: u16| {
                    let [_, value] = (unit >> place & 0xF).to_be_bytes();
                    hexadecimal::digit(value)
                };
                out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
            }
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}
