//! The values of names that no parameter has, for whoever wants them all.

use std::borrow::Cow;
use std::collections::HashSet;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// All values of one place but those of some names.
pub(super) struct Others {
    pub(super) place: OtherPlace,
    /// Decoded names; those of headers in lower case.
    pub(super) known: HashSet<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OtherPlace {
    Query,
    Header,
    Cookie,
}

impl<'py> FromPyObject<'_, 'py> for OtherPlace {
    type Error = PyErr;

    fn extract(place: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match place.extract()? {
            "query" => Ok(Self::Query),
            "header" => Ok(Self::Header),
            "cookie" => Ok(Self::Cookie),
            other => Err(PyValueError::new_err(format!(
                "place is {other:?}, not 'query', 'header' or 'cookie'"
            ))),
        }
    }
}

/// Adds values under their own names, in the place of what is there: text, or a list where a name
/// has several.
pub(super) fn give_all<'a>(
    values: &Bound<'_, PyDict>,
    pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>,
) -> PyResult<()> {
    let given = PyDict::new(values.py());
    for (name, value) in pairs {
        match given.get_item(&name)? {
            None => given.set_item(name, value)?,
            Some(known) => match known.cast_exact::<PyList>() {
                Ok(list) => list.append(value)?,
                Err(_) => given.set_item(
                    name,
                    PyList::new(
                        values.py(),
                        [known, value.into_pyobject(values.py())?.into_any()],
                    )?,
                )?,
            },
        }
    }
    values.update(given.as_mapping())
}
