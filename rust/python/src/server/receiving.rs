//! The body of a request on its way to the application: `Exchange` keeps what nobody has received.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::exchange::{Exchange, Phase};
use super::flow::wake;
use super::sending::COPIED;

impl Exchange {
    /// The message that is there, if there is one.
    pub(super) fn try_receive<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let mut state = self.state();
        if state.disconnected || matches!(state.phase, Phase::Complete) {
            drop(state);
            let message = PyDict::new(py);
            message.set_item(intern!(py, "type"), intern!(py, "http.disconnect"))?;
            return Ok(Some(message));
        }
        drop(state);
        self.tell_to_continue(py)?;
        state = self.state();
        let ended = state.body_complete && !state.body_delivered;
        if state.body.is_empty() && !ended {
            drop(state);
            self.connection.get().resume_reading(py)?;
            return Ok(None);
        }
        let body = std::mem::take(&mut state.body);
        let more = !state.body_complete;
        state.body_delivered = !more;
        drop(state);
        self.connection.get().resume_reading(py)?;
        let message = PyDict::new(py);
        message.set_item(intern!(py, "type"), intern!(py, "http.request"))?;
        message.set_item(intern!(py, "body"), PyBytes::new(py, &body))?;
        message.set_item(intern!(py, "more_body"), more)?;
        Ok(Some(message))
    }

    /// The whole body, if it has come and nobody has received any.
    pub fn take_body<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let body = {
            let mut state = self.state();
            if !state.body_complete || state.body_delivered || state.disconnected {
                return Ok(None);
            }
            state.body_delivered = true;
            std::mem::take(&mut state.body)
        };
        self.tell_to_continue(py)?;
        Ok(Some(PyBytes::new(py, &body)))
    }

    /// Tells a client that waits for it to send its body.
    pub(super) fn tell_to_continue(&self, py: Python<'_>) -> PyResult<()> {
        if std::mem::take(&mut self.state().owes_continue) {
            let connection = self.connection.get();
            connection.write(py, b"HTTP/1.1 100 Continue\r\n\r\n")?;
            connection.renew_body_time();
        }
        Ok(())
    }

    /// Takes what has come of the body; whether the application has enough to read for now.
    pub fn feed(&self, py: Python<'_>, data: &[u8], complete: bool) -> PyResult<bool> {
        let (receivers, enough) = {
            let mut state = self.state();
            if matches!(state.phase, Phase::Complete) {
                return Ok(false);
            }
            state.body.extend_from_slice(data);
            state.body_complete = complete;
            let enough = state.body.len() > COPIED && !complete;
            (std::mem::take(&mut state.receivers), enough)
        };
        wake(py, receivers)?;
        Ok(enough)
    }
}
