//! What `receive` and `send` return: an awaitable that is done already, or one that waits.
//!
//! Both have the methods of a coroutine, so that a task can be made of them.

use pyo3::exceptions::PyStopIteration;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use super::exchange::Exchange;

/// Waits for nothing.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct Done {
    value: Option<Py<PyAny>>,
}

impl Done {
    /// What gives `None`; always the same object.
    pub fn nothing(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        static NOTHING: PyOnceLock<Py<Done>> = PyOnceLock::new();
        let done = NOTHING.get_or_try_init(py, || Py::new(py, Self { value: None }))?;
        Ok(done.bind(py).clone().into_any())
    }

    pub fn with_value(value: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
        let py = value.py();
        let value = Some(value.unbind());
        Ok(Bound::new(py, Self { value })?.into_any())
    }
}

#[pymethods]
impl Done {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        match &self.value {
            // An end without a value needs no exception.
            None => Ok(None),
            Some(value) => Err(PyStopIteration::new_err(value.clone_ref(py))),
        }
    }

    #[pyo3(name = "send")]
    fn resume(&self, py: Python<'_>, _value: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let value = self.value.as_ref();
        Err(ended(
            value.map_or_else(|| py.None(), |value| value.clone_ref(py)),
        ))
    }

    #[pyo3(signature = (kind, value = None, traceback = None))]
    #[expect(clippy::unused_self, reason = "a method of coroutines")]
    fn throw(
        &self,
        kind: Bound<'_, PyAny>,
        value: Option<Bound<'_, PyAny>>,
        traceback: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        Err(thrown(kind, value, traceback))
    }

    #[expect(clippy::unused_self, reason = "a method of coroutines")]
    fn close(&self) {
        // Nothing is held.
    }
}

/// What an exchange is asked for.
pub enum Operation {
    Receive,
    Send(Py<PyAny>),
}

/// What has become of it.
pub enum Outcome<'py> {
    /// It is done, and gives this.
    Done(Bound<'py, PyAny>),
    /// This future tells when to try again.
    Waits(Bound<'py, PyAny>),
}

/// Waits for the client, by one future after the other.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct Waiting {
    exchange: Py<Exchange>,
    operation: Operation,
}

impl Waiting {
    pub fn new(exchange: Py<Exchange>, operation: Operation) -> Self {
        Self {
            exchange,
            operation,
        }
    }
}

#[pymethods]
impl Waiting {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match Exchange::attempt(self.exchange.bind(py), &self.operation)? {
            Outcome::Done(value) => Err(ended(value.unbind())),
            Outcome::Waits(future) => {
                // So a future says that it was awaited and not merely yielded (PEP 3156).
                future.setattr(pyo3::intern!(py, "_asyncio_future_blocking"), true)?;
                Ok(future)
            }
        }
    }

    #[pyo3(name = "send")]
    fn resume<'py>(
        &self,
        py: Python<'py>,
        _value: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.__next__(py)
    }

    #[pyo3(signature = (kind, value = None, traceback = None))]
    #[expect(clippy::unused_self, reason = "a method of coroutines")]
    fn throw(
        &self,
        kind: Bound<'_, PyAny>,
        value: Option<Bound<'_, PyAny>>,
        traceback: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        Err(thrown(kind, value, traceback))
    }

    #[expect(clippy::unused_self, reason = "a method of coroutines")]
    fn close(&self) {
        // The future that it waited for is forgotten when it is done.
    }
}

fn ended(value: Py<PyAny>) -> PyErr {
    PyStopIteration::new_err(value)
}

/// The exception that the arguments of `throw` mean.
pub fn thrown(
    kind: Bound<'_, PyAny>,
    value: Option<Bound<'_, PyAny>>,
    traceback: Option<Bound<'_, PyAny>>,
) -> PyErr {
    let py = kind.py();
    let error = match value {
        Some(value) if value.is_instance_of::<pyo3::exceptions::PyBaseException>() => {
            PyErr::from_value(value)
        }
        Some(value) if kind.is_instance_of::<pyo3::types::PyType>() => match kind.call1((value,)) {
            Ok(made) => PyErr::from_value(made),
            Err(error) => error,
        },
        _ => PyErr::from_value(kind),
    };
    if let Some(traceback) = traceback.and_then(|traceback| traceback.cast_into().ok()) {
        error.set_traceback(py, Some(traceback));
    }
    error
}
