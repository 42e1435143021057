//! `ServerSettings`: what all connections of one server have in common.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ferroapi_core::http::head::Limits;
use ferroapi_core::http::response;
use ferroapi_core::http::target::Target;
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySet, PyString};

use super::access_log::AccessLog;
use super::direct::{DirectMatch, DirectTable};
use crate::headers::visit_headers;

/// What the connections of one server share.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct ServerSettings {
    pub event_loop: Py<PyAny>,
    pub app: Py<PyAny>,
    /// Answers requests without `X-Forwarded` fields, which `app` would only hand on.
    pub direct_app: Option<Py<PyAny>>,
    /// The application, if it is one of ours: its `_direct_table` is asked for by each request.
    pub own_app: Option<OwnApp>,
    /// Answers while there are more connections or tasks than `limit_concurrency`.
    pub unavailable: Py<PyAny>,
    pub limit_concurrency: Option<usize>,
    /// What every scope begins as.
    pub scope: Py<PyDict>,
    pub app_state: Py<PyDict>,
    pub root_path: Py<PyString>,
    /// The log of the server itself.
    pub logger: Py<PyAny>,
    pub connections: Py<PySet>,
    pub tasks: Py<PySet>,
    /// Starts the task of a coroutine.
    pub create_task: Py<PyAny>,
    pub access_log: Option<Py<AccessLog>>,
    pub limits: Limits,
    pub keep_alive_time: Duration,
    pub head_time: Duration,
    pub body_time: Duration,
    default_fields: Mutex<DefaultFields>,
}

/// An application of ours.
pub struct OwnApp {
    app: Py<PyAny>,
    /// The `__call__` of its class. Who puts another one into its place wants to be called.
    call: Py<PyAny>,
}

impl OwnApp {
    fn new(app: Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self {
            call: call_of(&app)?.unbind(),
            app: app.unbind(),
        })
    }

    /// What it answers requests by directly, or something else if it does not.
    fn direct_table<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let app = self.app.bind(py);
        if !call_of(app)?.is(&self.call) {
            return Ok(None);
        }
        let table = app.getattr(intern!(py, "_direct_table"))?;
        if table.is_none() {
            return app
                .call_method0(intern!(py, "_make_direct_table"))
                .map(Some);
        }
        Ok(Some(table))
    }
}

fn call_of<'py>(app: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    app.get_type().getattr(intern!(app.py(), "__call__"))
}

/// The fields that the server adds to each response, as they are sent.
#[derive(Default)]
struct DefaultFields {
    /// The list they are from. uvicorn makes another one every second, for the date.
    headers: Option<Py<PyAny>>,
    lines: Vec<u8>,
}

#[pymethods]
impl ServerSettings {
    #[new]
    #[pyo3(signature = (
        *, event_loop, app, direct_app, own_app, unavailable, limit_concurrency, scope, app_state, root_path,
        connections, tasks, logger, create_task, access_log, head_size, head_fields, target_size,
        keep_alive_seconds, head_seconds, body_seconds,
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are named")]
    fn new(
        event_loop: Py<PyAny>,
        app: Py<PyAny>,
        direct_app: Option<Py<PyAny>>,
        own_app: Option<Bound<'_, PyAny>>,
        unavailable: Py<PyAny>,
        limit_concurrency: Option<usize>,
        scope: Py<PyDict>,
        app_state: Py<PyDict>,
        root_path: Py<PyString>,
        connections: Py<PySet>,
        tasks: Py<PySet>,
        logger: Py<PyAny>,
        create_task: Py<PyAny>,
        access_log: Option<Py<AccessLog>>,
        head_size: usize,
        head_fields: usize,
        target_size: usize,
        keep_alive_seconds: f64,
        head_seconds: f64,
        body_seconds: f64,
    ) -> PyResult<Self> {
        Ok(Self {
            event_loop,
            app,
            direct_app,
            own_app: own_app.map(OwnApp::new).transpose()?,
            unavailable,
            limit_concurrency,
            scope,
            app_state,
            root_path,
            logger,
            connections,
            tasks,
            create_task,
            access_log,
            limits: Limits {
                size: head_size,
                fields: head_fields,
                target: target_size,
            },
            keep_alive_time: seconds(keep_alive_seconds)?,
            head_time: seconds(head_seconds)?,
            body_time: seconds(body_seconds)?,
            default_fields: Mutex::default(),
        })
    }
}

impl ServerSettings {
    /// Writes the fields that the server adds to each response, which are the same for a second.
    pub fn write_default_fields(
        &self,
        server_state: &Bound<'_, PyAny>,
        out: &mut Vec<u8>,
    ) -> PyResult<()> {
        let headers = server_state.getattr(intern!(server_state.py(), "default_headers"))?;
        let lock = || {
            self.default_fields
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        {
            let known = lock();
            if known.headers.as_ref().is_some_and(|seen| seen.is(&headers)) {
                out.extend_from_slice(&known.lines);
                return Ok(());
            }
        }
        let mut lines = Vec::new();
        write_fields(&headers, &mut lines, |_, _| Ok(true))?;
        out.extend_from_slice(&lines);
        let headers = Some(headers.unbind());
        *lock() = DefaultFields { headers, lines };
        Ok(())
    }

    /// Whether a request is to be refused for there being too many.
    pub fn is_full(&self, py: Python<'_>) -> bool {
        self.limit_concurrency.is_some_and(|limit| {
            self.connections.bind(py).len() >= limit || self.tasks.bind(py).len() >= limit
        })
    }

    /// The function that answers a request directly, if the application has one for it.
    pub fn find_direct<'py>(
        &self,
        py: Python<'py>,
        method: &[u8],
        target: &Target<'_>,
    ) -> PyResult<Option<DirectMatch<'py>>> {
        let Some(app) = &self.own_app else {
            return Ok(None);
        };
        let Some(table) = app.direct_table(py)? else {
            return Ok(None);
        };
        match table.cast::<DirectTable>() {
            Ok(table) => table.get().find(py, method, target),
            Err(_) => Ok(None),
        }
    }

    /// Writes what waits to be written once there is no connection, which is how a server stops.
    pub fn rest(&self, py: Python<'_>) -> PyResult<()> {
        match &self.access_log {
            Some(log) if self.connections.bind(py).is_empty() => log.get().flush(py),
            _ => Ok(()),
        }
    }

    /// A future of the server's loop.
    pub fn create_future<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.event_loop
            .bind(py)
            .call_method0(intern!(py, "create_future"))
    }
}

/// Writes those of the fields that `keep` lets through.
pub fn write_fields(
    headers: &Bound<'_, PyAny>,
    out: &mut Vec<u8>,
    mut keep: impl FnMut(&[u8], &[u8]) -> PyResult<bool>,
) -> PyResult<()> {
    let mut written = Ok(());
    visit_headers(headers, |name, value| {
        let (name, value) = (name.as_bytes(), value.as_bytes());
        let write = || -> PyResult<()> {
            if keep(name, value)? {
                response::write_field(out, name, value)
                    .map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
            }
            Ok(())
        };
        written = { write }();
        if written.is_ok() {
            std::ops::ControlFlow::Continue(())
        } else {
            std::ops::ControlFlow::Break(())
        }
    })?;
    written
}

fn seconds(number: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(number)
        .map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))
}
