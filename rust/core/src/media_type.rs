//! Media types, the values of `Content-Type` (RFC 9110, section 8.3.1).
//!
//! Everything is a slice of the value that was given. Reading a value costs one pass over what is
//! looked at: [`is_json`] looks no further than the first semicolon.

use std::borrow::Cow;

use crate::octets::is_token_byte;

/// A media type: `type/subtype`, and what follows, not yet read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType<'a> {
    type_: &'a [u8],
    subtype: &'a [u8],
    rest: &'a [u8],
}

impl<'a> MediaType<'a> {
    /// Reads the type and the subtype.
    ///
    /// `None` when `value` does not begin with two tokens around a slash, or has anything but white
    /// space between them and the first semicolon. Parameters are not judged here: a media type
    /// with bad parameters is still that type.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let (type_, rest) = split_token(trim_start(value))?;
        let (subtype, rest) = split_token(rest.strip_prefix(b"/")?)?;
        let rest = trim_start(rest);
        matches!(rest.first(), None | Some(b';')).then_some(Self {
            type_,
            subtype,
            rest,
        })
    }

    /// The type as it was written: `application`.
    #[must_use]
    pub fn type_(&self) -> &'a [u8] {
        self.type_
    }

    /// The subtype as it was written: `problem+json`.
    #[must_use]
    pub fn subtype(&self) -> &'a [u8] {
        self.subtype
    }

    /// The well-formed parameters in their order.
    #[must_use]
    pub fn parameters(&self) -> Parameters<'a> {
        Parameters { rest: self.rest }
    }

    /// Whether this is `application/json` or `application/*+json`, in any case.
    #[must_use]
    pub fn is_json(&self) -> bool {
        const SUFFIX: &[u8] = b"+json";
        self.type_.eq_ignore_ascii_case(b"application")
            && (self.subtype.eq_ignore_ascii_case(b"json")
                || self
                    .subtype
                    .last_chunk::<{ SUFFIX.len() }>()
                    .is_some_and(|suffix| suffix.eq_ignore_ascii_case(SUFFIX)))
    }
}

/// Whether a `Content-Type` value says that the content is JSON: `application/json` or
/// `application/*+json`, in any case, with any parameters.
///
/// A value that is no media type is not JSON.
///
/// ```
/// use ferroapi_core::media_type::is_json;
///
/// assert!(is_json(b"application/problem+json; charset=utf-8"));
/// assert!(!is_json(b"text/json"));
/// ```
#[must_use]
pub fn is_json(value: &[u8]) -> bool {
    MediaType::parse(value).is_some_and(|media_type| media_type.is_json())
}

/// One parameter of a media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// The name as it was written; names are compared without case.
    pub name: &'a [u8],
    /// The value without its quotes; borrowed unless it had a quoted pair.
    pub value: Cow<'a, [u8]>,
}

/// The parameters of a media type, read as they are asked for.
///
/// Empty and malformed parameters are passed over; a quotation that is never closed ends the
/// iteration. Reading them all is one pass over the value.
#[derive(Clone, Debug)]
pub struct Parameters<'a> {
    rest: &'a [u8],
}

impl<'a> Parameters<'a> {
    /// Reads one parameter from the start of the rest, which is left behind it or, when it is
    /// malformed, where that showed.
    fn read(&mut self) -> Option<Parameter<'a>> {
        let (name, rest) = split_token(trim_start(self.rest))?;
        self.rest = rest;
        self.rest = rest.strip_prefix(b"=")?;
        let value = if let Some(quoted) = self.rest.strip_prefix(b"\"") {
            let (value, rest) = split_quoted(quoted);
            self.rest = rest;
            value?
        } else {
            let (value, rest) = split_token(self.rest)?;
            self.rest = rest;
            Cow::Borrowed(value)
        };
        self.rest = trim_start(self.rest);
        matches!(self.rest.first(), None | Some(b';')).then_some(Parameter { name, value })
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = Parameter<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let semicolon = memchr::memchr(b';', self.rest)?;
            self.rest = self.rest.get(semicolon + 1..)?;
            if let Some(parameter) = self.read() {
                return Some(parameter);
            }
        }
    }
}

/// Splits a token (RFC 9110, section 5.6.2) off the start.
fn split_token(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = value
        .iter()
        .position(|&byte| !is_token_byte(byte))
        .unwrap_or(value.len());
    if end == 0 {
        return None;
    }
    value.split_at_checked(end)
}

/// Splits off the rest of a quoted string (RFC 9110, section 5.6.4) whose opening quote has been
/// taken, and undoes its quoted pairs. Without a closing quote there is neither a value nor a rest.
fn split_quoted(value: &[u8]) -> (Option<Cow<'_, [u8]>>, &[u8]) {
    let mut unescaped = Vec::new();
    let mut rest = value;
    while let Some(at) = memchr::memchr2(b'"', b'\\', rest) {
        let (text, special) = rest.split_at(at);
        match special {
            [b'"', after @ ..] if unescaped.is_empty() => {
                return (Some(Cow::Borrowed(text)), after);
            }
            [b'"', after @ ..] => {
                unescaped.extend_from_slice(text);
                return (Some(Cow::Owned(unescaped)), after);
            }
            [_, escaped, after @ ..] => {
                unescaped.extend_from_slice(text);
                unescaped.push(*escaped);
                rest = after;
            }
            _ => break,
        }
    }
    (None, &[])
}

/// Drops the optional white space (RFC 9110, section 5.6.3) at the start.
fn trim_start(value: &[u8]) -> &[u8] {
    let start = value
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\t'))
        .unwrap_or(value.len());
    value.get(start..).unwrap_or_default()
}
