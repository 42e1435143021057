//! `check_headers`: whether the headers of a response can be sent.

use std::ops::ControlFlow;

use ferroapi_core::http::response;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::headers::visit_headers;

#[pyfunction]
fn check_headers(headers: &Bound<'_, PyAny>) -> PyResult<()> {
    let mut checked = Ok(());
    visit_headers(headers, |name, value| {
        match response::check_field(name.as_bytes(), value.as_bytes()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                checked = Err((error, name.clone()));
                ControlFlow::Break(())
            }
        }
    })?;
    checked.map_err(|(error, name)| PyRuntimeError::new_err(format!("{error}: {name:?}")))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(check_headers, module)?)
}
