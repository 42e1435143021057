//! Whether a body is said to be JSON.

use ferroapi_core::media_type;
use pyo3::prelude::*;

use crate::headers;

#[pyfunction]
fn is_json(content_type: &[u8]) -> bool {
    media_type::is_json(content_type)
}

/// `None` also when the first header is empty: that is how the reference treats it.
#[pyfunction]
fn has_json_body(headers: &Bound<'_, PyAny>) -> PyResult<Option<bool>> {
    let value = headers::find(headers, b"content-type")?;
    Ok(value.and_then(|value| {
        let value = value.as_bytes();
        (!value.is_empty()).then(|| media_type::is_json(value))
    }))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(is_json, module)?)?;
    module.add_function(wrap_pyfunction!(has_json_body, module)?)
}
