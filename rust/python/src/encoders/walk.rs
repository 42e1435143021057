//! The walk of a `DataEncoder` over a value and what is in it.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyIterator, PyList, PyString};

use super::{DataEncoder, Kind};
use crate::json::MAX_DEPTH;

/// A container that is being read.
enum Open<'py> {
    Items {
        from: Bound<'py, PyIterator>,
        to: Bound<'py, PyList>,
    },
    Entries {
        from: Bound<'py, PyIterator>,
        to: Bound<'py, PyDict>,
        /// Of the entry whose value is inside.
        key: Option<Bound<'py, PyAny>>,
    },
}

/// A walk over a value and what is in it.
///
/// The stack is its own, so that depth costs no native one. Containers are copied as they are met,
/// in the order in which the functions of users are called.
pub(super) struct Walk<'a, 'py> {
    rules: &'a DataEncoder,
    encoders: &'a Bound<'py, PyDict>,
    open: Vec<Open<'py>>,
    /// The names of the fields of the dataclasses that were met.
    names: Option<Bound<'py, PyDict>>,
}

impl<'a, 'py> Walk<'a, 'py> {
    pub(super) fn new(rules: &'a DataEncoder, encoders: &'a Bound<'py, PyDict>) -> Self {
        Self {
            rules,
            encoders,
            open: Vec::new(),
            names: None,
        }
    }

    pub(super) fn encode(&mut self, value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let mut next = Some(value);
        loop {
            let mut data = match next.take() {
                Some(value) => self.enter(value)?,
                None => None,
            };
            // Puts what is done into what is around it, until there is something else to encode.
            loop {
                if let Some(done) = data.take() {
                    match self.open.last_mut() {
                        None => return Ok(done),
                        Some(Open::Items { to, .. }) => to.append(done)?,
                        Some(Open::Entries { to, key, .. }) => {
                            if let Some(key) = key.take() {
                                to.set_item(key, done)?;
                            }
                        }
                    }
                }
                next = self.next()?;
                if next.is_some() {
                    break;
                }
                data = self.open.pop().map(|closed| match closed {
                    Open::Items { to, .. } => to.into_any(),
                    Open::Entries { to, .. } => to.into_any(),
                });
            }
        }
    }

    /// The next value of the innermost container; plain ones it takes over by itself.
    fn next(&mut self) -> PyResult<Option<Bound<'py, PyAny>>> {
        let rules = self.rules;
        match self.open.last_mut() {
            None => Ok(None),
            Some(Open::Items { from, to }) => {
                for item in from {
                    let item = item?;
                    if !is_same(&item) {
                        return Ok(Some(item));
                    }
                    to.append(item)?;
                }
                Ok(None)
            }
            Some(Open::Entries { from, to, key }) => {
                for entry in from {
                    let (name, value) = entry?.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
                    if is_of_orm(&name)? {
                        continue;
                    }
                    let name = if is_same(&name) {
                        name
                    } else {
                        rules.encode_key(name, self.encoders)?
                    };
                    if !is_same(&value) {
                        *key = Some(name);
                        return Ok(Some(value));
                    }
                    to.set_item(name, value)?;
                }
                Ok(None)
            }
        }
    }

    /// Data, or nothing when a container was opened.
    fn enter(&mut self, mut value: Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        // What stands for something may be that thing again.
        for _ in self.open.len()..MAX_DEPTH {
            match self.rules.kind(&value, self.encoders)? {
                Kind::Data(data) => return Ok(Some(data)),
                Kind::Contents(contents) => value = contents,
                Kind::Dataclass => {
                    let names = self.names.get_or_insert_with(|| PyDict::new(value.py()));
                    value = self.rules.asdict.call(&value, names)?;
                }
                Kind::Items => {
                    self.open.push(Open::Items {
                        from: value.try_iter()?,
                        to: PyList::empty(value.py()),
                    });
                    return Ok(None);
                }
                Kind::Mapping => {
                    let items = value.call_method0(intern!(value.py(), "items"))?;
                    self.open.push(Open::Entries {
                        from: items.try_iter()?,
                        to: PyDict::new(value.py()),
                        key: None,
                    });
                    return Ok(None);
                }
            }
        }
        self.rules.deep.bind(value.py()).call1((value,)).map(Some)
    }
}

/// Whether a key is the name of something that an ORM keeps in its objects.
fn is_of_orm(key: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(text) = key.cast::<PyString>() else {
        return Ok(false);
    };
    if let (Ok(text), true) = (text.to_str(), text.is_exact_instance_of::<PyString>()) {
        return Ok(text.starts_with("_sa"));
    }
    let py = key.py();
    key.call_method1(intern!(py, "startswith"), (intern!(py, "_sa"),))?
        .is_truthy()
}

/// Whether an object is JSON data as it is.
pub(super) fn is_same(value: &Bound<'_, PyAny>) -> bool {
    value.is_exact_instance_of::<PyString>()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_none()
        || value.is_exact_instance_of::<PyFloat>()
        || value.is_exact_instance_of::<PyBool>()
}
