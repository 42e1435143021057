//! `HTTPConnection`: an asyncio protocol that reads requests of HTTP/1.1 and has them answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::asked::client_text;
use super::exchange::Exchange;
use super::flow::wake;
use super::reading::{Next, Reading};
use super::settings::ServerSettings;
use super::timing::{Deadline, Timer, WaitsFor};

/// A connection of a client: one request after the other, each answered before the next is read.
#[pyclass(frozen, subclass, weakref, module = "ferroapi._core")]
pub struct HTTPConnection {
    settings: Py<ServerSettings>,
    /// What uvicorn counts and adds to each response.
    server_state: Py<PyAny>,
    state: Mutex<State>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
pub(super) struct State {
    pub(super) transport: Option<Transport>,
    /// What has come and was not read yet.
    pub(super) buffer: Vec<u8>,
    /// How much of the buffer was looked through for the end of a line.
    pub(super) seen: usize,
    pub(super) reading: Reading,
    /// The request whose response is not complete.
    pub(super) exchange: Option<Py<Exchange>>,
    /// Whether somebody reads the buffer: what comes meanwhile is read by them.
    pub(super) is_processing: bool,
    pub(super) is_closing: bool,
    pub(super) write_paused: bool,
    pub(super) read_paused: bool,
    /// Futures of those who wait until more can be sent.
    pub(super) until_drained: Vec<Py<PyAny>>,
    pub(super) deadline: Option<Deadline>,
    pub(super) timer: Option<Timer>,
}

pub(super) struct Transport {
    pub(super) object: Py<PyAny>,
    pub(super) write: Py<PyAny>,
    /// What all scopes of this connection have in common.
    pub(super) scope: Py<PyDict>,
    /// The context variables that the connection was accepted with.
    pub(super) context: Py<PyAny>,
    client: Client,
}

/// Who is at the other end.
struct Client {
    /// As the scopes have it.
    address: Py<PyAny>,
    /// As the access log says it.
    text: Arc<str>,
}

#[pymethods]
impl HTTPConnection {
    #[new]
    fn new(settings: Py<ServerSettings>, server_state: Py<PyAny>) -> Self {
        Self {
            settings,
            server_state,
            state: Mutex::new(State {
                transport: None,
                buffer: Vec::new(),
                seen: 0,
                reading: Reading::Head,
                exchange: None,
                is_processing: false,
                is_closing: false,
                write_paused: false,
                read_paused: false,
                until_drained: Vec::new(),
                deadline: None,
                timer: None,
            }),
        }
    }

    /// Takes a connection that was accepted.
    ///
    /// Args:
    ///     transport: the transport of the event loop.
    ///     client: address of the client, for the scopes.
    ///     server: address of the server.
    ///     scheme: `http` or `https`.
    fn open(
        slf: &Bound<'_, Self>,
        transport: &Bound<'_, PyAny>,
        client: &Bound<'_, PyAny>,
        server: &Bound<'_, PyAny>,
        scheme: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let py = slf.py();
        let connection = slf.get();
        let settings = connection.settings();
        let scope = settings.scope.bind(py).copy()?;
        scope.set_item(intern!(py, "client"), client)?;
        scope.set_item(intern!(py, "server"), server)?;
        scope.set_item(intern!(py, "scheme"), scheme)?;
        connection.state().transport = Some(Transport {
            object: transport.clone().unbind(),
            write: transport.getattr(intern!(py, "write"))?.unbind(),
            scope: scope.unbind(),
            context: py
                .import(intern!(py, "contextvars"))?
                .call_method0(intern!(py, "copy_context"))?
                .unbind(),
            client: Client {
                address: client.clone().unbind(),
                text: client_text(client)?.into(),
            },
        });
        settings.connections.bind(py).add(slf)?;
        connection.expect(WaitsFor::Head, settings.head_time);
        Self::arm(slf)
    }

    /// What goes on with a connection that is asked for a protocol; here nothing does.
    #[expect(clippy::unused_self, reason = "a subclass knows")]
    fn upgrade(
        &self,
        protocol: &Bound<'_, PyBytes>,
        head: &Bound<'_, PyBytes>,
        transport: &Bound<'_, PyAny>,
    ) -> Option<Py<PyAny>> {
        let _ = (protocol, head, transport);
        None
    }

    /// What an asyncio protocol is told when bytes have come.
    fn data_received(slf: &Bound<'_, Self>, data: &[u8]) -> PyResult<()> {
        {
            let mut state = slf.get().state();
            if state.is_closing {
                return Ok(());
            }
            state.buffer.extend_from_slice(data);
        }
        Self::process(slf)
    }

    /// Reads what has come before the response to the request before it was complete.
    fn read_on(slf: &Bound<'_, Self>) -> PyResult<()> {
        Self::process(slf)
    }

    /// What an asyncio protocol is told when the client will send no more: it has left.
    #[expect(clippy::unused_self, reason = "a method of protocols")]
    fn eof_received(&self) {}

    /// What an asyncio protocol is told when the connection is gone.
    #[pyo3(signature = (exception))]
    fn connection_lost(slf: &Bound<'_, Self>, exception: Option<Bound<'_, PyAny>>) -> PyResult<()> {
        let py = slf.py();
        let connection = slf.get();
        connection.settings().connections.bind(py).discard(slf)?;
        let (exchange, waiting, timer, transport) = {
            let mut state = connection.state();
            state.is_closing = true;
            state.write_paused = false;
            state.reading = Reading::Nothing;
            state.buffer = Vec::new();
            state.deadline = None;
            (
                state.exchange.take(),
                std::mem::take(&mut state.until_drained),
                state.timer.take(),
                state.transport.take(),
            )
        };
        if let Some(timer) = timer {
            timer.cancel(py)?;
        }
        if let Some(exchange) = exchange {
            exchange.get().disconnect(py)?;
        }
        wake(py, waiting)?;
        if let (Some(transport), None) = (transport, exception) {
            transport.object.call_method0(py, intern!(py, "close"))?;
        }
        connection.settings().rest(py)
    }

    /// What an asyncio protocol is told when too much waits to be sent.
    fn pause_writing(&self) {
        self.state().write_paused = true;
    }

    /// What an asyncio protocol is told when more may be sent.
    fn resume_writing(slf: &Bound<'_, Self>) -> PyResult<()> {
        let waiting = {
            let mut state = slf.get().state();
            state.write_paused = false;
            std::mem::take(&mut state.until_drained)
        };
        wake(slf.py(), waiting)?;
        Self::process(slf)
    }

    /// What uvicorn asks for when it stops: closes after the response, or now if there is none.
    fn shutdown(&self, py: Python<'_>) -> PyResult<()> {
        if let Some(log) = &self.settings().access_log {
            log.get().stop(py)?;
        }
        let exchange = self.exchange(py);
        match exchange {
            Some(exchange) => {
                exchange.get().close_after();
                Ok(())
            }
            None => self.close(py),
        }
    }

    /// Looks whether the time of what is waited for is over.
    fn check_time(slf: &Bound<'_, Self>) -> PyResult<()> {
        Self::end_time(slf)
    }
}

impl HTTPConnection {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn settings(&self) -> &ServerSettings {
        self.settings.get()
    }

    pub(super) fn exchange(&self, py: Python<'_>) -> Option<Py<Exchange>> {
        self.state()
            .exchange
            .as_ref()
            .map(|exchange| exchange.clone_ref(py))
    }

    /// Whether nothing of a request has come that was not answered.
    pub(super) fn is_idle(&self) -> bool {
        let state = self.state();
        state.exchange.is_none() && state.buffer.is_empty()
    }

    /// Reads what is in the buffer, as far as it can be answered now.
    fn process(slf: &Bound<'_, Self>) -> PyResult<()> {
        let connection = slf.get();
        if std::mem::replace(&mut connection.state().is_processing, true) {
            return Ok(());
        }
        let result = loop {
            match Self::process_one(slf) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        connection.state().is_processing = false;
        result
    }

    fn process_one(slf: &Bound<'_, Self>) -> PyResult<bool> {
        let py = slf.py();
        let connection = slf.get();
        match connection.next() {
            Next::Nothing => {
                Self::arm(slf)?;
                let (is_full, is_idle) = {
                    let state = connection.state();
                    (state.is_full(), state.exchange.is_none())
                };
                if is_full {
                    connection.pause_reading(py)?;
                } else if is_idle {
                    connection.resume_reading(py)?;
                }
                Ok(false)
            }
            Next::Request(text, head) => {
                Self::answer(slf, text, head)?;
                Ok(true)
            }
            Next::Body(data, complete) => {
                if let Some(exchange) = connection.exchange(py)
                    && exchange.get().feed(py, &data, complete)?
                {
                    connection.pause_reading(py)?;
                }
                Ok(true)
            }
            Next::Refused(status, reason) => {
                connection.refuse_head(py, status, &reason)?;
                Ok(false)
            }
            Next::RefusedBody(status, reason) => {
                connection.refuse_body(py, status, &reason)?;
                Ok(false)
            }
        }
    }

    /// Goes on after a response.
    pub fn response_complete(slf: &Bound<'_, Self>, keep_alive: bool) -> PyResult<()> {
        let py = slf.py();
        let connection = slf.get();
        connection.count_request(py)?;
        if !keep_alive {
            return connection.close(py);
        }
        let context = {
            let mut state = connection.state();
            if state.is_closing {
                return Ok(());
            }
            state.exchange = None;
            let settings = connection.settings();
            match state.reading {
                Reading::Head => state.wait_for(WaitsFor::Request, settings.keep_alive_time),
                // Nobody reads what is left of the body.
                _ => state.wait_for(WaitsFor::Rest, settings.body_time),
            }
            let is_next_there = !state.buffer.is_empty() && !state.is_processing;
            state
                .transport
                .as_ref()
                .filter(|_| is_next_there)
                .map(|transport| transport.context.clone_ref(py))
        };
        let Some(context) = context else {
            return Self::process(slf);
        };
        // What the application has set for one request is not there for the one behind it.
        let context = context.call_method0(py, intern!(py, "copy"))?;
        let read_on = slf.getattr(intern!(py, "read_on"))?;
        context.call_method1(py, intern!(py, "run"), (read_on,))?;
        Ok(())
    }

    pub fn count_request(&self, py: Python<'_>) -> PyResult<()> {
        let name = intern!(py, "total_requests");
        let state = self.server_state.bind(py);
        let count: u64 = state.getattr(name)?.extract()?;
        state.setattr(name, count.wrapping_add(1))
    }

    /// Writes the fields that the server adds to each response.
    pub fn write_default_fields(&self, py: Python<'_>, out: &mut Vec<u8>) -> PyResult<()> {
        self.settings()
            .write_default_fields(self.server_state.bind(py), out)
    }

    /// The client of a scope, which middleware for proxies may have changed.
    pub fn client_text(&self, scope: &Bound<'_, PyDict>) -> PyResult<Arc<str>> {
        let client = scope.get_item(intern!(scope.py(), "client"))?;
        let Some(client) = client else {
            return Ok("".into());
        };
        if let Some(transport) = &self.state().transport
            && transport.client.address.is(&client)
        {
            return Ok(transport.client.text.clone());
        }
        Ok(client_text(&client)?.into())
    }

    /// The client at the other end, as the access log says it.
    pub fn own_client_text(&self) -> Arc<str> {
        let state = self.state();
        let transport = state.transport.as_ref();
        transport.map_or_else(|| "".into(), |transport| transport.client.text.clone())
    }
}
