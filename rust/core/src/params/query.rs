//! Query strings, read as the URL standard's `application/x-www-form-urlencoded` with the leniency
//! of Python's `parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)`.
//!
//! `&` separates pairs and empty ones are skipped. The first `=` ends the name; a pair without one
//! has an empty value. Names and values are decoded alike, see [`decode`].

use std::borrow::Cow;

use super::lookup::Lookup;
use super::{Found, Wanted, latin1};
use crate::hexadecimal;

/// The values wanted from a query string.
#[derive(Debug)]
pub struct Query(Lookup);

impl Query {
    /// Compiles the slots to fill. Names are as they are after decoding.
    #[must_use]
    pub fn new(wanted: impl IntoIterator<Item = Wanted>) -> Self {
        Self(Lookup::new(wanted.into_iter().map(|wanted| {
            let names = wanted.names.into_iter().map(String::into_bytes);
            (names.collect(), wanted.mode)
        })))
    }

    /// Finds the wanted values in one pass. [`decode`] makes text of them.
    ///
    /// A name is decoded only when it has something to decode.
    #[must_use]
    pub fn read<'a>(&self, query_string: &'a [u8]) -> Found<'_, &'a [u8]> {
        let mut found = self.0.found();
        for (name, value) in pairs(query_string) {
            if let Some(name) = self.0.find(decode(name).as_bytes()) {
                found.keep(name, value);
            }
        }
        found
    }
}

/// The names and values of a query string as they are, in their order. [`decode`] makes text of
/// them.
///
/// ```
/// let pairs: Vec<_> = ferroapi_core::params::query::pairs(b"a=1&&b").collect();
/// assert_eq!(pairs, [(&b"a"[..], &b"1"[..]), (b"b", b"")]);
/// ```
pub fn pairs(query_string: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = query_string;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (pair, after) = split_once(rest, b'&');
            rest = after;
            if !pair.is_empty() {
                return Some(split_once(pair, b'='));
            }
        }
        None
    })
}

/// Decodes a name or a value: `+` is a space, and each run of percent escapes is UTF-8 in which
/// U+FFFD replaces what is invalid.
///
/// An incomplete escape stays as it is, and a byte beyond ASCII is the character of its number (ISO
/// 8859-1). Linear; borrowed when nothing changes.
#[must_use]
pub fn decode(raw: &[u8]) -> Cow<'_, str> {
    if memchr::memchr2(b'%', b'+', raw).is_none() {
        return latin1(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut escaped = Vec::new();
    let mut rest = raw;
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte == b'%'
            && let [high, low, after @ ..] = after
            && let Some(value) = hexadecimal::byte(*high, *low)
        {
            escaped.push(value);
            rest = after;
            continue;
        }
        text.push_str(&String::from_utf8_lossy(&escaped));
        escaped.clear();
        text.push(if *byte == b'+' {
            ' '
        } else {
            char::from(*byte)
        });
    }
    text.push_str(&String::from_utf8_lossy(&escaped));
    Cow::Owned(text)
}

/// What is before and after the first `separator`; nothing after it when there is none.
fn split_once(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let end = memchr::memchr(separator, text).unwrap_or(text.len());
    let (before, after) = text.split_at(end);
    (before, after.get(1..).unwrap_or_default())
}
