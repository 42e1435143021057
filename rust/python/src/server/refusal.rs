//! What `HTTPConnection` says to a client it refuses, and to the log of the server.

use ferroapi_core::http::head;
use ferroapi_core::http::response::write_length;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use super::connection::HTTPConnection;
use super::flow::wake;
use super::response::{begin_head, end_head};

impl HTTPConnection {
    /// Refuses what is not a request: says so, logs it, and closes.
    pub(super) fn refuse_request(
        &self,
        py: Python<'_>,
        status: u16,
        reason: &str,
        is_head: bool,
    ) -> PyResult<()> {
        self.warn(py, &format!("Invalid HTTP request received: {reason}"))?;
        self.refuse(py, status, "Invalid HTTP request received.", is_head)
    }

    /// Refuses the request at the beginning of the buffer.
    pub(super) fn refuse_head(&self, py: Python<'_>, status: u16, reason: &str) -> PyResult<()> {
        let is_head = head::is_for_head(&self.state().buffer);
        self.refuse_request(py, status, reason, is_head)
    }

    /// Refuses the rest of a request. A response that has begun is left incomplete.
    pub(super) fn refuse_body(&self, py: Python<'_>, status: u16, reason: &str) -> PyResult<()> {
        let exchange = self.exchange(py);
        match &exchange {
            Some(exchange) if !exchange.get().has_started() => {
                self.refuse_request(py, status, reason, exchange.get().is_for_head())?;
            }
            _ => {
                self.warn(py, &format!("Invalid HTTP request received: {reason}"))?;
                self.close(py)?;
            }
        }
        if let Some(exchange) = exchange {
            exchange.get().disconnect(py)?;
        }
        let waiting = std::mem::take(&mut self.state().until_drained);
        wake(py, waiting)
    }

    /// Sends a whole response in plain text, without the text to `HEAD`, and closes.
    pub fn refuse(&self, py: Python<'_>, status: u16, text: &str, is_head: bool) -> PyResult<()> {
        let mut out = Vec::with_capacity(256);
        begin_head(py, self, status, &mut out)?;
        out.extend_from_slice(b"content-type: text/plain; charset=utf-8\r\n");
        write_length(&mut out, text.len() as u64);
        end_head(false, &mut out);
        if !is_head {
            out.extend_from_slice(text.as_bytes());
        }
        self.write(py, &out)?;
        self.close(py)
    }

    /// Writes to the log of the server.
    ///
    /// `arguments` are the message and what is put into it.
    pub fn log(
        &self,
        level: &Bound<'_, PyString>,
        arguments: &Bound<'_, PyTuple>,
        error: Option<PyErr>,
    ) -> PyResult<()> {
        let py = level.py();
        let options = PyDict::new(py);
        if let Some(error) = error {
            options.set_item(intern!(py, "exc_info"), error)?;
        }
        let logger = self.settings().logger.bind(py);
        logger.getattr(level)?.call(arguments, Some(&options))?;
        Ok(())
    }

    pub(super) fn warn(&self, py: Python<'_>, message: &str) -> PyResult<()> {
        self.log(intern!(py, "warning"), &PyTuple::new(py, [message])?, None)
    }
}
