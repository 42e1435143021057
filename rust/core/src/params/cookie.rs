//! Cookies, read as browsers write them and Starlette reads them, which is more than RFC 6265
//! allows.
//!
//! `;` separates pairs, quoted or not. The first `=` ends the name; a pair without one has an empty
//! name. Both sides are trimmed, and empty pairs are skipped. Values are decoded as Python's
//! `http.cookies` does, see [`decode`].

use std::borrow::Cow;

use super::lookup::Lookup;
use super::{Found, Wanted, latin1, to_latin1};

/// The values wanted from the cookies of a request.
#[derive(Debug)]
pub struct Cookie(Lookup);

impl Cookie {
    /// Compiles the slots to fill. Names are compared with their case.
    ///
    /// A name that ISO 8859-1 cannot hold is never found.
    #[must_use]
    pub fn new(wanted: impl IntoIterator<Item = Wanted>) -> Self {
        Self(Lookup::new(wanted.into_iter().map(|wanted| {
            let names = wanted.names.iter().filter_map(|name| to_latin1(name));
            (names.collect(), wanted.mode)
        })))
    }

    /// Room for the values of one request.
    #[must_use]
    pub fn found<'a>(&self) -> Found<'_, &'a [u8]> {
        self.0.found()
    }

    /// Keeps the wanted values of one `Cookie` header, in one pass. Called for each header in turn,
    /// it reads them as one. [`decode`] makes text of the values.
    pub fn read<'a>(&self, header: &'a [u8], found: &mut Found<'_, &'a [u8]>) {
        for (name, value) in pairs(header) {
            if let Some(name) = self.0.find(name) {
                found.keep(name, value);
            }
        }
    }
}

/// The names and values of one `Cookie` header as they are, in their order. A name is ISO 8859-1,
/// and [`decode`] makes text of a value.
///
/// ```
/// let pairs: Vec<_> = ferroapi_core::params::cookie::pairs(b"a=1; ;b").collect();
/// assert_eq!(pairs, [(&b"a"[..], &b"1"[..]), (b"", b"b")]);
/// ```
pub fn pairs(header: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b';', header).chain([header.len()]);
    ends.filter_map(move |end| {
        let pair = header.get(start..end).unwrap_or_default();
        start = end + 1;
        let (name, value) = match memchr::memchr(b'=', pair) {
            Some(at) => (
                pair.get(..at).unwrap_or_default(),
                pair.get(at + 1..).unwrap_or_default(),
            ),
            None => (&[][..], pair),
        };
        let (name, value) = (trim(name), trim(value));
        (!name.is_empty() || !value.is_empty()).then_some((name, value))
    })
}

/// Decodes a cookie value: without its double quotes, if it is between two, and then with `\ooo`
/// (octal, up to `\377`) and `\c` undone.
///
/// Bytes and octal numbers are ISO 8859-1 characters. A backslash before a line feed, or at the
/// end, stays. Linear; borrowed unless something is undone or the value is not ASCII.
#[must_use]
pub fn decode(raw: &[u8]) -> Cow<'_, str> {
    let [b'"', quoted @ .., b'"'] = raw else {
        return latin1(raw);
    };
    if memchr::memchr(b'\\', quoted).is_none() {
        return latin1(quoted);
    }
    let mut text = String::with_capacity(quoted.len());
    let mut rest = quoted;
    while let [byte, after @ ..] = rest {
        let (character, after) = match rest {
            [
                b'\\',
                a @ b'0'..=b'3',
                b @ b'0'..=b'7',
                c @ b'0'..=b'7',
                after @ ..,
            ] => ((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'), after),
            [b'\\', escaped, after @ ..] if *escaped != b'\n' => (*escaped, after),
            _ => (*byte, after),
        };
        text.push(char::from(character));
        rest = after;
    }
    Cow::Owned(text)
}

/// Trims what is white space in ISO 8859-1 text by Unicode: more than [`u8::is_ascii_whitespace`].
fn trim(text: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b'\t'..=b'\r' | 0x1c..=b' ' | 0x85 | 0xa0);
    let start = text.iter().position(|byte| !is_space(byte));
    let end = text.iter().rposition(|byte| !is_space(byte));
    match (start, end) {
        (Some(start), Some(end)) => text.get(start..=end).unwrap_or_default(),
        _ => &[],
    }
}
