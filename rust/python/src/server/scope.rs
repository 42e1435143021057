//! The ASGI scope of a request.

use ferroapi_core::http::head::Head;
use ferroapi_core::http::target::{Target, decode_path};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

use super::settings::ServerSettings;

/// Makes the scope of a request.
///
/// `text` is what the head was parsed from, `connection` what is the same for each of its requests.
pub fn make<'py>(
    py: Python<'py>,
    settings: &ServerSettings,
    connection: &Bound<'py, PyDict>,
    text: &[u8],
    head: &Head,
    target: &Target<'_>,
) -> PyResult<Bound<'py, PyDict>> {
    let scope = connection.copy()?;
    let asgi = intern!(py, "asgi");
    if let Some(versions) = scope.get_item(asgi)? {
        scope.set_item(asgi, versions.cast::<PyDict>()?.copy()?)?;
    }
    scope.set_item(intern!(py, "state"), settings.app_state.bind(py).copy()?)?;
    if head.minor_version == 0 {
        scope.set_item(intern!(py, "http_version"), intern!(py, "1.0"))?;
    }
    scope.set_item(intern!(py, "method"), method(py, head.method.get(text)))?;
    let path = decode_path(target.path);
    let root = settings.root_path.bind(py);
    if root.is_empty()? {
        scope.set_item(intern!(py, "path"), &*path)?;
        scope.set_item(intern!(py, "raw_path"), PyBytes::new(py, target.path))?;
    } else {
        let root = root.to_str()?;
        scope.set_item(intern!(py, "path"), format!("{root}{path}"))?;
        let raw = [root.as_bytes(), target.path].concat();
        scope.set_item(intern!(py, "raw_path"), PyBytes::new(py, &raw))?;
    }
    scope.set_item(intern!(py, "query_string"), PyBytes::new(py, target.query))?;
    scope.set_item(intern!(py, "headers"), headers(py, text, head)?)?;
    Ok(scope)
}

/// The method as text; the usual ones are always the same object.
fn method<'py>(py: Python<'py>, method: &[u8]) -> Bound<'py, PyString> {
    let known = match method {
        b"GET" => intern!(py, "GET"),
        b"POST" => intern!(py, "POST"),
        b"PUT" => intern!(py, "PUT"),
        b"PATCH" => intern!(py, "PATCH"),
        b"DELETE" => intern!(py, "DELETE"),
        b"HEAD" => intern!(py, "HEAD"),
        b"OPTIONS" => intern!(py, "OPTIONS"),
        other => return PyString::new(py, &String::from_utf8_lossy(other)),
    };
    known.clone()
}

/// The fields in the order in which they came, their names in small letters.
fn headers<'py>(py: Python<'py>, text: &[u8], head: &Head) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for field in &head.fields {
        let name = field.name.get(text);
        let name = PyBytes::new_with(py, name.len(), |bytes| {
            for (byte, small) in bytes.iter_mut().zip(name) {
                *byte = small.to_ascii_lowercase();
            }
            Ok(())
        })?;
        list.append((name, PyBytes::new(py, field.value.get(text))))?;
    }
    Ok(list)
}
