//! The response of an `Exchange`: the messages of its application, checked and written.

use ferroapi_core::http::response::write_length;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyInt, PyString};
use pyo3::{PyTypeInfo, intern};

use super::connection::HTTPConnection;
use super::exchange::{Exchange, Phase};
use super::flow::wake;
use super::response::{
    Framing, ResponseContext, begin_head, end_head, take, write_body, write_head,
};

/// Parts of a body up to this size are copied behind the head, or into a frame, and sent with it.
pub(super) const COPIED: usize = 1 << 16;

/// What answers for an application that has failed.
const INTERNAL_ERROR: &str = "Internal Server Error";

impl Exchange {
    pub(super) fn send_now(&self, py: Python<'_>, message: &Bound<'_, PyAny>) -> PyResult<()> {
        let phase = {
            let state = self.state();
            if state.disconnected {
                return Ok(());
            }
            state.phase
        };
        let kind = message.get_item(intern!(py, "type"))?;
        match phase {
            Phase::Before => {
                expect(&kind, intern!(py, "http.response.start"))?;
                self.start(py, message)
            }
            Phase::Started(framing) => {
                expect(&kind, intern!(py, "http.response.body"))?;
                self.send_body(py, message, framing)
            }
            Phase::Complete => Err(out_of_turn(&kind.to_string(), phase)),
        }
    }

    fn start(&self, py: Python<'_>, message: &Bound<'_, PyAny>) -> PyResult<()> {
        let status = final_status(message)?;
        let keep_alive = {
            let mut state = self.state();
            // As for uvicorn, fields that cannot be sent leave nothing to be answered in their place.
            state.phase = Phase::Started(Framing::NoContent);
            // A body that nobody asked for may follow or not (RFC 9110, section 10.1.1).
            let owes_continue = std::mem::take(&mut state.owes_continue);
            std::mem::take(&mut state.keep_alive) && !owes_continue
        };
        let headers = get(message, intern!(py, "headers"))?;
        let connection = self.connection.get();
        let context = ResponseContext {
            keep_alive,
            ..self.context
        };
        self.log_start(py, status, headers.as_ref())?;
        let head = write_head(py, connection, &context, status, headers.as_ref())?;
        let mut state = self.state();
        state.phase = Phase::Started(head.framing);
        state.keep_alive = head.keep_alive;
        if state.is_at_work {
            state.held = head.bytes;
            return Ok(());
        }
        drop(state);
        connection.write(py, &head.bytes)
    }

    fn send_body(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        mut framing: Framing,
    ) -> PyResult<()> {
        let body = get(message, intern!(py, "body"))?;
        let last = match get(message, intern!(py, "more_body"))? {
            Some(more) => !more.is_truthy()?,
            None => true,
        };
        let body = body.map(bytes_of).transpose()?;
        let bytes = body.as_ref().map_or(&[][..], |body| body.as_bytes());
        let connection = self.connection.get();
        let whole = match &mut framing {
            Framing::Length(left) if bytes.len() > COPIED => {
                take(left, bytes.len(), last)?;
                body.as_ref()
            }
            Framing::UntilClose if bytes.len() > COPIED => body.as_ref(),
            _ => None,
        };
        let mut out = std::mem::take(&mut self.state().held);
        if whole.is_none() {
            let written = write_body(&mut framing, bytes, last, &mut out);
            if written.is_err() {
                // What was sent before it is as it was meant.
                self.state().held = out;
                return written;
            }
        }
        {
            let mut state = self.state();
            state.phase = Phase::Started(framing);
            if !matches!(framing, Framing::NoContent) {
                state.sent += bytes.len() as u64;
            }
        }
        if !out.is_empty() {
            connection.write(py, &out)?;
        }
        if let Some(body) = whole {
            connection.write_bytes(py, body)?;
        }
        if last { self.complete(py) } else { Ok(()) }
    }

    /// Sends a response that is there as a whole, in one write.
    ///
    /// `fields` are lines of its head, `body` is `None` where the status has none.
    pub fn send_whole(
        &self,
        py: Python<'_>,
        status: u16,
        fields: &[u8],
        body: Option<&[u8]>,
    ) -> PyResult<()> {
        let keep_alive = {
            let mut state = self.state();
            if state.disconnected {
                return Ok(());
            }
            if !matches!(state.phase, Phase::Before) {
                return Err(out_of_turn("http.response.start", state.phase));
            }
            state.keep_alive &= !std::mem::take(&mut state.owes_continue);
            state.keep_alive
        };
        let connection = self.connection.get();
        self.log_start(py, status, None)?;
        let sent = body.filter(|_| !self.context.is_head).unwrap_or_default();
        let mut out = Vec::with_capacity(256 + sent.len());
        begin_head(py, connection, status, &mut out)?;
        if let Some(body) = body {
            write_length(&mut out, body.len() as u64);
        }
        out.extend_from_slice(fields);
        end_head(keep_alive, &mut out);
        out.extend_from_slice(sent);
        self.state().sent = sent.len() as u64;
        connection.write(py, &out)?;
        self.complete(py)
    }

    fn complete(&self, py: Python<'_>) -> PyResult<()> {
        let (receivers, keep_alive) = {
            let mut state = self.state();
            state.phase = Phase::Complete;
            (std::mem::take(&mut state.receivers), state.keep_alive)
        };
        self.log_end(py)?;
        wake(py, receivers)?;
        HTTPConnection::response_complete(self.connection.bind(py), keep_alive)
    }

    /// The task of the application rests: what it has sent is sent.
    pub fn rest(&self, py: Python<'_>) -> PyResult<()> {
        let held = {
            let mut state = self.state();
            state.is_at_work = false;
            std::mem::take(&mut state.held)
        };
        if held.is_empty() {
            return Ok(());
        }
        self.connection.get().write(py, &held)
    }

    /// Does what is left where an application has failed: it may have failed after its response.
    pub fn give_up(&self, py: Python<'_>) -> PyResult<()> {
        let phase = self.state().phase;
        match phase {
            Phase::Before => self.send_internal_error(py),
            Phase::Started(_) => self.connection.get().close(py),
            // As uvicorn does, unless another request has come.
            Phase::Complete if self.connection.get().is_idle() => self.connection.get().close(py),
            Phase::Complete => Ok(()),
        }
    }

    fn send_internal_error(&self, py: Python<'_>) -> PyResult<()> {
        let connection = self.connection.get();
        {
            let mut state = self.state();
            if state.disconnected {
                // It may have been refused meanwhile.
                return Ok(());
            }
            state.phase = Phase::Complete;
            state.sent = if self.context.is_head {
                0
            } else {
                INTERNAL_ERROR.len() as u64
            };
        }
        self.log_start(py, 500, None)?;
        self.log_end(py)?;
        connection.count_request(py)?;
        connection.refuse(py, 500, INTERNAL_ERROR, self.context.is_head)
    }
}

fn get<'py>(
    message: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if let Ok(message) = message.cast_exact::<PyDict>() {
        return message.get_item(name);
    }
    let value = message.call_method1(intern!(message.py(), "get"), (name,))?;
    Ok((!value.is_none()).then_some(value))
}

/// The status of a response that begins: one of three digits that is no interim one.
fn final_status(message: &Bound<'_, PyAny>) -> PyResult<u16> {
    let status = message
        .get_item(intern!(message.py(), "status"))?
        .extract()?;
    if (200..=999).contains(&status) {
        Ok(status)
    } else {
        Err(PyRuntimeError::new_err(
            "Response with a status that is not final",
        ))
    }
}

fn expect(kind: &Bound<'_, PyAny>, expected: &Bound<'_, PyString>) -> PyResult<()> {
    if kind.is(expected) || kind.eq(expected)? {
        return Ok(());
    }
    Err(not_expected(&expected.to_string(), &kind.to_string()))
}

fn not_expected(expected: &str, kind: &str) -> PyErr {
    PyRuntimeError::new_err(format!(
        "Expected ASGI message '{expected}', but got '{kind}'."
    ))
}

/// What is raised for a message that comes when the response has begun or ended.
fn out_of_turn(kind: &str, phase: Phase) -> PyErr {
    match phase {
        Phase::Complete => PyRuntimeError::new_err(format!(
            "Unexpected ASGI message '{kind}' sent, after response already completed."
        )),
        Phase::Before | Phase::Started(_) => not_expected("http.response.body", kind),
    }
}

/// A body as bytes; any object that has some will do.
fn bytes_of(body: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyBytes>> {
    if body.is_exact_instance_of::<PyBytes>() {
        return Ok(body.cast_into()?);
    }
    if body.is_instance_of::<PyString>() || body.is_instance_of::<PyInt>() {
        return Err(PyTypeError::new_err(format!(
            "the body of a response is bytes, not {}",
            body.get_type().name()?
        )));
    }
    let py = body.py();
    Ok(PyBytes::type_object(py).call1((body,))?.cast_into()?)
}
