use std::ops::ControlFlow;

use ferroapi_core::media_type;
use pyo3::prelude::*;

use crate::headers::visit_headers;

#[pyfunction]
fn is_json(content_type: &[u8]) -> bool {
    media_type::is_json(content_type)
}

/// `None` also when the first header is empty: that is how the reference treats it.
#[pyfunction]
fn has_json_body(headers: &Bound<'_, PyAny>) -> PyResult<Option<bool>> {
    let mut found = None;
    visit_headers(headers, |name, value| {
        if !name.as_bytes().eq_ignore_ascii_case(b"content-type") {
            return ControlFlow::Continue(());
        }
        let value = value.as_bytes();
        found = (!value.is_empty()).then(|| media_type::is_json(value));
        ControlFlow::Break(())
    })?;
    Ok(found)
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(is_json, module)?)?;
    module.add_function(wrap_pyfunction!(has_json_body, module)?)
}
