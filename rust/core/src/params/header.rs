//! Header fields: names without case, values as ISO 8859-1 (RFC 9110, section 5.5).

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use super::lookup::Lookup;
use super::{Found, Name, Wanted, latin1, to_latin1};

/// The values wanted from a list of header fields.
#[derive(Debug)]
pub struct Header(Lookup);

impl Header {
    /// Compiles the slots to fill.
    ///
    /// # Errors
    ///
    /// [`HeaderNameError`] for a name that ISO 8859-1 cannot hold: no header can have it.
    pub fn new(wanted: impl IntoIterator<Item = Wanted>) -> Result<Self, HeaderNameError> {
        let slots = wanted.into_iter().map(|wanted| {
            let names = wanted.names.into_iter().map(|name| match to_latin1(&name) {
                Some(bytes) => Ok(bytes.to_ascii_lowercase()),
                None => Err(HeaderNameError { name }),
            });
            Ok((names.collect::<Result<_, _>>()?, wanted.mode))
        });
        Ok(Self(Lookup::new(slots.collect::<Result<Vec<_>, _>>()?)))
    }

    /// The wanted name that `name` is, whatever the case of its ASCII letters.
    ///
    /// Nothing is allocated for a name in lower case, as ASGI servers send them.
    #[must_use]
    pub fn find(&self, name: &[u8]) -> Option<Name> {
        if name.iter().any(u8::is_ascii_uppercase) {
            self.0.find(&name.to_ascii_lowercase())
        } else {
            self.0.find(name)
        }
    }

    /// Room for the values of one request, of whatever kind the caller holds them in. [`decode`]
    /// makes text of them.
    #[must_use]
    pub fn found<T>(&self) -> Found<'_, T> {
        self.0.found()
    }
}

/// Decodes a header value. Borrowed when it is ASCII.
#[must_use]
pub fn decode(raw: &[u8]) -> Cow<'_, str> {
    latin1(raw)
}

/// A name that no header can have, because a header is ISO 8859-1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderNameError {
    /// The name that was wanted.
    pub name: String,
}

impl fmt::Display for HeaderNameError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no header can have the name {:?}", self.name)
    }
}

impl Error for HeaderNameError {}
