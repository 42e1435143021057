//! Forms as `application/x-www-form-urlencoded` (URL standard, section 5), read as they come.
//!
//! Names and values are those of a query string ([`query`]).

use std::borrow::Cow;

use super::Item;
use crate::octets;
use crate::params::query;

/// What a form may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The number of fields.
    pub fields: usize,
    /// The bytes of the name and the value of one field, as they are sent.
    pub field_size: usize,
}

/// Which of the [`Limits`] is exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// There are more fields.
    Fields,
    /// A field is larger.
    FieldSize,
}

/// A form that is being received. It keeps no more than its limits allow.
#[derive(Debug)]
pub struct Form {
    limits: Limits,
    /// The fields without the empty ones, each with its separator behind it.
    text: Vec<u8>,
    fields: usize,
    current: Option<Current>,
}

/// The field whose end has not come yet.
#[derive(Debug, Default)]
struct Current {
    size: usize,
    has_value: bool,
}

impl Form {
    /// A form of which nothing has come.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            text: Vec::new(),
            fields: 0,
            current: None,
        }
    }

    /// Takes the next part of the body.
    ///
    /// # Errors
    /// The first limit that is exceeded. Nothing can be done with the form then.
    pub fn write(&mut self, chunk: &[u8]) -> Result<(), Excess> {
        let mut rest = chunk;
        while !rest.is_empty() {
            let Some(end) = memchr::memchr(b'&', rest) else {
                return self.extend(rest);
            };
            let (part, after) = rest.split_at(end);
            self.extend(part)?;
            self.finish()?;
            rest = after.get(1..).unwrap_or_default();
        }
        Ok(())
    }

    /// Ends the field that has begun, if there is one: at a separator, and at the end of the body.
    ///
    /// # Errors
    /// There are more fields than allowed.
    pub fn finish(&mut self) -> Result<(), Excess> {
        if self.current.take().is_some() {
            self.fields += 1;
            if self.fields > self.limits.fields {
                return Err(Excess::Fields);
            }
            self.text.push(b'&');
        }
        Ok(())
    }

    /// The names and values as they were sent, in their order. [`query::decode`] makes text of them.
    pub fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        query::pairs(&self.text)
    }

    /// The names and what was sent under them, in their order.
    pub fn items(&self) -> impl Iterator<Item = (Cow<'_, str>, Item<'_>)> {
        self.pairs()
            .map(|(name, value)| (query::decode(name), Item::Text(query::decode(value))))
    }

    fn extend(&mut self, part: &[u8]) -> Result<(), Excess> {
        if part.is_empty() {
            return Ok(());
        }
        let current = self.current.get_or_insert_default();
        current.size += part.len();
        if !current.has_value && memchr::memchr(b'=', part).is_some() {
            current.has_value = true;
            current.size -= 1;
        }
        if current.size > self.limits.field_size {
            return Err(Excess::FieldSize);
        }
        self.text.extend_from_slice(part);
        Ok(())
    }
}

/// Whether a `Content-Type` value says that the content is such a form, in any case and with any
/// parameters.
///
/// ```
/// use ferroapi_core::params::form::urlencoded::is_urlencoded;
///
/// assert!(is_urlencoded(b"application/x-www-form-urlencoded; charset=utf-8"));
/// assert!(!is_urlencoded(b"multipart/form-data; boundary=x"));
/// ```
#[must_use]
pub fn is_urlencoded(value: &[u8]) -> bool {
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    let media_type = octets::trim(value.get(..end).unwrap_or_default());
    media_type.eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}
