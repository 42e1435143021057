//! `SchemaEncoder`: JSON of values whose schema says all there is to say about it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use ferroapi_core::json::{
    write_date, write_float, write_integer, write_offset, write_string, write_time, write_uuid,
};
use pyo3::exceptions::{PyStopIteration, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyDate, PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyDict, PyFloat,
    PyFrozenSet, PyInt, PyList, PyString, PyTimeAccess, PyTuple, PyType, PyTzInfo, PyTzInfoAccess,
};

use crate::items::Items;
use crate::json::write_to;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<SchemaEncoder>()
}

/// Levels of the deepest value that is written: one that holds itself has no deepest.
const MAX_DEPTH: usize = 100;

/// Numbers of this size are laid out without an exponent by everybody.
const PLAIN_FLOATS: std::ops::Range<f64> = 1e-4..1e16;

/// Writes values of one schema as JSON, as pydantic's serializer does.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct SchemaEncoder {
    nodes: Vec<Node>,
    otherwise: Py<PyAny>,
}

/// A part of the schema; others are named by their place in the list of all.
enum Node {
    Str,
    Int,
    Float,
    Bool,
    None,
    Date,
    /// The types of time zones that are an offset.
    DateTime(Py<PyTuple>),
    Uuid(Py<PyType>),
    /// Written as its text, in quotes.
    Text(Py<PyType>),
    /// One of these strings.
    Literal(Py<PyFrozenSet>),
    /// The JSON of each member, by its address; the tuple keeps them where they are.
    Enum(
        HashMap<usize, Box<[u8]>>,
        #[expect(dead_code, reason = "keeps")] Py<PyTuple>,
    ),
    /// The first that can be written.
    AnyOf(Vec<usize>),
    List(usize),
    /// With strings as its keys.
    Dict(usize),
    Model(Model),
}

struct Model {
    class: Py<PyType>,
    fields: Vec<Field>,
    /// The place of each field by its name.
    places: Py<PyDict>,
}

struct Field {
    name: Py<PyString>,
    /// The name in quotes, and the colon.
    key: Box<[u8]>,
    node: usize,
}

#[pymethods]
impl SchemaEncoder {
    #[new]
    fn new(nodes: &Bound<'_, PyList>, otherwise: Py<PyAny>) -> PyResult<Self> {
        let size = nodes.len();
        Ok(Self {
            nodes: nodes
                .iter()
                .map(|node| node_of(node.cast::<PyTuple>()?, size))
                .collect::<PyResult<_>>()?,
            otherwise,
        })
    }

    /// The JSON of a value, or what `otherwise` gives for it.
    fn encode<'py>(&self, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = value.py();
        let written = write_to(
            |out| self.write(out, 0, value, 0),
            |text| PyBytes::new(py, text),
        );
        match written {
            Some(text) => Ok(text.into_any()),
            None => self.otherwise.bind(py).call1((value,)),
        }
    }
}

impl SchemaEncoder {
    /// Writes a value; `None` where it is not what the schema says.
    fn write(
        &self,
        out: &mut Vec<u8>,
        node: usize,
        value: &Bound<'_, PyAny>,
        depth: usize,
    ) -> Option<()> {
        match self.nodes.get(node)? {
            Node::Str => write_text(out, value.cast_exact::<PyString>().ok()?)?,
            Node::Int => write_integer(out, value.cast_exact::<PyInt>().ok()?.extract().ok()?),
            Node::Float => {
                let number = value.cast_exact::<PyFloat>().ok()?.value();
                let is_plain = number == 0.0 || PLAIN_FLOATS.contains(&number.abs());
                if !is_plain || !write_float(out, number) {
                    return None;
                }
            }
            Node::Bool => {
                let is_true = value.cast_exact::<PyBool>().ok()?.is_true();
                out.extend_from_slice(if is_true { b"true" } else { b"false" });
            }
            Node::None => {
                if !value.is_none() {
                    return None;
                }
                out.extend_from_slice(b"null");
            }
            Node::Date => write_quoted_date(out, value.cast_exact::<PyDate>().ok()?),
            Node::DateTime(offsets) => {
                write_moment(out, value.cast_exact::<PyDateTime>().ok()?, offsets)?;
            }
            Node::Uuid(class) => {
                exactly(value, class)?;
                let number = value.getattr(intern!(value.py(), "int")).ok()?;
                write_uuid(out, number.extract().ok()?);
            }
            Node::Text(class) => {
                exactly(value, class)?;
                write_text(out, &value.str().ok()?)?;
            }
            Node::Literal(expected) => {
                let text = value.cast_exact::<PyString>().ok()?;
                if !expected.bind(value.py()).contains(text).ok()? {
                    return None;
                }
                write_text(out, text)?;
            }
            Node::Enum(members, _) => {
                out.extend_from_slice(members.get(&value.as_ptr().addr())?);
            }
            Node::AnyOf(choices) => {
                let before = out.len();
                choices.iter().find_map(|choice| {
                    out.truncate(before);
                    self.write(out, *choice, value, depth)
                })?;
            }
            Node::List(items) => {
                let depth = deeper(depth)?;
                out.push(b'[');
                for (index, item) in value.cast_exact::<PyList>().ok()?.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    self.write(out, *items, &item, depth)?;
                }
                out.push(b']');
            }
            Node::Dict(values) => {
                let depth = deeper(depth)?;
                let first = out.len() + 1;
                write_entries(out, value.cast_exact().ok()?, |out, key, value| {
                    if out.len() > first {
                        out.push(b',');
                    }
                    write_text(out, key.cast_exact().ok()?)?;
                    out.push(b':');
                    self.write(out, *values, value, depth)
                })?;
            }
            Node::Model(model) => self.write_model(out, model, value, deeper(depth)?)?,
        }
        Some(())
    }

    fn write_model(
        &self,
        out: &mut Vec<u8>,
        model: &Model,
        value: &Bound<'_, PyAny>,
        depth: usize,
    ) -> Option<()> {
        let py = value.py();
        exactly(value, &model.class)?;
        let values = value.getattr(intern!(py, "__dict__")).ok()?;
        let values = values.cast_exact::<PyDict>().ok()?;
        if values.len() != model.fields.len() {
            return None;
        }
        let next = Cell::new(0);
        write_entries(out, values, |out, key, value| {
            let place = next.replace(next.get() + 1);
            let field = match model.fields.get(place) {
                Some(field) if field.name.is(key) => field,
                _ => {
                    let place = model.places.bind(py).get_item(key).ok()??;
                    model.fields.get(place.extract::<usize>().ok()?)?
                }
            };
            if place > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&field.key);
            self.write(out, field.node, value, depth)
        })
    }
}

/// Reads a part of a schema: its kind, and what that needs.
fn node_of(node: &Bound<'_, PyTuple>, size: usize) -> PyResult<Node> {
    let place = |index: usize| -> PyResult<usize> {
        let place = node.get_item(index)?.extract()?;
        if place < size {
            Ok(place)
        } else {
            Err(PyValueError::new_err("no such node"))
        }
    };
    let class = || -> PyResult<Py<PyType>> { Ok(node.get_item(1)?.cast_into()?.unbind()) };
    let kind = node.get_item(0)?;
    Ok(match kind.extract::<&str>()? {
        "str" => Node::Str,
        "int" => Node::Int,
        "float" => Node::Float,
        "bool" => Node::Bool,
        "none" => Node::None,
        "date" => Node::Date,
        "datetime" => Node::DateTime(node.get_item(1)?.cast_into()?.unbind()),
        "uuid" => Node::Uuid(class()?),
        "text" => Node::Text(class()?),
        "literal" => Node::Literal(node.get_item(1)?.cast_into()?.unbind()),
        "enum" => {
            let members = node.get_item(1)?.cast_into::<PyTuple>()?;
            let texts: Items<Vec<u8>> = node.get_item(2)?.extract()?;
            let addresses = members.iter().map(|member| member.as_ptr().addr());
            let texts = texts.into_iter().map(Vec::into_boxed_slice);
            Node::Enum(addresses.zip(texts).collect(), members.unbind())
        }
        "any-of" => Node::AnyOf((1..node.len()).map(place).collect::<PyResult<_>>()?),
        "list" => Node::List(place(1)?),
        "dict" => Node::Dict(place(1)?),
        "model" => Node::Model(model_of(node, size)?),
        kind => return Err(PyValueError::new_err(format!("no such kind: {kind}"))),
    })
}

fn model_of(node: &Bound<'_, PyTuple>, size: usize) -> PyResult<Model> {
    let py = node.py();
    let rows: Items<(Bound<'_, PyString>, String, usize)> = node.get_item(2)?.extract()?;
    let places = PyDict::new(py);
    let mut fields = Vec::with_capacity(rows.len());
    for (name, written, node) in rows {
        if node >= size {
            return Err(PyValueError::new_err("no such node"));
        }
        let mut key = Vec::new();
        write_string(&mut key, &written);
        key.push(b':');
        places.set_item(&name, fields.len())?;
        fields.push(Field {
            name: PyString::intern(py, name.to_str()?).unbind(),
            key: key.into_boxed_slice(),
            node,
        });
    }
    Ok(Model {
        class: node.get_item(1)?.cast_into()?.unbind(),
        fields,
        places: places.unbind(),
    })
}

fn deeper(depth: usize) -> Option<usize> {
    (depth < MAX_DEPTH).then_some(depth + 1)
}

/// Nothing unless the type of a value is this one, and no other that inherits from it.
fn exactly(value: &Bound<'_, PyAny>, class: &Py<PyType>) -> Option<()> {
    (value.get_type_ptr().cast() == class.as_ptr()).then_some(())
}

/// Writes an object with the entries of a dictionary, in their order.
fn write_entries<'py>(
    out: &mut Vec<u8>,
    entries: &Bound<'py, PyDict>,
    write: impl Fn(&mut Vec<u8>, &Bound<'py, PyAny>, &Bound<'py, PyAny>) -> Option<()>,
) -> Option<()> {
    out.push(b'{');
    let shared = RefCell::new(&mut *out);
    entries
        .locked_for_each(|key, value| {
            write(&mut shared.borrow_mut(), &key, &value)
                .ok_or_else(|| PyStopIteration::new_err(()))
        })
        .ok()?;
    out.push(b'}');
    Some(())
}

fn write_text(out: &mut Vec<u8>, text: &Bound<'_, PyString>) -> Option<()> {
    write_string(out, text.to_str().ok()?);
    Some(())
}

fn write_quoted_date(out: &mut Vec<u8>, date: &Bound<'_, PyDate>) {
    out.push(b'"');
    write_date(out, date.get_year(), date.get_month(), date.get_day());
    out.push(b'"');
}

/// Writes a date and time without a zone, or with one that is an offset of whole minutes.
fn write_moment(
    out: &mut Vec<u8>,
    moment: &Bound<'_, PyDateTime>,
    offsets: &Py<PyTuple>,
) -> Option<()> {
    let offset = match moment.get_tzinfo() {
        None => None,
        Some(zone) => Some(offset_of(&zone, offsets)?),
    };
    out.push(b'"');
    write_date(out, moment.get_year(), moment.get_month(), moment.get_day());
    out.push(b'T');
    let (hour, minute, second) = (moment.get_hour(), moment.get_minute(), moment.get_second());
    write_time(out, hour, minute, second, moment.get_microsecond());
    if let Some(offset) = offset {
        write_offset(out, offset);
    }
    out.push(b'"');
    Some(())
}

/// The difference to UTC, in minutes, of a zone of one of these types, which have no other.
fn offset_of(zone: &Bound<'_, PyTzInfo>, types: &Py<PyTuple>) -> Option<i32> {
    let py = zone.py();
    let class = zone.get_type();
    types.bind(py).iter().find(|each| each.is(&class))?;
    let offset = zone
        .call_method1(intern!(py, "utcoffset"), (py.None(),))
        .ok()?;
    let offset = offset.cast_into::<PyDelta>().ok()?;
    let seconds = offset.get_days() * 86_400 + offset.get_seconds();
    (seconds % 60 == 0 && offset.get_microseconds() == 0).then_some(seconds / 60)
}
