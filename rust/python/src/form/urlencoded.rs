//! `UrlencodedForm`: a form as `application/x-www-form-urlencoded`, read as it comes.

use ferroapi_core::params::form::urlencoded::{Excess, Form, Limits};
use ferroapi_core::params::query;
use pyo3::prelude::*;
use pyo3::types::PyList;

#[pyclass(module = "ferroapi._core")]
pub struct UrlencodedForm(pub Form);

#[pymethods]
impl UrlencodedForm {
    #[new]
    fn new(max_fields: usize, max_field_size: usize) -> Self {
        Self(Form::new(Limits {
            fields: max_fields,
            field_size: max_field_size,
        }))
    }

    fn write(&mut self, chunk: &[u8]) -> Option<&'static str> {
        self.0.write(chunk).err().map(exceeded)
    }

    fn finish(&mut self) -> Option<&'static str> {
        self.0.finish().err().map(exceeded)
    }

    fn pairs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let pairs = PyList::empty(py);
        for (name, value) in self.0.pairs() {
            pairs.append((query::decode(name), query::decode(value)))?;
        }
        Ok(pairs)
    }

    #[expect(clippy::unused_self, reason = "a method as that of other forms")]
    fn files(&self) -> Vec<Py<PyAny>> {
        Vec::new()
    }
}

fn exceeded(excess: Excess) -> &'static str {
    match excess {
        Excess::Fields => "max_fields",
        Excess::FieldSize => "max_field_size",
    }
}
