//! `AccessLog`: what is said of each request, in lines that are written together, or in records.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use ferroapi_core::http::access_log::{Entry, Field, Fields, write_json, write_text};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::asked::{Asked, target_of};
use crate::headers;
use crate::items::Items;

/// Seconds after which a line is written at the latest. uvicorn waits as long when it stops.
const LONGEST_WAIT: f64 = 0.1;

/// Bytes of lines that are written at once.
const MOST_WAITING: usize = 1 << 16;

/// The access log of one server.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct AccessLog {
    is_json: bool,
    /// What stands before each line of text.
    prefix: String,
    fields: Fields,
    event_loop: Py<PyAny>,
    /// Asked before the first of some lines: what they are written by, or nothing for records.
    writer: Py<PyAny>,
    /// Makes the record of a request.
    record: Py<PyAny>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    lines: Vec<u8>,
    /// What writes these lines.
    write: Option<Py<PyAny>>,
    /// Whether the server stops: nothing may wait for a timer any more.
    is_stopping: bool,
}

/// What is known of a response when it starts.
#[derive(Clone, Copy)]
pub struct Start<'a, 'py> {
    pub minor_version: u8,
    pub status: u16,
    pub headers: Option<&'a Bound<'py, PyAny>>,
    /// When the request came.
    pub since: Option<Instant>,
}

/// What is said of a request when its response has ended.
pub struct Ending {
    client: String,
    method: Vec<u8>,
    target: Vec<u8>,
    minor_version: u8,
    status: u16,
    user_agent: Option<Vec<u8>>,
    request_id: Option<Vec<u8>>,
    since: Option<Instant>,
}

#[pymethods]
impl AccessLog {
    #[new]
    #[pyo3(signature = (*, is_json, prefix, fields, event_loop, writer, record))]
    fn new(
        is_json: bool,
        prefix: String,
        fields: Items<String>,
        event_loop: Py<PyAny>,
        writer: Py<PyAny>,
        record: Py<PyAny>,
    ) -> PyResult<Self> {
        let field = |name: String| {
            Field::ALL
                .into_iter()
                .find(|field| field.name() == name)
                .ok_or_else(|| PyValueError::new_err(format!("no field of the log: {name}")))
        };
        let fields = fields
            .into_iter()
            .map(field)
            .collect::<PyResult<Vec<_>>>()?;
        Ok(Self {
            is_json,
            prefix,
            fields: Fields::new(fields),
            event_loop,
            writer,
            record,
            state: Mutex::default(),
        })
    }

    /// Writes the lines that wait.
    pub fn flush(&self, py: Python<'_>) -> PyResult<()> {
        let (lines, write) = {
            let mut state = self.state();
            (std::mem::take(&mut state.lines), state.write.take())
        };
        if let Some(write) = write {
            // They are ASCII.
            write.call1(py, (String::from_utf8_lossy(&lines),))?;
        }
        Ok(())
    }
}

impl AccessLog {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has to be known when a request came.
    pub fn shows_duration(&self) -> bool {
        self.fields.contains(Field::Duration)
    }

    /// The server stops: writes the lines that wait, and all others at once.
    pub fn stop(&self, py: Python<'_>) -> PyResult<()> {
        self.state().is_stopping = true;
        self.flush(py)
    }

    /// [`AccessLog::response_started`] for the request of a scope.
    pub fn response_started_for<'py>(
        slf: &Bound<'py, Self>,
        scope: &Bound<'py, PyDict>,
        client: &str,
        start: Start<'_, 'py>,
    ) -> PyResult<Option<Ending>> {
        let py = slf.py();
        let method = scope.get_item(intern!(py, "method"))?;
        let method = method
            .as_ref()
            .and_then(|method| method.cast::<PyString>().ok())
            .map(|method| method.to_string_lossy());
        let headers = scope.get_item(intern!(py, "headers"))?;
        let asked = Asked {
            method: method.as_deref().unwrap_or_default().as_bytes(),
            target: &target_of(scope)?,
            field: &|name| {
                let Some(headers) = &headers else {
                    return Ok(None);
                };
                let value = headers::find(headers, name)?;
                Ok(value.map(|value| value.as_bytes().to_owned()))
            },
        };
        Self::response_started(slf, client, &asked, start)
    }

    /// Says that a response has started, or gives what is to be said when it has ended.
    pub fn response_started(
        slf: &Bound<'_, Self>,
        client: &str,
        asked: &Asked<'_>,
        start: Start<'_, '_>,
    ) -> PyResult<Option<Ending>> {
        let log = slf.get();
        let write = log.current_writer(slf.py())?;
        let user_agent = if log.fields.contains(Field::UserAgent) {
            (asked.field)(b"user-agent")?
        } else {
            None
        };
        let request_id = if log.fields.contains(Field::RequestId) {
            asked.id(start.headers)?
        } else {
            None
        };
        let needs_end = log.shows_duration() || log.fields.contains(Field::Bytes);
        if needs_end && write.is_some() {
            return Ok(Some(Ending {
                client: client.to_owned(),
                method: asked.method.to_owned(),
                target: asked.target.to_owned(),
                minor_version: start.minor_version,
                status: start.status,
                user_agent,
                request_id,
                since: start.since,
            }));
        }
        let entry = Entry {
            client,
            method: asked.method,
            target: asked.target,
            minor_version: start.minor_version,
            status: start.status,
            bytes: 0,
            seconds: 0.0,
            user_agent: user_agent.as_deref(),
            request_id: request_id.as_deref(),
            unix_time: log.unix_time(),
        };
        Self::say(slf, &entry, write)?;
        Ok(None)
    }

    /// Says that a response has ended, after so many bytes of content.
    pub fn response_ended(slf: &Bound<'_, Self>, ending: &Ending, bytes: u64) -> PyResult<()> {
        let log = slf.get();
        let entry = Entry {
            client: &ending.client,
            method: &ending.method,
            target: &ending.target,
            minor_version: ending.minor_version,
            status: ending.status,
            bytes,
            seconds: ending
                .since
                .map_or(0.0, |since| since.elapsed().as_secs_f64()),
            user_agent: ending.user_agent.as_deref(),
            request_id: ending.request_id.as_deref(),
            unix_time: log.unix_time(),
        };
        Self::say(slf, &entry, log.current_writer(slf.py())?)
    }

    /// What the lines that wait are written by, or what the next are; nothing for records.
    fn current_writer(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        if let Some(write) = &self.state().write {
            return Ok(Some(write.clone_ref(py)));
        }
        let write = self.writer.call0(py)?;
        Ok((!write.is_none(py)).then_some(write))
    }

    /// Adds a line for what writes it, or makes a record.
    fn say(slf: &Bound<'_, Self>, entry: &Entry<'_>, write: Option<Py<PyAny>>) -> PyResult<()> {
        let py = slf.py();
        let Some(write) = write else {
            return slf.get().make_record(py, entry);
        };
        let log = slf.get();
        let (is_first, is_due) = {
            let mut state = log.state();
            if log.is_json {
                write_json(&mut state.lines, entry, &log.fields);
            } else {
                state.lines.extend_from_slice(log.prefix.as_bytes());
                write_text(&mut state.lines, entry, &log.fields);
            }
            let is_due = state.is_stopping || state.lines.len() >= MOST_WAITING;
            (state.write.replace(write).is_none(), is_due)
        };
        if is_due {
            return log.flush(py);
        }
        if is_first {
            let flush = slf.getattr(intern!(py, "flush"))?;
            log.event_loop
                .call_method1(py, intern!(py, "call_later"), (LONGEST_WAIT, flush))?;
        }
        Ok(())
    }

    fn make_record(&self, py: Python<'_>, entry: &Entry<'_>) -> PyResult<()> {
        let text = |bytes: &[u8]| PyString::new(py, &String::from_utf8_lossy(bytes));
        let version = if entry.minor_version == 0 {
            intern!(py, "1.0")
        } else {
            intern!(py, "1.1")
        };
        let (method, target) = (text(entry.method), text(entry.target));
        let arguments = (entry.client, method, target, version, entry.status);
        self.record.call1(py, arguments)?;
        Ok(())
    }

    fn unix_time(&self) -> f64 {
        if !self.fields.contains(Field::Time) {
            return 0.0;
        }
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0.0, |time| time.as_secs_f64())
    }
}
