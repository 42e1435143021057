//! Plain data as JSON, and what is wrong with a body that should be JSON.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;

use ferroapi_core::json::{
    self, FaultKind, SyntaxErrorKind, write_ascii_string, write_float, write_integer, write_string,
};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

/// What a thread keeps of the memory it wrote into.
const KEPT_CAPACITY: usize = 1 << 16;

/// Levels of the deepest value that is read or written: one that holds itself has no deepest.
pub const MAX_DEPTH: usize = 1000;

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(check_json, module)?)?;
    module.add_function(wrap_pyfunction!(has_long_integer, module)?)?;
    module.add_function(wrap_pyfunction!(json_syntax_error, module)?)?;
    module.add_function(wrap_pyfunction!(encode_json, module)?)?;
    module.add_function(wrap_pyfunction!(encode_json_item, module)?)
}

#[pyfunction]
fn check_json(body: &[u8]) -> Option<(&'static str, usize)> {
    let fault = json::check(body)?;
    let kind = match fault.kind {
        FaultKind::NonFinite => "non_finite",
        FaultKind::LoneSurrogate => "lone_surrogate",
        FaultKind::TooDeep => "too_deep",
        FaultKind::Collision => "collision",
    };
    Some((kind, fault.offset))
}

#[pyfunction]
fn has_long_integer(body: &[u8]) -> bool {
    json::has_long_integer(body)
}

#[pyfunction]
fn json_syntax_error(py: Python<'_>, body: &[u8]) -> Option<(&'static str, usize)> {
    let error = json::syntax_error(body, py.version_info() >= (3, 13))?;
    let message = match error.kind {
        SyntaxErrorKind::ExpectingValue => "Expecting value",
        SyntaxErrorKind::ExpectingName => "Expecting property name enclosed in double quotes",
        SyntaxErrorKind::ExpectingColon => "Expecting ':' delimiter",
        SyntaxErrorKind::ExpectingComma => "Expecting ',' delimiter",
        SyntaxErrorKind::TrailingCommaInArray => "Illegal trailing comma before end of array",
        SyntaxErrorKind::TrailingCommaInObject => "Illegal trailing comma before end of object",
        SyntaxErrorKind::UnterminatedString => "Unterminated string starting at",
        SyntaxErrorKind::ControlCharacter => "Invalid control character at",
        SyntaxErrorKind::Escape => "Invalid \\escape",
        SyntaxErrorKind::UnicodeEscape => "Invalid \\uXXXX escape",
        SyntaxErrorKind::ExtraData => "Extra data",
    };
    Some((message, error.position))
}

#[pyfunction]
fn encode_json<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyBytes>> {
    encode::<Compact>(value)
}

#[pyfunction]
fn encode_json_item<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyBytes>> {
    encode::<Spaced>(value)
}

/// What the two encodings differ in.
trait Style {
    const ITEM_SEPARATOR: &[u8];
    const KEY_SEPARATOR: &[u8];
    /// What stands for NaN and the infinities, if anything.
    const NON_FINITE: Option<&[u8]>;

    fn write_string(out: &mut Vec<u8>, text: &str);
}

struct Compact;

impl Style for Compact {
    const ITEM_SEPARATOR: &[u8] = b",";
    const KEY_SEPARATOR: &[u8] = b":";
    const NON_FINITE: Option<&[u8]> = None;

    fn write_string(out: &mut Vec<u8>, text: &str) {
        write_string(out, text);
    }
}

struct Spaced;

impl Style for Spaced {
    const ITEM_SEPARATOR: &[u8] = b", ";
    const KEY_SEPARATOR: &[u8] = b": ";
    const NON_FINITE: Option<&[u8]> = Some(b"null");

    fn write_string(out: &mut Vec<u8>, text: &str) {
        write_ascii_string(out, text);
    }
}

fn encode<'py, S: Style>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyBytes>> {
    encode_to::<S, _>(value, |text| PyBytes::new(value.py(), text))
}

/// What `consume` makes of the text that `encode_json_item` gives.
pub fn encode_item_to<T>(value: &Bound<'_, PyAny>, consume: impl FnOnce(&[u8]) -> T) -> Option<T> {
    encode_to::<Spaced, _>(value, consume)
}

fn encode_to<S: Style, T>(value: &Bound<'_, PyAny>, consume: impl FnOnce(&[u8]) -> T) -> Option<T> {
    write_to(|out| Encoder::<S>::new(out).encode(value), consume)
}

/// Appends what `encode_json` gives, behind what separates it from a value in front of it.
pub fn encode_into(out: &mut Vec<u8>, value: &Bound<'_, PyAny>) -> Option<()> {
    let mut encoder = Encoder::<Compact>::new(out);
    encoder.separate();
    encoder.encode(value)
}

/// What `consume` makes of the text that `write` has written, if it could.
pub fn write_to<T>(
    write: impl FnOnce(&mut Vec<u8>) -> Option<()>,
    consume: impl FnOnce(&[u8]) -> T,
) -> Option<T> {
    let mut out = BUFFER.take();
    out.clear();
    let consumed = write(&mut out).map(|()| consume(&out));
    out.shrink_to(KEPT_CAPACITY);
    BUFFER.set(out);
    consumed
}

/// Something that is still to be written.
enum Pending<'py> {
    Item(Bound<'py, PyAny>),
    Entry(Bound<'py, PyAny>, Bound<'py, PyAny>),
    /// The bracket that closes an array or object.
    End(u8),
}

/// A walk over plain data; `None` means that something else was met.
///
/// The stack is its own, so that depth costs no native one. What a container holds is put there
/// when it is opened, the first on top: another thread may change it while it is written.
struct Encoder<'out, 'py, S> {
    out: &'out mut Vec<u8>,
    pending: Vec<Pending<'py>>,
    depth: usize,
    style: PhantomData<S>,
}

impl<'out, 'py, S: Style> Encoder<'out, 'py, S> {
    fn new(out: &'out mut Vec<u8>) -> Self {
        Self {
            out,
            pending: Vec::new(),
            depth: 0,
            style: PhantomData,
        }
    }

    fn encode(&mut self, value: &Bound<'py, PyAny>) -> Option<()> {
        self.write(value)?;
        while let Some(pending) = self.pending.pop() {
            match pending {
                Pending::Item(item) => {
                    self.separate();
                    self.write(&item)?;
                }
                Pending::Entry(key, value) => {
                    self.separate();
                    self.write_key(&key)?;
                    self.write(&value)?;
                }
                Pending::End(bracket) => {
                    self.depth -= 1;
                    self.out.push(bracket);
                }
            }
        }
        Some(())
    }

    /// Writes a scalar, or the start of a container.
    fn write(&mut self, value: &Bound<'py, PyAny>) -> Option<()> {
        if let Ok(text) = value.cast_exact::<PyString>() {
            S::write_string(self.out, text.to_str().ok()?);
        } else if let Ok(integer) = value.cast_exact::<PyInt>() {
            write_integer(self.out, integer.extract().ok()?);
        } else if let Ok(float) = value.cast_exact::<PyFloat>() {
            if !write_float(self.out, float.value()) {
                self.out.extend_from_slice(S::NON_FINITE?);
            }
        } else if let Ok(dict) = value.cast_exact::<PyDict>() {
            self.open_dict(dict)?;
        } else if let Ok(list) = value.cast_exact::<PyList>() {
            self.open(b'[', b']')?;
            self.pending.extend(list.iter().rev().map(Pending::Item));
        } else if value.is_none() {
            self.out.extend_from_slice(b"null");
        } else if let Ok(boolean) = value.cast_exact::<PyBool>() {
            let text: &[u8] = if boolean.is_true() { b"true" } else { b"false" };
            self.out.extend_from_slice(text);
        } else {
            let tuple = value.cast_exact::<PyTuple>().ok()?;
            self.open(b'[', b']')?;
            self.pending.extend(tuple.iter().rev().map(Pending::Item));
        }
        Some(())
    }

    fn write_key(&mut self, key: &Bound<'py, PyAny>) -> Option<()> {
        let text = key.cast_exact::<PyString>().ok()?.to_str().ok()?;
        if text.starts_with("_sa") {
            return None;
        }
        S::write_string(self.out, text);
        self.out.extend_from_slice(S::KEY_SEPARATOR);
        Some(())
    }

    /// Writes what stands between two items.
    fn separate(&mut self) {
        // No value ends with an opening bracket.
        if !matches!(self.out.last(), Some(b'[' | b'{')) {
            self.out.extend_from_slice(S::ITEM_SEPARATOR);
        }
    }

    fn open(&mut self, bracket: u8, end: u8) -> Option<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.out.push(bracket);
        self.pending.push(Pending::End(end));
        Some(())
    }

    fn open_dict(&mut self, dict: &Bound<'py, PyDict>) -> Option<()> {
        self.open(b'{', b'}')?;
        let first = self.pending.len();
        self.pending.reserve(dict.len());
        let pending = RefCell::new(&mut self.pending);
        dict.locked_for_each(|key, value| {
            pending.borrow_mut().push(Pending::Entry(key, value));
            Ok(())
        })
        .ok()?;
        self.pending.get_mut(first..)?.reverse();
        Some(())
    }
}
