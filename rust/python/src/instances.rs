//! `is_list_of`: whether a list has items of one class only.

use pyo3::prelude::*;
use pyo3::types::{PyList, PyType};

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(is_list_of, module)?)
}

#[pyfunction]
fn is_list_of(value: &Bound<'_, PyAny>, kind: &Bound<'_, PyType>) -> bool {
    value.cast_exact::<PyList>().is_ok_and(|list| {
        list.iter()
            .all(|item| item.get_type_ptr() == kind.as_type_ptr())
    })
}
