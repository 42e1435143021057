//! `Exchange`: one request and its response; the `receive` and the `send` of its ASGI application.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ferroapi_core::http::target::decode_path;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::access_log::{AccessLog, Ending, Start};
use super::asked::{Asked, target_text};
use super::awaitable::{Done, Operation, Outcome, Waiting};
use super::connection::HTTPConnection;
use super::flow::{pending, wake};
use super::received::Received;
use super::response::{Framing, ResponseContext};

/// One request and its response.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct Exchange {
    pub(super) connection: Py<HTTPConnection>,
    pub(super) context: ResponseContext,
    /// What the access log says was asked for.
    logged: Mutex<Option<Logged>>,
    /// When the request came, where the access log says how long it took.
    since: Option<Instant>,
    state: Mutex<State>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
pub(super) struct State {
    /// What has come of the body and was not received yet.
    pub(super) body: Vec<u8>,
    /// Whether all of the body has come.
    pub(super) body_complete: bool,
    /// Whether the application has received the end of the body.
    pub(super) body_delivered: bool,
    /// Whether the client waits to be told to send the body (RFC 9110, section 10.1.1).
    pub(super) owes_continue: bool,
    /// Futures of those who wait for a message.
    pub(super) receivers: Vec<Py<PyAny>>,
    pub(super) phase: Phase,
    pub(super) keep_alive: bool,
    pub(super) disconnected: bool,
    /// The head, which is sent with what follows: what the application sends at once is one write.
    pub(super) held: Vec<u8>,
    /// Whether the task of the application is at work, and nothing may be sent before it rests.
    pub(super) is_at_work: bool,
    /// Bytes of content that were sent.
    pub(super) sent: u64,
    /// What the access log says at the end.
    pub(super) ending: Option<Ending>,
}

/// Where the access log finds what was asked for.
enum Logged {
    /// In the scope, in which applications change the client.
    Scope(Py<PyDict>),
    /// In the request, of which no scope was made.
    Received(Arc<Received>),
}

/// How far a response is.
#[derive(Clone, Copy)]
pub(super) enum Phase {
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
        context: ResponseContext,
        owes_continue: bool,
    ) -> Self {
        let log = connection.get().settings().access_log.as_ref();
        let since = log.is_some_and(|log| log.get().shows_duration());
        Self {
            connection,
            since: since.then(Instant::now),
            logged: Mutex::new(None),
            state: Mutex::new(State {
                body: Vec::new(),
                body_complete: false,
                body_delivered: false,
                owes_continue,
                receivers: Vec::new(),
                phase: Phase::Before,
                keep_alive: context.keep_alive,
                disconnected: false,
                held: Vec::new(),
                is_at_work: false,
                sent: 0,
                ending: None,
            }),
            context,
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
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

    pub(super) fn has_to_wait(&self) -> bool {
        self.connection.get().is_write_paused() && !self.is_disconnected()
    }

    pub fn is_complete(&self) -> bool {
        matches!(self.state().phase, Phase::Complete)
    }

    pub fn has_started(&self) -> bool {
        !matches!(self.state().phase, Phase::Before)
    }

    /// Whether no answer has content, whatever it says (RFC 9110, section 9.3.2).
    pub fn is_for_head(&self) -> bool {
        self.context.is_head
    }

    pub fn is_disconnected(&self) -> bool {
        self.state().disconnected
    }

    /// The task of the application goes on.
    pub fn begin_work(&self) {
        self.state().is_at_work = true;
    }

    pub fn connection(&self) -> &HTTPConnection {
        self.connection.get()
    }

    /// Tells the access log that the response starts.
    pub(super) fn log_start(
        &self,
        py: Python<'_>,
        status: u16,
        headers: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let connection = self.connection.get();
        let Some(log) = &connection.settings().access_log else {
            return Ok(());
        };
        let logged = match &*self.logged() {
            None => return Ok(()),
            Some(Logged::Scope(scope)) => Logged::Scope(scope.clone_ref(py)),
            Some(Logged::Received(received)) => Logged::Received(Arc::clone(received)),
        };
        let start = Start {
            minor_version: self.context.minor_version,
            status,
            headers,
            since: self.since,
        };
        let log = log.bind(py);
        let ending = match logged {
            Logged::Scope(scope) => {
                let scope = scope.bind(py);
                let client = connection.client_text(scope)?;
                AccessLog::response_started_for(log, scope, &client, start)
            }
            Logged::Received(received) => {
                let target = received.target();
                let asked = Asked {
                    method: received.method(),
                    target: &target_text(&decode_path(target.path), target.query),
                    field: &|name| Ok(received.field(name).map(<[u8]>::to_vec)),
                };
                AccessLog::response_started(log, &connection.own_client_text(), &asked, start)
            }
        };
        self.state().ending = ending?;
        Ok(())
    }

    /// Tells the access log that the response has ended, or never will.
    pub(super) fn log_end(&self, py: Python<'_>) -> PyResult<()> {
        let (ending, sent) = {
            let mut state = self.state();
            (state.ending.take(), state.sent)
        };
        match (&self.connection.get().settings().access_log, ending) {
            (Some(log), Some(ending)) => AccessLog::response_ended(log.bind(py), &ending, sent),
            _ => Ok(()),
        }
    }

    /// Has the access log say what the scope asks for.
    pub fn log_scope(&self, scope: Py<PyDict>) {
        self.set_logged(Some(Logged::Scope(scope)));
    }

    /// Has the access log say what was received, until there is a scope.
    pub fn log_received(&self, received: &Arc<Received>) {
        if self.connection().settings().access_log.is_some() {
            self.set_logged(Some(Logged::Received(Arc::clone(received))));
        }
    }

    /// Lets go of the request when the application has ended.
    pub fn forget_request(&self) {
        self.set_logged(None);
    }

    fn set_logged(&self, logged: Option<Logged>) {
        // What is in a scope may be destroyed by this, and must not find the lock taken.
        let before = std::mem::replace(&mut *self.logged(), logged);
        drop(before);
    }

    fn logged(&self) -> MutexGuard<'_, Option<Logged>> {
        self.logged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn waiting<'py>(
    exchange: &Bound<'py, Exchange>,
    operation: Operation,
) -> PyResult<Bound<'py, PyAny>> {
    let waiting = Waiting::new(exchange.clone().unbind(), operation);
    Ok(Bound::new(exchange.py(), waiting)?.into_any())
}
