//! Who answers a request: an application, or another protocol that the connection is handed to.

use ferroapi_core::http::head::Head;
use ferroapi_core::http::length::Body;
use ferroapi_core::http::response::write_field;
use ferroapi_core::http::target::{self, Target};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::connection::HTTPConnection;
use super::exchange::Exchange;
use super::reading::{Next, Reading};
use super::received::Received;
use super::response::ResponseContext;
use super::run::{Call, Run};

impl HTTPConnection {
    /// Has a request answered.
    pub(super) fn answer(slf: &Bound<'_, Self>, text: Box<[u8]>, head: Head) -> PyResult<()> {
        let py = slf.py();
        let connection = slf.get();
        let settings = connection.settings();
        let method = head.method.get(&text);
        let is_head = method == b"HEAD";
        let target = match target::parse(method, head.target.get(&text)) {
            Ok(target) => target,
            Err(error) => {
                let reason = error.to_string();
                return connection.refuse_request(py, error.status(), &reason, is_head);
            }
        };
        let Some((transport, common)) = connection.transport(py) else {
            return Ok(());
        };
        if let Some(upgrade) = &head.upgrade {
            let protocol = upgrade.get(&text);
            if protocol.eq_ignore_ascii_case(b"websocket") && !connection.state().buffer.is_empty()
            {
                // A client has to wait for the answer (RFC 6455, section 4.1), and nobody could say
                // whether it takes what follows for frames or for another request.
                let reason = "data behind the handshake of a WebSocket";
                return connection.refuse_request(py, 400, reason, is_head);
            }
            let protocol = PyBytes::new(py, protocol);
            let request = PyBytes::new(py, &request_of_upgrade(&text, &head, &target)?);
            let arguments = (protocol, request, transport);
            let upgraded = slf.call_method1(intern!(py, "upgrade"), arguments)?;
            if !upgraded.is_none() {
                return Self::hand_over(slf, &upgraded);
            }
        }
        let context = ResponseContext {
            is_head,
            minor_version: head.minor_version,
            keep_alive: head.persistent,
        };
        let has_body = !matches!(head.body, Body::None);
        let exchange = Exchange::new(slf.clone().unbind(), context, head.expects_continue);
        let exchange = Py::new(py, exchange)?;
        connection.state().exchange = Some(exchange.clone_ref(py));
        let mut refused = None;
        if has_body {
            // What starts at once finds what is there.
            match connection.next() {
                Next::Body(data, complete) => {
                    exchange.get().feed(py, &data, complete)?;
                }
                Next::RefusedBody(status, reason) => refused = Some((status, reason)),
                Next::Nothing | Next::Request(..) | Next::Refused(..) => {}
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
            exchange.get().log_scope(scope.clone().unbind());
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
}

/// The head as the protocols of uvicorn expect it: a path and a query as its target, and the names
/// of its fields in lower case.
fn request_of_upgrade(text: &[u8], head: &Head, target: &Target<'_>) -> PyResult<Vec<u8>> {
    let mut request = [head.method.get(text), b" ", target.path].concat();
    if !target.query.is_empty() {
        request.push(b'?');
        request.extend_from_slice(target.query);
    }
    request.extend_from_slice(b" HTTP/1.1\r\n");
    for field in &head.fields {
        write_field(&mut request, field.name.get(text), field.value.get(text))
            .map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    }
    request.extend_from_slice(b"\r\n");
    Ok(request)
}
