//! Reading a value; `None` wherever a validator has more to say than that it is valid.

use ferroapi_core::json::{check, has_long_integer};
use jiter::{Jiter, NumberAny, NumberInt, Peek};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyList, PySet, PyString};

use super::instance::copy_of;
use super::schema::{Absent, Fields, Length, Node, Place};

/// Levels of the deepest value that is read.
const MAX_DEPTH: usize = 100;

pub struct Reader<'a, 'py> {
    py: Python<'py>,
    nodes: &'a [Node],
    body: &'a [u8],
    json: Jiter<'a>,
    /// Whether something was passed over that is to be checked for what bodies may not contain.
    has_skipped: bool,
}

impl<'a, 'py> Reader<'a, 'py> {
    pub fn new(py: Python<'py>, nodes: &'a [Node], body: &'a [u8]) -> Self {
        Self {
            py,
            nodes,
            body,
            json: Jiter::new(body),
            has_skipped: false,
        }
    }

    /// The value of the whole body.
    pub fn read_all(mut self) -> Option<Bound<'py, PyAny>> {
        let first = self.json.peek().ok()?;
        let value = self.read(0, first, 0)?;
        self.json.finish().ok()?;
        if self.has_skipped {
            str::from_utf8(self.body).ok()?;
            if check(self.body).is_some() || has_long_integer(self.body) {
                return None;
            }
        }
        Some(value)
    }

    fn read(&mut self, node: usize, first: Peek, depth: usize) -> Option<Bound<'py, PyAny>> {
        let py = self.py;
        let nodes = self.nodes;
        match nodes.get(node)? {
            Node::Str(length) => Some(self.read_text(first, length)?.into_any()),
            Node::Int {
                min,
                max,
                multiple_of,
            } => {
                let NumberInt::Int(number) = self.json.known_int(first).ok()?;
                let is_valid = *min <= number
                    && number <= *max
                    && (*multiple_of == 1 || number.checked_rem(*multiple_of)? == 0);
                is_valid.then(|| number.into_pyobject(py).map(Bound::into_any).ok())?
            }
            Node::Float {
                above,
                min,
                max,
                below,
            } => {
                let number = match self.json.known_number(first).ok()? {
                    NumberAny::Float(number) => number,
                    NumberAny::Int(number) => number.into(),
                };
                let is_valid = number.is_finite()
                    && *above < number
                    && *min <= number
                    && number <= *max
                    && number < *below;
                is_valid.then(|| PyFloat::new(py, number).into_any())
            }
            Node::Bool => {
                let is_true = self.json.known_bool(first).ok()?;
                Some(PyBool::new(py, is_true).to_owned().into_any())
            }
            Node::None => self.read_null(first),
            Node::Choice(choices) => {
                let text = self.known_text(first)?;
                let (_, value) = choices.iter().find(|(choice, _)| **choice == *text)?;
                Some(value.bind(py).clone())
            }
            Node::Nullable(inner) => match first {
                Peek::Null => self.read_null(first),
                _ => self.read(*inner, first, depth),
            },
            Node::List(items, length) => self.read_list(*items, length, first, deeper(depth)?),
            Node::Dict(values, length) => self.read_dict(*values, length, first, deeper(depth)?),
            Node::Fields(fields) => {
                let (values, _) = self.read_fields(fields, first, deeper(depth)?)?;
                Some(values.into_any())
            }
            Node::Model(class, fields) => {
                let (values, found) = self.read_fields(fields, first, deeper(depth)?)?;
                let set_fields = self.set_fields(fields, found)?;
                class.instance(&values, &set_fields).ok()
            }
            Node::Text(validate) => {
                let start = self.json.current_index();
                self.json.known_skip(first).ok()?;
                // Of what is in a string, the validator finds all faults.
                self.has_skipped |= first != Peek::String;
                let text = PyBytes::new(py, self.json.slice_to_current(start));
                validate.bind(py).call1((text,)).ok()
            }
        }
    }

    fn known_text(&mut self, first: Peek) -> Option<&str> {
        match first {
            Peek::String => self.json.known_str().ok(),
            _ => None,
        }
    }

    fn read_text(&mut self, first: Peek, length: &Length) -> Option<Bound<'py, PyString>> {
        let py = self.py;
        let text = self.known_text(first)?;
        length.takes_text(text).then(|| PyString::new(py, text))
    }

    fn read_null(&mut self, first: Peek) -> Option<Bound<'py, PyAny>> {
        match first {
            Peek::Null => self.json.known_null().ok()?,
            _ => return None,
        }
        Some(self.py.None().into_bound(self.py))
    }

    fn read_list(
        &mut self,
        items: usize,
        length: &Length,
        first: Peek,
        depth: usize,
    ) -> Option<Bound<'py, PyAny>> {
        let list = PyList::empty(self.py);
        let mut next = match first {
            Peek::Array => self.json.known_array().ok()?,
            _ => return None,
        };
        while let Some(first) = next {
            list.append(self.read(items, first, depth)?).ok()?;
            next = self.json.array_step().ok()?;
        }
        length.takes(list.len()).then(|| list.into_any())
    }

    fn read_dict(
        &mut self,
        values: usize,
        length: &Length,
        first: Peek,
        depth: usize,
    ) -> Option<Bound<'py, PyAny>> {
        let py = self.py;
        let dict = PyDict::new(py);
        let mut count = 0;
        let mut key = match first {
            Peek::Object => self
                .json
                .known_object()
                .ok()?
                .map(|key| PyString::new(py, key)),
            _ => return None,
        };
        while let Some(name) = key {
            let first = self.json.peek().ok()?;
            dict.set_item(name, self.read(values, first, depth)?).ok()?;
            count += 1;
            key = self.json.next_key().ok()?.map(|key| PyString::new(py, key));
        }
        // Fewer where a name was there twice.
        (dict.len() == count && length.takes(count)).then(|| dict.into_any())
    }

    /// The values of an object with fields, and the set of the places of those that were there.
    fn read_fields(
        &mut self,
        fields: &Fields,
        first: Peek,
        depth: usize,
    ) -> Option<(Bound<'py, PyDict>, u64)> {
        let py = self.py;
        if first != Peek::Object {
            return None;
        }
        let values = fields.defaults.bind(py).copy().ok()?;
        let mut found = 0_u64;
        let mut expected = 0;
        let mut key = self.json.next_object_bytes().ok()?;
        while let Some(name) = key {
            match fields.place(name, expected) {
                Place::Known(place) => {
                    if found >> place & 1 == 1 {
                        return None;
                    }
                    found |= 1 << place;
                    expected = place + 1;
                    let field = fields.all.get(place)?;
                    let first = self.json.peek().ok()?;
                    let value = self.read(field.node, first, depth)?;
                    values.set_item(&field.name, value).ok()?;
                }
                Place::Unknown => {
                    self.json.next_skip().ok()?;
                    self.has_skipped = true;
                }
                Place::Unclear => return None,
            }
            key = self.json.next_key_bytes().ok()?;
        }
        if !fields.are_all(found) {
            for (place, field) in fields.all.iter().enumerate() {
                match &field.absent {
                    _ if found >> place & 1 == 1 => {}
                    Absent::IsError => return None,
                    Absent::Default => {}
                    Absent::Factory(make) => {
                        values
                            .set_item(&field.name, make.bind(py).call0().ok()?)
                            .ok()?;
                    }
                }
            }
        }
        Some((values, found))
    }

    /// The names of the fields at some places.
    fn set_fields(&self, fields: &Fields, found: u64) -> Option<Bound<'py, PySet>> {
        if fields.are_all(found) {
            return copy_of(fields.names.bind(self.py)).ok();
        }
        let names = PySet::empty(self.py).ok()?;
        for (place, field) in fields.all.iter().enumerate() {
            if found >> place & 1 == 1 {
                names.add(&field.name).ok()?;
            }
        }
        Some(names)
    }
}

fn deeper(depth: usize) -> Option<usize> {
    (depth < MAX_DEPTH).then_some(depth + 1)
}
