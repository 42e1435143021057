//! The headers of a scope or a message, pairs of bytes.

use std::ops::ControlFlow;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PySequence, PyTuple};

/// Calls `visit` with the name and the value of each header, until it breaks.
///
/// Any iterable of pairs will do, for servers differ. Nothing is borrowed from `headers` while
/// Python code can run.
pub fn visit_headers<'py>(
    headers: &Bound<'py, PyAny>,
    mut visit: impl FnMut(&Bound<'py, PyBytes>, &Bound<'py, PyBytes>) -> ControlFlow<()>,
) -> PyResult<()> {
    let mut visit_header = |header: Bound<'py, PyAny>| {
        let (name, value) = pair(&header)?;
        match (name.cast::<PyBytes>(), value.cast::<PyBytes>()) {
            (Ok(name), Ok(value)) => Ok(visit(name, value)),
            _ => Err(not_a_header()),
        }
    };
    if let Ok(list) = headers.cast_exact::<PyList>() {
        for header in list {
            if visit_header(header)?.is_break() {
                break;
            }
        }
    } else {
        for header in headers.try_iter()? {
            if visit_header(header?)?.is_break() {
                break;
            }
        }
    }
    Ok(())
}

/// The value of the first header of a name, in any case.
pub fn find<'py>(
    headers: &Bound<'py, PyAny>,
    wanted: &[u8],
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let mut found = None;
    visit_headers(headers, |name, value| {
        if !name.as_bytes().eq_ignore_ascii_case(wanted) {
            return ControlFlow::Continue(());
        }
        found = Some(value.clone());
        ControlFlow::Break(())
    })?;
    Ok(found)
}

fn pair<'py>(header: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    if let Ok(tuple) = header.cast_exact::<PyTuple>() {
        if tuple.len() != 2 {
            return Err(not_a_header());
        }
        return Ok((tuple.get_item(0)?, tuple.get_item(1)?));
    }
    let sequence = header.cast::<PySequence>().map_err(|_| not_a_header())?;
    if sequence.len()? != 2 {
        return Err(not_a_header());
    }
    Ok((sequence.get_item(0)?, sequence.get_item(1)?))
}

fn not_a_header() -> PyErr {
    PyTypeError::new_err("a header is a pair of bytes, its name and its value")
}
