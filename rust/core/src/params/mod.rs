//! Takes exactly the named values out of a request: from its query string ([`query`]), its headers
//! ([`header`]) and its cookies ([`cookie`]).
//!
//! What is wanted is compiled once. A request is then read in one pass a place; each pass keeps the
//! values of wanted names in a [`Found`] as they are, and only what [`Found::values`] answers needs
//! to be decoded.
//!
//! ```
//! use ferroapi_core::params::{Mode, Value, Wanted, query::{Query, decode}};
//!
//! let query = Query::new([Wanted::new(["q"], Mode::Last), Wanted::new(["tag"], Mode::All)]);
//! let found = query.read(b"q=a+b&tag=x&tag=%C3%A9&other=1");
//! let values: Vec<(usize, Vec<_>)> = found
//!     .values()
//!     .map(|(slot, value)| match value {
//!         Value::One(raw) => (slot, vec![decode(raw)]),
//!         Value::All(raw) => (slot, raw.iter().map(|raw| decode(raw)).collect()),
//!     })
//!     .collect();
//! assert_eq!(values, [(0, vec!["a b".into()]), (1, vec!["x".into(), "é".into()])]);
//! ```

pub mod cookie;
pub mod form;
pub mod header;
mod lookup;
pub mod query;

use std::borrow::Cow;

pub use lookup::{Found, Name, Value};

/// Which of several values of one name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The first in the order of the request.
    First,
    /// The last in the order of the request.
    Last,
    /// All of them, in the order of the request.
    All,
}

/// One slot to fill: the names it may come under, the preferred one first.
#[derive(Clone, Debug)]
pub struct Wanted {
    names: Vec<String>,
    mode: Mode,
}

impl Wanted {
    /// A slot for the values of the first of `names` that is present.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>, mode: Mode) -> Self {
        Self {
            names: names.into_iter().map(Into::into).collect(),
            mode,
        }
    }
}

/// Bytes as ISO 8859-1 text: each byte is the character of its number. Borrowed when they are
/// ASCII.
pub(crate) fn latin1(raw: &[u8]) -> Cow<'_, str> {
    if raw.is_ascii()
        && let Ok(text) = str::from_utf8(raw)
    {
        return Cow::Borrowed(text);
    }
    Cow::Owned(raw.iter().copied().map(char::from).collect())
}

/// Text as ISO 8859-1 bytes, `None` when it has a character beyond them.
fn to_latin1(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|character| u8::try_from(character).ok())
        .collect()
}
