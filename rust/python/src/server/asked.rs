//! What a client has asked for, as the access log says it.

use ferroapi_core::http::target::encode_path;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

use crate::headers;

/// Finds the value of the first field of a name.
type FindField<'a> = dyn Fn(&[u8]) -> PyResult<Option<Vec<u8>>> + 'a;

/// What the client has asked for.
pub struct Asked<'a> {
    pub method: &'a [u8],
    pub target: &'a [u8],
    /// The value of the first field of that name, in small letters.
    pub field: &'a FindField<'a>,
}

impl Asked<'_> {
    /// What the response calls the request, or the request itself.
    pub fn id(&self, response_headers: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Vec<u8>>> {
        const NAME: &[u8] = b"x-request-id";
        if let Some(headers) = response_headers
            && let Some(id) = headers::find(headers, NAME)?
        {
            return Ok(Some(id.as_bytes().to_owned()));
        }
        (self.field)(NAME)
    }
}

/// The client of a scope, as the log says it: `127.0.0.1:5000`.
pub fn client_text(client: &Bound<'_, PyAny>) -> PyResult<String> {
    let Ok(client) = client.cast::<PyTuple>() else {
        return Ok(String::new());
    };
    match client.as_slice() {
        [host, port] => Ok(format!("{}:{}", host.str()?, port.str()?)),
        _ => Ok(String::new()),
    }
}

/// The path and the query of a scope, as the log says them.
pub fn target_of(scope: &Bound<'_, PyDict>) -> PyResult<Vec<u8>> {
    let py = scope.py();
    let path = scope.get_item(intern!(py, "path"))?;
    let path = path.as_ref().and_then(|path| path.cast::<PyString>().ok());
    let path = path.map_or_else(String::new, |path| path.to_string_lossy().into_owned());
    let query = scope.get_item(intern!(py, "query_string"))?;
    let query = query
        .as_ref()
        .and_then(|query| query.cast::<PyBytes>().ok());
    Ok(target_text(
        &path,
        query.map_or(b"", |query| query.as_bytes()),
    ))
}

/// A path, percent-decoded, and a query, as the log says them.
pub fn target_text(path: &str, query: &[u8]) -> Vec<u8> {
    let mut target = encode_path(path).into_owned().into_bytes();
    if !query.is_empty() {
        target.push(b'?');
        target.extend_from_slice(query);
    }
    target
}
