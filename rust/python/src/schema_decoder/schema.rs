//! The parts of a schema.

use memchr::memchr;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet, PyString, PyTuple};

use super::instance::Class;

/// The fields of an object are one bit each.
const MAX_FIELDS: usize = u64::BITS as usize;

/// A part of a schema; others are named by their place in the list of all.
pub enum Node {
    Str(Length),
    Int {
        min: i64,
        max: i64,
        multiple_of: i64,
    },
    Float {
        above: f64,
        min: f64,
        max: f64,
        below: f64,
    },
    Bool,
    None,
    /// What each of some strings stands for.
    Choice(Vec<(Box<str>, Py<PyAny>)>),
    Nullable(usize),
    List(usize, Length),
    /// With strings as its keys.
    Dict(usize, Length),
    /// A dictionary of fields.
    Fields(Fields),
    Model(Class, Fields),
    /// What a function makes of its text.
    Text(Py<PyAny>),
}

/// How long something may be.
pub struct Length {
    min: usize,
    max: usize,
}

impl Length {
    pub fn takes(&self, length: usize) -> bool {
        self.min <= length && length <= self.max
    }

    /// The same for the characters of a text.
    pub fn takes_text(&self, text: &str) -> bool {
        self.is_any() || self.takes(text.chars().count())
    }

    fn is_any(&self) -> bool {
        self.min == 0 && self.max == usize::MAX
    }
}

pub struct Fields {
    pub all: Vec<Field>,
    /// All fields in their order, with the default of each.
    pub defaults: Py<PyDict>,
    /// The names of all.
    pub names: Py<PySet>,
}

pub struct Field {
    pub name: Py<PyString>,
    /// The name in a body.
    alias: Box<[u8]>,
    pub node: usize,
    pub absent: Absent,
}

/// What becomes of a field that is not there.
pub enum Absent {
    IsError,
    Default,
    /// What this gives.
    Factory(Py<PyAny>),
}

/// Where the field of a name is.
pub enum Place {
    Known(usize),
    Unknown,
    /// Of a name with escapes.
    Unclear,
}

impl Fields {
    /// Whether a set of places is that of all.
    pub fn are_all(&self, found: u64) -> bool {
        found.count_ones() as usize == self.all.len()
    }

    /// The place of a field by the bytes of its name in a body.
    ///
    /// `expected` is the place that it likely has.
    pub fn place(&self, key: &[u8], expected: usize) -> Place {
        if let Some(field) = self.all.get(expected)
            && *field.alias == *key
        {
            return Place::Known(expected);
        }
        match self.all.iter().position(|field| *field.alias == *key) {
            Some(place) => Place::Known(place),
            None if memchr(b'\\', key).is_some() => Place::Unclear,
            None => Place::Unknown,
        }
    }
}

/// Reads a part of a schema: its kind, and what that needs.
pub fn node_of(node: &Bound<'_, PyTuple>, size: usize) -> PyResult<Node> {
    let at = |index: usize| node.get_item(index);
    let place = |index: usize| place_of(&at(index)?, size);
    let length = |index: usize| -> PyResult<Length> {
        Ok(Length {
            min: at(index)?.extract()?,
            max: at(index + 1)?.extract::<Option<_>>()?.unwrap_or(usize::MAX),
        })
    };
    Ok(match at(0)?.extract::<&str>()? {
        "str" => Node::Str(length(1)?),
        "int" => Node::Int {
            min: at(1)?.extract()?,
            max: at(2)?.extract()?,
            multiple_of: at(3)?.extract()?,
        },
        "float" => Node::Float {
            above: at(1)?.extract()?,
            min: at(2)?.extract()?,
            max: at(3)?.extract()?,
            below: at(4)?.extract()?,
        },
        "bool" => Node::Bool,
        "none" => Node::None,
        "choice" => {
            let rows: Vec<(String, Py<PyAny>)> = at(1)?.extract()?;
            let rows = rows.into_iter();
            Node::Choice(rows.map(|(text, value)| (text.into(), value)).collect())
        }
        "nullable" => Node::Nullable(place(1)?),
        "list" => Node::List(place(1)?, length(2)?),
        "dict" => Node::Dict(place(1)?, length(2)?),
        "fields" => Node::Fields(fields_of(&at(1)?.cast_into()?, size)?),
        "model" => Node::Model(
            Class::new(at(1)?.cast_into()?.unbind(), at(2)?.extract()?)?,
            fields_of(&at(3)?.cast_into()?, size)?,
        ),
        "text" => Node::Text(at(1)?.unbind()),
        kind => return Err(PyValueError::new_err(format!("no such kind: {kind}"))),
    })
}

fn place_of(place: &Bound<'_, PyAny>, size: usize) -> PyResult<usize> {
    let place = place.extract()?;
    if place < size {
        Ok(place)
    } else {
        Err(PyValueError::new_err("no such node"))
    }
}

fn fields_of(rows: &Bound<'_, PyList>, size: usize) -> PyResult<Fields> {
    let py = rows.py();
    let defaults = PyDict::new(py);
    let names = PySet::empty(py)?;
    let mut fields = Vec::with_capacity(rows.len());
    for row in rows {
        let (name, alias, node, absent, value): (
            Bound<'_, PyString>,
            String,
            Bound<'_, PyAny>,
            Bound<'_, PyString>,
            Bound<'_, PyAny>,
        ) = row.extract()?;
        let name = PyString::intern(py, name.to_str()?);
        defaults.set_item(&name, &value)?;
        names.add(&name)?;
        fields.push(Field {
            name: name.unbind(),
            alias: alias.into_bytes().into_boxed_slice(),
            node: place_of(&node, size)?,
            absent: match absent.to_str()? {
                "default" => Absent::Default,
                "factory" => Absent::Factory(value.unbind()),
                _ => Absent::IsError,
            },
        });
    }
    if fields.len() > MAX_FIELDS {
        return Err(PyValueError::new_err("too many fields"));
    }
    Ok(Fields {
        all: fields,
        defaults: defaults.unbind(),
        names: names.unbind(),
    })
}
