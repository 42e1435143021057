//! Bounds of the length of a value as JSON.

use std::cell::RefCell;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

/// The bytes that an escaped byte takes at most: `\u0000`.
const ESCAPE: usize = 6;
/// The bytes of the longest integer of 64 bits, and of the longest float.
const INTEGER: usize = 20;
const FLOAT: usize = 25;
/// The bytes of `false`.
const WORD: usize = 5;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(json_size, module)?)
}

/// Bounds of the length of a JSON text, found without writing it.
///
/// The walk ends where the lower bound is beyond `most`: its time is linear in that, also for a
/// value that holds itself. There is no upper bound where something is no plain data.
#[pyfunction]
fn json_size(value: &Bound<'_, PyAny>, most: usize) -> (usize, Option<usize>) {
    let size = Size::of(value, most);
    let is_whole = size.is_plain && size.least <= most;
    (size.least, is_whole.then_some(size.greatest))
}

/// The lower of these bounds.
pub fn least_size(value: &Bound<'_, PyAny>, most: usize) -> usize {
    Size::of(value, most).least
}

struct Size {
    least: usize,
    greatest: usize,
    is_plain: bool,
}

impl Default for Size {
    fn default() -> Self {
        Self {
            least: 0,
            greatest: 0,
            is_plain: true,
        }
    }
}

impl Size {
    fn of(value: &Bound<'_, PyAny>, most: usize) -> Self {
        let mut size = Self::default();
        let mut pending = vec![value.clone()];
        while let Some(value) = pending.pop() {
            size.add(&value, &mut pending);
            if size.least > most {
                break;
            }
        }
        size
    }

    fn between(&mut self, least: usize, greatest: usize) {
        self.least = self.least.saturating_add(least);
        self.greatest = self.greatest.saturating_add(greatest);
    }

    fn add<'py>(&mut self, value: &Bound<'py, PyAny>, pending: &mut Vec<Bound<'py, PyAny>>) {
        if let Ok(text) = value.cast::<PyString>() {
            self.text(text);
        } else if value.is_none() || value.is_instance_of::<PyBool>() {
            self.between(WORD - 1, WORD);
        } else if value.is_instance_of::<PyInt>() {
            self.is_plain &= value.extract::<i64>().is_ok();
            self.between(1, INTEGER);
        } else if value.is_instance_of::<PyFloat>() {
            self.between(1, FLOAT);
        } else if let Ok(bytes) = value.cast::<PyBytes>() {
            let length = bytes.as_bytes().len();
            self.between(length + 2, length * ESCAPE + 2);
        } else if let Ok(dict) = value.cast::<PyDict>() {
            self.dict(dict, pending);
        } else if let Ok(list) = value.cast::<PyList>() {
            self.between(list.len() + 1, list.len() + 2);
            pending.extend(list.iter());
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.between(tuple.len() + 1, tuple.len() + 2);
            pending.extend(tuple.iter());
        } else {
            self.between(1, 1);
            self.is_plain = false;
        }
    }

    fn text(&mut self, text: &Bound<'_, PyString>) {
        if let Ok(text) = text.to_str() {
            self.between(text.len() + 2, text.len() * ESCAPE + 2);
        } else {
            // It has half a surrogate pair.
            self.between(text.len().unwrap_or_default(), 0);
            self.is_plain = false;
        }
    }

    fn dict<'py>(&mut self, dict: &Bound<'py, PyDict>, pending: &mut Vec<Bound<'py, PyAny>>) {
        // The brackets, and a colon and a comma for each entry.
        self.between(2 * dict.len() + 1, 2 * dict.len() + 2);
        let both = RefCell::new((self, pending));
        // What the function gives is never an error.
        let _ = dict.locked_for_each(|key, value| {
            let (size, pending) = &mut *both.borrow_mut();
            match key.cast::<PyString>() {
                Ok(key) => size.text(key),
                Err(_) => size.is_plain = false,
            }
            pending.push(value);
            Ok(())
        });
    }
}
