//! `FrameBuffer`: frames that are gathered and sent together, while there is time for more of them.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ferroapi_core::frames::{self, Event};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyMemoryView, PyString, PyType};

use super::{Milliseconds, Payload, value_error};
use crate::json;

/// Frames are due when they are this many bytes.
const MOST_GATHERED: usize = 1 << 16;

/// How many chunks of that size pass before the clock is asked again, while they come fast: to ask
/// takes a twentieth of the time of a chunk that nobody waits for. A slow one may be among them.
const UNTIMED_CHUNKS: u32 = 1;

/// What a `FrameBuffer` keeps of its memory when it is emptied: there is one for each open stream,
/// and most of them are silent most of the time.
const KEPT_CAPACITY: usize = 1 << 11;

#[pyclass(frozen, module = "ferroapi._core")]
pub struct FrameBuffer {
    gathered: Mutex<Gathered>,
    most_chunks: u32,
}

/// Frames, and until when more of them are gathered.
#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    /// One chunk that is enough by itself, in front of `bytes`: not to be copied.
    whole: Option<Py<PyBytes>>,
    /// `None` when there is no time.
    time: Option<Time>,
}

/// `None` while there is time and room for more, nothing when it is time to send what was gathered,
/// and else a chunk to be sent at once.
type Due<'py> = Option<Bound<'py, PyBytes>>;

struct Time {
    until: Instant,
    asked: Instant,
    untimed_chunks: u32,
    chunks_left: u32,
}

impl Time {
    fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    fn is_over_at_chunk(&mut self) -> bool {
        if self.untimed_chunks > 0 {
            self.untimed_chunks -= 1;
            return false;
        }
        let now = Instant::now();
        if now >= self.until || self.chunks_left == 0 {
            return true;
        }
        self.chunks_left -= 1;
        if now + (now - self.asked) * (UNTIMED_CHUNKS + 1) < self.until {
            self.untimed_chunks = UNTIMED_CHUNKS.min(self.chunks_left);
            self.chunks_left -= self.untimed_chunks;
        }
        self.asked = now;
        false
    }
}

impl Gathered {
    fn len(&self, py: Python<'_>) -> usize {
        let whole = self.whole.as_ref();
        whole.map_or(0, |chunk| chunk.as_bytes(py).len()) + self.bytes.len()
    }

    fn is_empty(&self) -> bool {
        self.whole.is_none() && self.bytes.is_empty()
    }

    fn append(&mut self, bytes: &Bound<'_, PyBytes>) {
        if self.is_empty() && bytes.as_bytes().len() >= MOST_GATHERED {
            self.whole = Some(bytes.clone().unbind());
        } else {
            self.bytes.extend_from_slice(bytes.as_bytes());
        }
    }

    fn append_chunk<'py>(&mut self, chunk: &Bound<'py, PyBytes>) -> Due<'py> {
        if self.is_empty()
            && chunk.as_bytes().len() >= MOST_GATHERED
            && let Some(time) = &mut self.time
            && !time.is_over_at_chunk()
        {
            return Some(chunk.clone());
        }
        self.append(chunk);
        self.due(chunk.py())
    }

    fn due<'py>(&self, py: Python<'py>) -> Due<'py> {
        let is_due = self.whole.is_some()
            || self.bytes.len() >= MOST_GATHERED
            || self.time.as_ref().is_none_or(Time::is_over);
        is_due.then(|| PyBytes::new(py, b""))
    }

    fn take<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let whole = self.whole.take();
        let bytes = &mut self.bytes;
        let taken = match whole {
            Some(whole) if bytes.is_empty() => return whole.into_bound(py),
            Some(whole) => PyBytes::new(py, &[whole.as_bytes(py), bytes].concat()),
            None => PyBytes::new(py, bytes),
        };
        bytes.clear();
        bytes.shrink_to(KEPT_CAPACITY);
        taken
    }
}

impl FrameBuffer {
    fn lock(&self) -> MutexGuard<'_, Gathered> {
        // Appending leaves the bytes whole at every step.
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append_event<'py>(&self, py: Python<'py>, event: Event<'_>) -> PyResult<Due<'py>> {
        let mut gathered = self.lock();
        event.append(&mut gathered.bytes).map_err(value_error)?;
        Ok(gathered.due(py))
    }
}

#[pymethods]
impl FrameBuffer {
    #[new]
    #[pyo3(signature = (most_chunks=None))]
    fn new(most_chunks: Option<u32>) -> Self {
        Self {
            gathered: Mutex::default(),
            most_chunks: most_chunks.unwrap_or(u32::MAX),
        }
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.lock().len(py)
    }

    fn gather_for(&self, seconds: f64) {
        let duration = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let asked = Instant::now();
        self.lock().time = match duration {
            Duration::ZERO => None,
            duration => asked.checked_add(duration).map(|until| Time {
                until,
                asked,
                untimed_chunks: 0,
                chunks_left: self.most_chunks,
            }),
        };
    }

    fn keep_chunks(&self) {
        if let Some(time) = &mut self.lock().time {
            time.untimed_chunks = 0;
            time.chunks_left = 0;
        }
    }

    fn jsonl<'py>(&self, py: Python<'py>, data: Payload<'_>) -> Due<'py> {
        let mut gathered = self.lock();
        frames::append_record(&mut gathered.bytes, data.0);
        gathered.due(py)
    }

    fn sse<'py>(&self, py: Python<'py>, data: Payload<'_>) -> PyResult<Due<'py>> {
        let event = Event {
            data: Some(data.0),
            ..Event::default()
        };
        self.append_event(py, event)
    }

    #[pyo3(signature = (fields, dump, /))]
    fn event<'py>(
        &self,
        fields: &Bound<'py, PyDict>,
        dump: &Bound<'py, PyAny>,
    ) -> PyResult<Due<'py>> {
        let py = fields.py();
        let event: Option<PyBackedStr> = typed_field(fields, intern!(py, "event"))?;
        let id: Option<PyBackedStr> = typed_field(fields, intern!(py, "id"))?;
        let retry: Option<Milliseconds> = typed_field(fields, intern!(py, "retry"))?;
        let comment: Option<PyBackedStr> = typed_field(fields, intern!(py, "comment"))?;
        let dataless = super::event(
            None,
            event.as_deref(),
            id.as_deref(),
            retry,
            comment.as_deref(),
        );
        let append = |data: &[u8]| {
            let event = Event {
                data: Some(data),
                ..dataless
            };
            self.append_event(py, event)
        };
        if let Some(raw) = field(fields, intern!(py, "raw_data"))? {
            return append(raw.extract::<Payload<'_>>()?.0);
        }
        let Some(data) = field(fields, intern!(py, "data"))? else {
            return self.append_event(py, dataless);
        };
        json::encode_item_to(&data, append)
            .unwrap_or_else(|| append(dump.call1((data,))?.extract::<Payload<'_>>()?.0))
    }

    fn raw<'py>(&self, chunk: &Bound<'py, PyAny>) -> PyResult<Due<'py>> {
        let py = chunk.py();
        let copied;
        let bytes = if let Ok(bytes) = chunk.cast::<PyBytes>() {
            bytes
        } else if let Ok(text) = chunk.cast::<PyString>() {
            let text = text.to_str()?.as_bytes();
            let mut gathered = self.lock();
            gathered.bytes.extend_from_slice(text);
            return Ok(gathered.due(py));
        } else if chunk.is_instance_of::<PyMemoryView>() || chunk.is_instance_of::<PyByteArray>() {
            copied = PyType::new::<PyBytes>(py).call1((chunk,))?;
            copied.cast()?
        } else {
            let found = chunk.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "A stream of chunks takes str, bytes or memoryview, not {found}"
            )));
        };
        Ok(self.lock().append_chunk(bytes))
    }

    fn append(&self, data: &Bound<'_, PyBytes>) {
        self.lock().append(data);
    }

    fn take<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.lock().take(py)
    }
}

/// A field of an event, unless it is `None`.
fn field<'py>(
    fields: &Bound<'py, PyDict>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    Ok(fields.get_item(name)?.filter(|value| !value.is_none()))
}

/// The same as a `T`; what it raises says which field it was.
fn typed_field<'py, T: FromPyObjectOwned<'py, Error = PyErr>>(
    fields: &Bound<'py, PyDict>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<T>> {
    field(fields, name)?
        .map(|value| value.extract())
        .transpose()
        .or_else(|error: PyErr| {
            error.add_note(fields.py(), format!("while processing '{name}'"))?;
            Err(error)
        })
}
