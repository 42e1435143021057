//! `Exchange`: one request and its response; the `receive` and the `send` of its ASGI application.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ferroapi_core::http::target::decode_path;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use pyo3::{PyTypeInfo, intern};

use super::access_log::{AccessLog, Asked, Ending, Start, target_text};
use super::awaitable::{Done, Operation, Outcome, Waiting};
use super::connection::HTTPConnection;
use super::received::Received;
use super::response::{
    Framing, Request, begin_head, end_head, take, write_body, write_head, write_length,
};

/// Parts of a body up to this size are copied behind the head, or into a frame, and sent with it.
const COPIED: usize = 1 << 16;

/// What answers for an application that has failed.
const INTERNAL_ERROR: &str = "Internal Server Error";

/// One request and its response.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct Exchange {
    connection: Py<HTTPConnection>,
    request: Request,
    /// The scope, for the access log; applications change the client in it.
    scope: Mutex<Option<Py<PyDict>>>,
    /// When the request came, where the access log says how long it took.
    since: Option<Instant>,
    state: Mutex<State>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
struct State {
    /// What has come of the body and was not received yet.
    body: Vec<u8>,
    /// Whether all of the body has come.
    body_complete: bool,
    /// Whether the application has received the end of the body.
    body_delivered: bool,
    /// Whether the client waits to be told to send the body (RFC 9110, section 10.1.1).
    owes_continue: bool,
    /// Futures of those who wait for a message.
    receivers: Vec<Py<PyAny>>,
    phase: Phase,
    keep_alive: bool,
    disconnected: bool,
    /// The head, which is sent with what follows: what the application sends at once is one write.
    held: Vec<u8>,
    /// Whether the task of the application is at work, and nothing may be sent before it rests.
    is_at_work: bool,
    /// Bytes of content that were sent.
    sent: u64,
    /// What the access log says at the end.
    ending: Option<Ending>,
}

/// How far a response is.
#[derive(Clone, Copy)]
enum Phase {
    Before,
    Started(Framing),
    Complete,
}

#[pymethods]
impl Exchange {
    /// The next message of the client (ASGI).
    pub fn receive<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        match slf.get().try_receive(slf.py())? {
            Some(message) => Done::with_value(message.into_any()),
            None => waiting(slf, Operation::Receive),
        }
    }

    /// Sends a message to the client (ASGI).
    ///
    /// Raises `RuntimeError` for a message out of turn or one that HTTP does not allow.
    fn send<'py>(
        slf: &Bound<'py, Self>,
        message: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if slf.get().has_to_wait() {
            return waiting(slf, Operation::Send(message.clone().unbind()));
        }
        slf.get().send_now(py, message)?;
        Done::nothing(py)
    }
}

impl Exchange {
    pub fn new(
        connection: Py<HTTPConnection>,
        request: Request,
        scope: Option<Py<PyDict>>,
        owes_continue: bool,
    ) -> Self {
        let log = connection.get().settings().access_log.as_ref();
        let since = log.is_some_and(|log| log.get().shows_duration());
        Self {
            connection,
            since: since.then(Instant::now),
            scope: Mutex::new(scope),
            state: Mutex::new(State {
                body: Vec::new(),
                body_complete: false,
                body_delivered: false,
                owes_continue,
                receivers: Vec::new(),
                phase: Phase::Before,
                keep_alive: request.keep_alive,
                disconnected: false,
                held: Vec::new(),
                is_at_work: false,
                sent: 0,
                ending: None,
            }),
            request,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what an awaitable waits for, or tells what for.
    pub fn attempt<'py>(slf: &Bound<'py, Self>, operation: &Operation) -> PyResult<Outcome<'py>> {
        let py = slf.py();
        let exchange = slf.get();
        let connection = exchange.connection.get();
        match operation {
            Operation::Receive => {
                if let Some(message) = exchange.try_receive(py)? {
                    return Ok(Outcome::Done(message.into_any()));
                }
                let future = connection.settings().create_future(py)?;
                let receivers = std::mem::take(&mut exchange.state().receivers);
                let mut receivers = pending(py, receivers)?;
                receivers.push(future.clone().unbind());
                exchange.state().receivers = receivers;
                Ok(Outcome::Waits(future))
            }
            Operation::Send(message) => {
                if exchange.has_to_wait() {
                    return Ok(Outcome::Waits(connection.until_drained(py)?));
                }
                exchange.send_now(py, message.bind(py))?;
                Ok(Outcome::Done(py.None().into_bound(py)))
            }
        }
    }

    /// The message that is there, if there is one.
    fn try_receive<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
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

    fn send_now(&self, py: Python<'_>, message: &Bound<'_, PyAny>) -> PyResult<()> {
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
        let keep_alive = {
            let mut state = self.state();
            // A head that is not valid leaves nothing that could be answered in its place.
            state.phase = Phase::Started(Framing::NoContent);
            // A body that nobody asked for may follow or not (RFC 9110, section 10.1.1).
            let owes_continue = std::mem::take(&mut state.owes_continue);
            std::mem::take(&mut state.keep_alive) && !owes_continue
        };
        let status: u16 = message.get_item(intern!(py, "status"))?.extract()?;
        let headers = get(message, intern!(py, "headers"))?;
        let connection = self.connection.get();
        let request = Request {
            keep_alive,
            ..self.request
        };
        self.log_start(py, status, headers.as_ref())?;
        let head = write_head(py, connection, &request, status, headers.as_ref())?;
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
        let mut out = std::mem::take(&mut self.state().held);
        let connection = self.connection.get();
        let whole = match &mut framing {
            Framing::Length(left) if bytes.len() > COPIED => {
                take(left, bytes.len(), last)?;
                body.as_ref()
            }
            Framing::UntilClose if bytes.len() > COPIED => body.as_ref(),
            _ => None,
        };
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
        received: &Received,
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
        if self.scope().is_some() {
            self.log_start(py, status, None)?;
        } else {
            self.log_received(py, received, status)?;
        }
        let sent = body.filter(|_| !self.request.is_head).unwrap_or_default();
        let mut out = Vec::with_capacity(256 + sent.len());
        begin_head(py, connection, status, &mut out)?;
        if let Some(body) = body {
            write_length(body.len(), &mut out);
        }
        out.extend_from_slice(fields);
        end_head(keep_alive, &mut out);
        out.extend_from_slice(sent);
        self.state().sent = sent.len() as u64;
        connection.write(py, &out)?;
        self.complete(py)
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
    fn tell_to_continue(&self, py: Python<'_>) -> PyResult<()> {
        if std::mem::take(&mut self.state().owes_continue) {
            let connection = self.connection.get();
            connection.write(py, b"HTTP/1.1 100 Continue\r\n\r\n")?;
            connection.renew_body_time();
        }
        Ok(())
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

    /// Takes note that the client has left.
    pub fn disconnect(&self, py: Python<'_>) -> PyResult<()> {
        let receivers = {
            let mut state = self.state();
            state.disconnected = !matches!(state.phase, Phase::Complete);
            std::mem::take(&mut state.receivers)
        };
        self.log_end(py)?;
        wake(py, receivers)
    }

    /// Has the connection closed after the response.
    pub fn close_after(&self) {
        self.state().keep_alive = false;
    }

    /// Whether the client waits to be told to send its body.
    pub fn owes_continue(&self) -> bool {
        self.state().owes_continue
    }

    fn has_to_wait(&self) -> bool {
        self.connection.get().is_write_paused() && !self.is_disconnected()
    }

    pub fn is_complete(&self) -> bool {
        matches!(self.state().phase, Phase::Complete)
    }

    pub fn has_started(&self) -> bool {
        !matches!(self.state().phase, Phase::Before)
    }

    pub fn is_disconnected(&self) -> bool {
        self.state().disconnected
    }

    /// The task of the application goes on.
    pub fn begin_work(&self) {
        self.state().is_at_work = true;
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

    /// Answers for an application that has failed before its response.
    pub fn send_internal_error(&self, py: Python<'_>) -> PyResult<()> {
        let connection = self.connection.get();
        {
            let mut state = self.state();
            state.phase = Phase::Complete;
            state.sent = INTERNAL_ERROR.len() as u64;
        }
        self.log_start(py, 500, None)?;
        self.log_end(py)?;
        connection.count_request(py)?;
        connection.refuse(py, 500, INTERNAL_ERROR)
    }

    pub fn connection(&self) -> &HTTPConnection {
        self.connection.get()
    }

    /// Tells the access log that the response starts.
    fn log_start(
        &self,
        py: Python<'_>,
        status: u16,
        headers: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let connection = self.connection.get();
        let Some(log) = &connection.settings().access_log else {
            return Ok(());
        };
        let Some(scope) = self.scope().as_ref().map(|scope| scope.clone_ref(py)) else {
            return Ok(());
        };
        let scope = scope.bind(py);
        let start = Start {
            minor_version: self.request.minor_version,
            status,
            headers,
            since: self.since,
        };
        let client = connection.client_text(scope)?;
        let ending = AccessLog::response_started_for(log.bind(py), scope, &client, start)?;
        self.state().ending = ending;
        Ok(())
    }

    /// Tells the access log that the response to a request without a scope starts.
    fn log_received(&self, py: Python<'_>, received: &Received, status: u16) -> PyResult<()> {
        let connection = self.connection.get();
        let Some(log) = &connection.settings().access_log else {
            return Ok(());
        };
        let target = received.target();
        let asked = Asked {
            method: received.method(),
            target: &target_text(&decode_path(target.path), target.query),
            field: &|name| Ok(received.field(name).map(<[u8]>::to_vec)),
        };
        let start = Start {
            minor_version: self.request.minor_version,
            status,
            headers: None,
            since: self.since,
        };
        let client = connection.own_client_text();
        let ending = AccessLog::response_started(log.bind(py), &client, &asked, start)?;
        self.state().ending = ending;
        Ok(())
    }

    /// Tells the access log that the response has ended, or never will.
    fn log_end(&self, py: Python<'_>) -> PyResult<()> {
        let (ending, sent) = {
            let mut state = self.state();
            (state.ending.take(), state.sent)
        };
        match (&self.connection.get().settings().access_log, ending) {
            (Some(log), Some(ending)) => AccessLog::response_ended(log.bind(py), &ending, sent),
            _ => Ok(()),
        }
    }

    pub fn set_scope(&self, scope: Py<PyDict>) {
        *self.scope() = Some(scope);
    }

    fn scope(&self) -> MutexGuard<'_, Option<Py<PyDict>>> {
        self.scope.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of the scope when the application has ended.
    pub fn forget_scope(&self) {
        // What is in it may be destroyed by this, and must not find the lock taken.
        let scope = self.scope().take();
        drop(scope);
    }
}

fn waiting<'py>(
    exchange: &Bound<'py, Exchange>,
    operation: Operation,
) -> PyResult<Bound<'py, PyAny>> {
    let waiting = Waiting::new(exchange.clone().unbind(), operation);
    Ok(Bound::new(exchange.py(), waiting)?.into_any())
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

fn get<'py>(
    message: &Bound<'py, PyAny>,
    name: &Bound<'py, pyo3::types::PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if let Ok(message) = message.cast_exact::<PyDict>() {
        return message.get_item(name);
    }
    let value = message.call_method1(intern!(message.py(), "get"), (name,))?;
    Ok((!value.is_none()).then_some(value))
}

fn expect(kind: &Bound<'_, PyAny>, expected: &Bound<'_, pyo3::types::PyString>) -> PyResult<()> {
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
    if body.is_instance_of::<pyo3::types::PyString>() || body.is_instance_of::<pyo3::types::PyInt>()
    {
        return Err(PyTypeError::new_err(format!(
            "the body of a response is bytes, not {}",
            body.get_type().name()?
        )));
    }
    let py = body.py();
    Ok(PyBytes::type_object(py).call1((body,))?.cast_into()?)
}
