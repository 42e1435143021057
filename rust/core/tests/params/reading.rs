//! What parameters are read from a request, as texts by slot.

use std::borrow::Cow;

use ferroapi_core::params::cookie::{self, Cookie};
use ferroapi_core::params::header::{self, Header, HeaderNameError};
use ferroapi_core::params::query::{self, Query};
use ferroapi_core::params::{Found, Value, Wanted};

/// The values of a slot; one, or all.
pub type Filled = Vec<Option<Vec<String>>>;

/// What fills each of `count` slots.
fn filled<T>(found: &Found<'_, T>, count: usize, decode: impl Fn(&T) -> Cow<'_, str>) -> Filled {
    let mut filled = vec![None; count];
    for (slot, value) in found.values() {
        let texts = match value {
            Value::One(raw) => vec![decode(raw).into_owned()],
            Value::All(raw) => raw.iter().map(|raw| decode(raw).into_owned()).collect(),
        };
        if let Some(place) = filled.get_mut(slot) {
            *place = Some(texts);
        }
    }
    filled
}

pub fn read_query(wanted: &[Wanted], query_string: &[u8]) -> Filled {
    let query = Query::new(wanted.iter().cloned());
    filled(&query.read(query_string), wanted.len(), |raw| {
        query::decode(raw)
    })
}

pub fn read_headers(
    wanted: &[Wanted],
    headers: &[(Vec<u8>, Vec<u8>)],
) -> Result<Filled, HeaderNameError> {
    let header = Header::new(wanted.iter().cloned())?;
    let mut found = header.found();
    for (name, value) in headers {
        if let Some(name) = header.find(name) {
            found.keep(name, value.as_slice());
        }
    }
    Ok(filled(&found, wanted.len(), |raw| header::decode(raw)))
}

pub fn read_cookies(wanted: &[Wanted], headers: &[Vec<u8>]) -> Filled {
    let cookie = Cookie::new(wanted.iter().cloned());
    let mut found = cookie.found();
    for header in headers {
        cookie.read(header, &mut found);
    }
    filled(&found, wanted.len(), |raw| cookie::decode(raw))
}
