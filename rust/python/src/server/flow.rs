//! How much is sent and read: `HTTPConnection` waits for a client that is slow, and for a reader.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::connection::HTTPConnection;
use super::reading::Reading;

impl HTTPConnection {
    /// Sends bytes, unless the connection is closing.
    pub fn write(&self, py: Python<'_>, data: &[u8]) -> PyResult<()> {
        self.write_bytes(py, &PyBytes::new(py, data))
    }

    /// Sends bytes, unless the connection is closing.
    pub fn write_bytes(&self, py: Python<'_>, data: &Bound<'_, PyBytes>) -> PyResult<()> {
        let write = {
            let state = self.state();
            match &state.transport {
                Some(transport) if !state.is_closing => transport.write.clone_ref(py),
                _ => return Ok(()),
            }
        };
        write.call1(py, (data,))?;
        Ok(())
    }

    /// Closes the connection when everything is sent.
    pub fn close(&self, py: Python<'_>) -> PyResult<()> {
        let transport = {
            let mut state = self.state();
            state.reading = Reading::Nothing;
            state.buffer = Vec::new();
            state.deadline = None;
            if std::mem::replace(&mut state.is_closing, true) {
                return Ok(());
            }
            state
                .transport
                .as_ref()
                .map(|transport| transport.object.clone_ref(py))
        };
        if let Some(transport) = transport {
            let transport = transport.bind(py);
            if !transport
                .call_method0(intern!(py, "is_closing"))?
                .is_truthy()?
            {
                transport.call_method0(intern!(py, "close"))?;
            }
        }
        Ok(())
    }

    pub fn is_write_paused(&self) -> bool {
        self.state().write_paused
    }

    /// A future that is done when more may be sent.
    pub fn until_drained<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let future = self.settings().create_future(py)?;
        let waiting = std::mem::take(&mut self.state().until_drained);
        let mut waiting = pending(py, waiting)?;
        waiting.push(future.clone().unbind());
        self.state().until_drained = waiting;
        Ok(future)
    }

    pub(super) fn pause_reading(&self, py: Python<'_>) -> PyResult<()> {
        self.set_reading(py, true)
    }

    pub fn resume_reading(&self, py: Python<'_>) -> PyResult<()> {
        self.set_reading(py, false)
    }

    fn set_reading(&self, py: Python<'_>, paused: bool) -> PyResult<()> {
        let (transport, context) = {
            let mut state = self.state();
            let is_in_vain = !paused && state.is_full();
            if state.is_closing || state.read_paused == paused || is_in_vain {
                return Ok(());
            }
            state.read_paused = paused;
            match &state.transport {
                Some(transport) => (
                    transport.object.clone_ref(py),
                    transport.context.clone_ref(py),
                ),
                None => return Ok(()),
            }
        };
        if paused {
            transport.call_method0(py, intern!(py, "pause_reading"))?;
        } else {
            // asyncio reads on in the context of who has called this: that of a request, which the
            // next ones would begin with.
            let context = context.call_method0(py, intern!(py, "copy"))?;
            let resume = transport.getattr(py, intern!(py, "resume_reading"))?;
            context.call_method1(py, intern!(py, "run"), (resume,))?;
        }
        self.renew_body_time();
        Ok(())
    }
}

/// Lets everybody go on who waits for a future.
pub fn wake(py: Python<'_>, futures: Vec<Py<PyAny>>) -> PyResult<()> {
    for future in futures {
        let future = future.bind(py);
        if !future.call_method0(intern!(py, "done"))?.is_truthy()? {
            future.call_method1(intern!(py, "set_result"), (py.None(),))?;
        }
    }
    Ok(())
}

/// Those of the futures that are not done: who waited for the others has gone.
pub fn pending(py: Python<'_>, futures: Vec<Py<PyAny>>) -> PyResult<Vec<Py<PyAny>>> {
    let mut waiting = Vec::with_capacity(futures.len() + 1);
    for future in futures {
        if !future
            .call_method0(py, intern!(py, "done"))?
            .is_truthy(py)?
        {
            waiting.push(future);
        }
    }
    Ok(waiting)
}
