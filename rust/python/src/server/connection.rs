//! `HTTPConnection`: an asyncio protocol that reads requests of HTTP/1.1 and has them answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ferroapi_core::http::head::Head;
use ferroapi_core::http::length::Body;
use ferroapi_core::http::response::{write_field, write_status_line};
use ferroapi_core::http::target;
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

use super::access_log::client_text;
use super::exchange::{Exchange, pending, wake};
use super::reading::{Found, Reading};
use super::received::Received;
use super::response::Request;
use super::run::{Call, Run};
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
    object: Py<PyAny>,
    write: Py<PyAny>,
    /// What all scopes of this connection have in common.
    scope: Py<PyDict>,
    /// The context variables that the connection was accepted with.
    context: Py<PyAny>,
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
        let found = connection.next();
        match found {
            Found::Nothing => {
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
            Found::Request(text, head) => {
                Self::answer(slf, text, head)?;
                Ok(true)
            }
            Found::Body(data, complete) => {
                if let Some(exchange) = connection.exchange(py)
                    && exchange.get().feed(py, &data, complete)?
                {
                    connection.pause_reading(py)?;
                }
                Ok(true)
            }
            Found::Refused(status, reason) => {
                connection.refuse_request(py, status, &reason)?;
                Ok(false)
            }
            Found::RefusedBody(status, reason) => {
                connection.refuse_body(py, status, &reason)?;
                Ok(false)
            }
        }
    }

    /// Has a request answered.
    fn answer(slf: &Bound<'_, Self>, text: Box<[u8]>, head: Head) -> PyResult<()> {
        let py = slf.py();
        let connection = slf.get();
        let settings = connection.settings();
        let method = head.method.get(&text);
        if let Err(error) = target::parse(method, head.target.get(&text)) {
            return connection.refuse_request(py, error.status(), &error.to_string());
        }
        let Some((transport, common)) = connection.transport(py) else {
            return Ok(());
        };
        if let Some(upgrade) = &head.upgrade {
            let protocol = PyBytes::new(py, upgrade.get(&text));
            let request = PyBytes::new(py, &request_of_upgrade(&text, &head)?);
            let arguments = (protocol, request, transport);
            let upgraded = slf.call_method1(intern!(py, "upgrade"), arguments)?;
            if !upgraded.is_none() {
                return Self::hand_over(slf, &upgraded);
            }
        }
        let request = Request {
            is_head: method == b"HEAD",
            minor_version: head.minor_version,
            keep_alive: head.persistent && head.minor_version > 0,
        };
        let has_body = !matches!(head.body, Body::None | Body::Length(0));
        let exchange = Exchange::new(
            slf.clone().unbind(),
            request,
            None,
            head.expects_continue && has_body,
        );
        let exchange = Py::new(py, exchange)?;
        connection.state().exchange = Some(exchange.clone_ref(py));
        let mut refused = None;
        if has_body {
            // What starts at once finds what is there.
            match connection.next() {
                Found::Body(data, complete) => {
                    exchange.get().feed(py, &data, complete)?;
                }
                Found::RefusedBody(status, reason) => refused = Some((status, reason)),
                Found::Nothing | Found::Request(..) | Found::Refused(..) => {}
            }
        } else {
            exchange.get().feed(py, b"", true)?;
        }
        let (app, is_served) = connection.application(py, &text, &head)?;
        let received = Received::new(text, head, common);
        let call = if is_served && settings.own_app.is_some() {
            Call::Own(app, received)
        } else {
            let scope = received.scope(py, settings)?;
            exchange.get().set_scope(scope.clone().unbind());
            Call::Application(app, scope.unbind())
        };
        let run = Py::new(py, Run::new(exchange, call))?;
        settings.create_task.call1(py, (run,))?;
        match refused {
            Some((status, reason)) => connection.refuse_body(py, status, &reason),
            None => Ok(()),
        }
    }

    /// Lets another protocol go on with the connection.
    fn hand_over(slf: &Bound<'_, Self>, protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = slf.py();
        let connection = slf.get();
        connection.settings().connections.bind(py).discard(slf)?;
        let (rest, timer) = {
            let mut state = connection.state();
            state.is_closing = true;
            state.transport = None;
            state.deadline = None;
            state.reading = Reading::Nothing;
            (std::mem::take(&mut state.buffer), state.timer.take())
        };
        if let Some(timer) = timer {
            timer.cancel(py)?;
        }
        if !rest.is_empty() {
            protocol.call_method1(intern!(py, "data_received"), (PyBytes::new(py, &rest),))?;
        }
        Ok(())
    }

    /// The transport, and what all scopes of this connection have in common.
    fn transport(&self, py: Python<'_>) -> Option<(Py<PyAny>, Py<PyDict>)> {
        let state = self.state();
        let transport = state.transport.as_ref()?;
        Some((
            transport.object.clone_ref(py),
            transport.scope.clone_ref(py),
        ))
    }

    /// What answers a request, and whether that is the application as it is.
    fn application(&self, py: Python<'_>, text: &[u8], head: &Head) -> PyResult<(Py<PyAny>, bool)> {
        let settings = self.settings();
        if settings.is_full(py) {
            self.warn(py, "Exceeded concurrency limit.")?;
            return Ok((settings.unavailable.clone_ref(py), false));
        }
        let forwarded = |name: &[u8]| {
            name.get(..12)
                .is_some_and(|start| start.eq_ignore_ascii_case(b"x-forwarded-"))
        };
        Ok(match &settings.direct_app {
            None => (settings.app.clone_ref(py), true),
            Some(app)
                if !head
                    .fields
                    .iter()
                    .any(|field| forwarded(field.name.get(text))) =>
            {
                (app.clone_ref(py), true)
            }
            Some(_) => (settings.app.clone_ref(py), false),
        })
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
            if matches!(state.reading, Reading::Head) {
                state.wait_for(WaitsFor::Request, connection.settings().keep_alive_time);
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

    /// Refuses what is not a request: says so, logs it, and closes.
    pub(super) fn refuse_request(&self, py: Python<'_>, status: u16, reason: &str) -> PyResult<()> {
        self.warn(py, &format!("Invalid HTTP request received: {reason}"))?;
        self.refuse(py, status, "Invalid HTTP request received.")
    }

    /// Refuses the rest of a request. A response that has begun is left incomplete.
    pub(super) fn refuse_body(&self, py: Python<'_>, status: u16, reason: &str) -> PyResult<()> {
        let exchange = self.exchange(py);
        let may_answer = exchange
            .as_ref()
            .is_some_and(|exchange| !exchange.get().has_started());
        if may_answer {
            self.refuse_request(py, status, reason)?;
        } else {
            self.warn(py, &format!("Invalid HTTP request received: {reason}"))?;
            self.close(py)?;
        }
        if let Some(exchange) = exchange {
            exchange.get().disconnect(py)?;
        }
        let waiting = std::mem::take(&mut self.state().until_drained);
        wake(py, waiting)
    }

    /// Sends a whole response in plain text, and closes.
    pub fn refuse(&self, py: Python<'_>, status: u16, text: &str) -> PyResult<()> {
        let mut out = Vec::with_capacity(256);
        write_status_line(&mut out, status);
        self.write_default_fields(py, &mut out)?;
        out.extend_from_slice(b"content-type: text/plain; charset=utf-8\r\n");
        out.extend_from_slice(format!("content-length: {}\r\n", text.len()).as_bytes());
        out.extend_from_slice(b"connection: close\r\n\r\n");
        out.extend_from_slice(text.as_bytes());
        self.write(py, &out)?;
        self.close(py)
    }

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

    fn pause_reading(&self, py: Python<'_>) -> PyResult<()> {
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

    fn warn(&self, py: Python<'_>, message: &str) -> PyResult<()> {
        self.log(intern!(py, "warning"), &PyTuple::new(py, [message])?, None)
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

/// The head as the protocols of uvicorn expect it: the names of its fields in lower case.
fn request_of_upgrade(text: &[u8], head: &Head) -> PyResult<Vec<u8>> {
    let (method, target) = (head.method.get(text), head.target.get(text));
    let mut request = [method, b" ", target, b" HTTP/1.1\r\n"].concat();
    for field in &head.fields {
        write_field(&mut request, field.name.get(text), field.value.get(text))
            .map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    }
    request.extend_from_slice(b"\r\n");
    Ok(request)
}
