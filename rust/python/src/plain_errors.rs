//! `encode_errors`: an answer with all errors, where nothing in them has to be hidden.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFrozenSet, PyList, PyString, PyTuple};

use crate::json::{encode_into, write_to};
use crate::json_size::least_size;

/// What is around the errors in the answer.
const OPENING: &[u8] = b"{\"detail\":[";
const CLOSING: &[u8] = b"]}";

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(encode_errors, module)?)
}

/// Errors as the answer that has all of them, where nothing of it has to be hidden or left out.
#[pyfunction]
fn encode_errors<'py>(
    errors: &Bound<'py, PyList>,
    declared: &Bound<'py, PyFrozenSet>,
    names_secret: &Bound<'py, PyAny>,
    most: usize,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    // What is larger, or holds itself, is not walked through.
    if least_size(errors.as_any(), most) > most {
        return Ok(None);
    }
    let secrets = Secrets {
        declared,
        names_secret,
    };
    for error in errors {
        let Ok(error) = error.cast_into_exact::<PyDict>() else {
            return Ok(None);
        };
        if secrets.may_be_in(&error)? {
            return Ok(None);
        }
    }
    let answer = write_to(
        |out| {
            out.extend_from_slice(OPENING);
            for error in errors {
                encode_into(out, &error)?;
            }
            out.extend_from_slice(CLOSING);
            (out.len() <= most).then_some(())
        },
        |text| PyBytes::new(errors.py(), text),
    );
    Ok(answer)
}

/// What tells that a value is a secret.
struct Secrets<'a, 'py> {
    declared: &'a Bound<'py, PyFrozenSet>,
    names_secret: &'a Bound<'py, PyAny>,
}

impl<'py> Secrets<'_, 'py> {
    /// Whether an error may show one; what is nowhere below its input is no matter.
    fn may_be_in(&self, error: &Bound<'py, PyDict>) -> PyResult<bool> {
        let py = error.py();
        let Some(input) = error.get_item(intern!(py, "input"))? else {
            return Ok(false);
        };
        Ok(self.is_below_name(error, &input)? || self.is_within(input)?)
    }

    /// Whether the place of an input says that it is one.
    fn is_below_name(
        &self,
        error: &Bound<'py, PyDict>,
        input: &Bound<'py, PyAny>,
    ) -> PyResult<bool> {
        let py = error.py();
        let Some(location) = error.get_item(intern!(py, "loc"))? else {
            return Ok(true);
        };
        let Ok(location) = location.cast_exact::<PyTuple>() else {
            return Ok(true);
        };
        let kind = error.get_item(intern!(py, "type"))?;
        // What was sent is what something is missing in.
        let is_around = match &kind {
            Some(kind) => kind.eq(intern!(py, "missing"))?,
            None => false,
        };
        let depth = location.len() - usize::from(is_around && !location.is_empty());
        for (index, name) in location.iter().take(depth).enumerate() {
            let is_secret = if index == 0 {
                self.declared.contains(&name)?
            } else {
                self.is_name(&name)?
            };
            if is_secret {
                return Ok(true);
            }
        }
        let is_text = input.is_instance_of::<PyString>() || input.is_instance_of::<PyBytes>();
        // A body that was not decoded, or an object in one, may be full of them.
        Ok(is_text && (depth < 2 || kind.is_none_or(|kind| may_be_undecoded(&kind))))
    }

    /// Whether something within a value has the name of one.
    fn is_within(&self, value: Bound<'py, PyAny>) -> PyResult<bool> {
        let mut pending = vec![value];
        while let Some(value) = pending.pop() {
            if let Ok(members) = value.cast_exact::<PyDict>() {
                for name in members.keys() {
                    if self.is_name(&name)? {
                        return Ok(true);
                    }
                }
                pending.extend(members.values());
            } else if let Ok(items) = value.cast_exact::<PyList>() {
                pending.extend(items);
            } else if let Ok(items) = value.cast_exact::<PyTuple>() {
                pending.extend(items);
            }
        }
        Ok(false)
    }

    fn is_name(&self, name: &Bound<'py, PyAny>) -> PyResult<bool> {
        if !name.is_exact_instance_of::<PyString>() {
            return Ok(false);
        }
        Ok(self.declared.contains(name)? || self.names_secret.call1((name,))?.is_truthy()?)
    }
}

/// Whether an error of this type may be that of a text where an object or JSON is expected.
fn may_be_undecoded(kind: &Bound<'_, PyAny>) -> bool {
    kind.cast::<PyString>()
        .ok()
        .and_then(|kind| kind.to_str().ok())
        .is_none_or(|kind| kind.ends_with("_type") || kind.starts_with("json_"))
}
