//! Frames of JSON Lines and server-sent events; `buffer.rs` gathers them.

use ferroapi_core::frames::{self, Event, EventError};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use self::buffer::FrameBuffer;

mod buffer;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(jsonl_frame, module)?)?;
    module.add_function(wrap_pyfunction!(sse_frame, module)?)?;
    module.add_function(wrap_pyfunction!(valid_sse_event, module)?)?;
    module.add_function(wrap_pyfunction!(valid_sse_id, module)?)?;
    module.add_class::<FrameBuffer>()
}

/// The bytes of a `bytes` or `str` argument.
#[derive(Clone, Copy)]
struct Payload<'a>(&'a [u8]);

impl<'a, 'py> FromPyObject<'a, 'py> for Payload<'a> {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyBytes>() {
            return Ok(Self(object.extract()?));
        }
        if object.is_instance_of::<PyString>() {
            return Ok(Self(object.extract::<&str>()?.as_bytes()));
        }
        let found = object.get_type().name()?;
        Err(PyTypeError::new_err(format!(
            "expected bytes or str, not {found}"
        )))
    }
}

/// A `retry` argument.
struct Milliseconds(u64);

impl<'a, 'py> FromPyObject<'a, 'py> for Milliseconds {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        object.extract().map(Self).map_err(|error| {
            if error.is_instance_of::<PyTypeError>(object.py()) {
                error
            } else {
                PyValueError::new_err("SSE 'retry' must be an integer from 0 to 2**64 - 1")
            }
        })
    }
}

fn event<'a>(
    data: Option<&'a Payload<'_>>,
    event: Option<&'a str>,
    id: Option<&'a str>,
    retry: Option<Milliseconds>,
    comment: Option<&'a str>,
) -> Event<'a> {
    Event {
        data: data.map(|payload| payload.0),
        event,
        id,
        retry: retry.map(|milliseconds| milliseconds.0),
        comment,
    }
}

fn value_error(error: EventError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

#[pyfunction]
fn jsonl_frame<'py>(py: Python<'py>, data: Payload<'_>) -> Bound<'py, PyBytes> {
    let mut buffer = Vec::new();
    frames::append_record(&mut buffer, data.0);
    PyBytes::new(py, &buffer)
}

#[pyfunction]
#[pyo3(signature = (data=None, *, event=None, id=None, retry=None, comment=None))]
fn sse_frame<'py>(
    py: Python<'py>,
    data: Option<Payload<'_>>,
    event: Option<&str>,
    id: Option<&str>,
    retry: Option<Milliseconds>,
    comment: Option<&str>,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut buffer = Vec::new();
    self::event(data.as_ref(), event, id, retry, comment)
        .append(&mut buffer)
        .map_err(value_error)?;
    Ok(PyBytes::new(py, &buffer))
}

/// The text or `None` that was given, as a validator returns it.
type Checked<'py> = PyResult<Option<Bound<'py, PyString>>>;

fn checked(
    text: Option<Bound<'_, PyString>>,
    check: impl Fn(&str) -> Result<(), EventError>,
) -> Checked<'_> {
    if let Some(text) = &text {
        // A lone surrogate has an error of its own when the event is sent.
        check(&text.to_string_lossy()).map_err(value_error)?;
    }
    Ok(text)
}

#[pyfunction]
#[pyo3(signature = (event, /))]
fn valid_sse_event(event: Option<Bound<'_, PyString>>) -> Checked<'_> {
    checked(event, frames::check_event)
}

#[pyfunction]
#[pyo3(signature = (id, /))]
fn valid_sse_id(id: Option<Bound<'_, PyString>>) -> Checked<'_> {
    checked(id, frames::check_id)
}
