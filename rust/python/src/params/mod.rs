//! `Parameters`: the values that are wanted of a request's path, query, headers and cookies.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::ControlFlow;

use ferroapi_core::params::cookie::{self, Cookie};
use ferroapi_core::params::header::{self, Header};
use ferroapi_core::params::query::{self, Query};
use ferroapi_core::params::{Found, Mode, Value, Wanted};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMapping, PyString};

use self::others::{OtherPlace, Others, give_all};
use crate::headers::visit_headers;
use crate::items::Items;

mod others;

pub type Slot = Py<PyString>;
pub type WantedArgument<'py> = (Bound<'py, PyString>, Items<String>, ModeArgument);

#[pyclass(frozen, module = "ferroapi._core")]
pub struct Parameters {
    path: Vec<(Slot, Vec<Py<PyString>>)>,
    query: Place<Query>,
    header: Place<Header>,
    cookie: Place<Cookie>,
    others: Option<Others>,
}

/// A compiled place and the slots it fills.
struct Place<C> {
    compiled: C,
    slots: Vec<Slot>,
}

/// What one pass over the headers of a request has found.
struct FoundHeaders<'a, T> {
    headers: Found<'a, T>,
    cookies: Vec<T>,
    /// Headers of other names, with these names.
    others: Vec<(String, T)>,
}

#[pymethods]
impl Parameters {
    #[new]
    #[pyo3(
        signature = (*, path = Items::default(), query = Items::default(), header = Items::default(), cookie = Items::default(), others = None),
        text_signature = "(*, path=(), query=(), header=(), cookie=(), others=None)",
    )]
    fn new(
        path: Items<(Bound<'_, PyString>, Items<Bound<'_, PyString>>)>,
        query: Items<WantedArgument<'_>>,
        header: Items<WantedArgument<'_>>,
        cookie: Items<WantedArgument<'_>>,
        others: Option<(OtherPlace, HashSet<String>)>,
    ) -> PyResult<Self> {
        let path = path
            .into_iter()
            .map(|(slot, names)| {
                Ok((
                    intern(&slot)?,
                    names.iter().map(intern).collect::<PyResult<_>>()?,
                ))
            })
            .collect::<PyResult<_>>()?;
        Ok(Self {
            path,
            query: Place::new(query, |wanted| Ok(Query::new(wanted)))?,
            header: Place::new(header, |wanted| {
                Header::new(wanted).map_err(|error| PyValueError::new_err(error.to_string()))
            })?,
            cookie: Place::new(cookie, |wanted| Ok(Cookie::new(wanted)))?,
            others: others.map(|(place, known)| Others { place, known }),
        })
    }

    fn extract<'py>(
        &self,
        py: Python<'py>,
        path_params: &Bound<'py, PyMapping>,
        query_string: &[u8],
        headers: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let values = PyDict::new(py);
        self.extract_path(path_params, &values)?;
        self.extract_query(query_string, &values)?;
        if self.reads_headers() {
            self.extract_headers(headers, &values)?;
        }
        Ok(values)
    }
}

impl Parameters {
    fn extract_path(
        &self,
        path_params: &Bound<'_, PyMapping>,
        values: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        let py = values.py();
        for (slot, names) in &self.path {
            for name in names {
                let name = name.bind(py);
                let value = if let Ok(dict) = path_params.cast_exact::<PyDict>() {
                    dict.get_item(name)?
                } else if path_params.contains(name)? {
                    Some(path_params.get_item(name)?)
                } else {
                    None
                };
                if let Some(value) = value {
                    values.set_item(slot, value)?;
                    break;
                }
            }
        }
        Ok(())
    }

    /// One pass over the headers of a scope, cookies included.
    fn extract_headers(
        &self,
        headers: &Bound<'_, PyAny>,
        values: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        let mut found = self.found_headers();
        visit_headers(headers, |name, value| {
            self.visit(name.as_bytes(), || value.clone(), &mut found);
            ControlFlow::Continue(())
        })?;
        self.fill_headers(values, &found, |value| value.as_bytes())
    }

    /// The values of a request whose head was not made a scope.
    pub fn extract_fields<'a, 'py>(
        &self,
        path_params: &Bound<'py, PyDict>,
        query_string: &[u8],
        fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let values = PyDict::new(path_params.py());
        self.extract_path(path_params.as_mapping(), &values)?;
        self.extract_query(query_string, &values)?;
        if self.reads_headers() {
            let mut found = self.found_headers();
            for (name, value) in fields {
                self.visit(name, || value, &mut found);
            }
            self.fill_headers(&values, &found, |value| value)?;
        }
        Ok(values)
    }

    fn extract_query(&self, query_string: &[u8], values: &Bound<'_, PyDict>) -> PyResult<()> {
        if !self.query.slots.is_empty() {
            let found = self.query.compiled.read(query_string);
            self.query.fill(values, &found, |raw| query::decode(raw))?;
        }
        if let Some(others) = self.others_of(OtherPlace::Query) {
            let pairs = query::pairs(query_string)
                .map(|(name, value)| (query::decode(name), query::decode(value)))
                .filter(|(name, _)| !others.known.contains(&**name));
            give_all(values, pairs)?;
        }
        Ok(())
    }

    fn others_of(&self, place: OtherPlace) -> Option<&Others> {
        self.others.as_ref().filter(|others| others.place == place)
    }

    fn reads_headers(&self) -> bool {
        !self.header.slots.is_empty() || self.reads_others() || self.reads_cookies()
    }

    /// Whether values of other headers are wanted.
    fn reads_others(&self) -> bool {
        self.others_of(OtherPlace::Header).is_some()
    }

    fn reads_cookies(&self) -> bool {
        !self.cookie.slots.is_empty() || self.others_of(OtherPlace::Cookie).is_some()
    }

    fn found_headers<T>(&self) -> FoundHeaders<'_, T> {
        FoundHeaders {
            headers: self.header.compiled.found(),
            cookies: Vec::new(),
            others: Vec::new(),
        }
    }

    fn visit<'a, T>(&'a self, name: &[u8], value: impl Fn() -> T, found: &mut FoundHeaders<'a, T>) {
        if let Some(name) = self.header.compiled.find(name) {
            found.headers.keep(name, value());
        }
        if self.reads_cookies() && name.eq_ignore_ascii_case(b"cookie") {
            found.cookies.push(value());
        }
        if let Some(others) = self.others_of(OtherPlace::Header) {
            let name = header::decode(name);
            if !others.known.contains(&name.to_ascii_lowercase()) {
                found.others.push((name.into_owned(), value()));
            }
        }
    }

    fn fill_headers<T>(
        &self,
        values: &Bound<'_, PyDict>,
        found: &FoundHeaders<'_, T>,
        bytes: impl Fn(&T) -> &[u8],
    ) -> PyResult<()> {
        self.header
            .fill(values, &found.headers, |raw| header::decode(bytes(raw)))?;
        let others = found.others.iter();
        give_all(
            values,
            others.map(|(name, raw)| (Cow::from(name), header::decode(bytes(raw)))),
        )?;
        let mut cookies = self.cookie.compiled.found();
        for value in &found.cookies {
            self.cookie.compiled.read(bytes(value), &mut cookies);
        }
        self.cookie
            .fill(values, &cookies, |raw| cookie::decode(raw))?;
        if let Some(others) = self.others_of(OtherPlace::Cookie) {
            for (name, raw) in found
                .cookies
                .iter()
                .flat_map(|raw| cookie::pairs(bytes(raw)))
            {
                let name = header::decode(name);
                if !others.known.contains(&*name) {
                    values.set_item(name, cookie::decode(raw))?;
                }
            }
        }
        Ok(())
    }
}

impl<C> Place<C> {
    fn new(
        wanted: Items<WantedArgument<'_>>,
        compile: impl FnOnce(Vec<Wanted>) -> PyResult<C>,
    ) -> PyResult<Self> {
        let mut slots = Vec::with_capacity(wanted.len());
        let mut compiled = Vec::with_capacity(wanted.len());
        for (slot, names, mode) in wanted {
            slots.push(intern(&slot)?);
            compiled.push(Wanted::new(names, mode.0));
        }
        Ok(Self {
            compiled: compile(compiled)?,
            slots,
        })
    }

    fn fill<T>(
        &self,
        values: &Bound<'_, PyDict>,
        found: &Found<'_, T>,
        decode: impl Fn(&T) -> Cow<'_, str>,
    ) -> PyResult<()> {
        let py = values.py();
        for (number, value) in found.values() {
            let Some(slot) = self.slots.get(number) else {
                continue;
            };
            match value {
                Value::One(raw) => values.set_item(slot, &*decode(raw))?,
                Value::All(raw) => {
                    let texts = raw.iter().map(|raw| PyString::new(py, &decode(raw)));
                    values.set_item(slot, PyList::new(py, texts)?)?;
                }
            }
        }
        Ok(())
    }
}

#[pyfunction]
fn query_pairs<'py>(py: Python<'py>, query_string: &[u8]) -> PyResult<Bound<'py, PyList>> {
    let pairs = PyList::empty(py);
    for (name, value) in query::pairs(query_string) {
        pairs.append((query::decode(name), query::decode(value)))?;
    }
    Ok(pairs)
}

pub struct ModeArgument(pub Mode);

impl<'py> FromPyObject<'_, 'py> for ModeArgument {
    type Error = PyErr;

    fn extract(mode: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match mode.extract()? {
            "first" => Ok(Self(Mode::First)),
            "last" => Ok(Self(Mode::Last)),
            "all" => Ok(Self(Mode::All)),
            other => Err(PyValueError::new_err(format!(
                "mode is {other:?}, not 'first', 'last' or 'all'"
            ))),
        }
    }
}

pub fn intern(text: &Bound<'_, PyString>) -> PyResult<Py<PyString>> {
    Ok(PyString::intern(text.py(), text.to_str()?).unbind())
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(query_pairs, module)?)?;
    module.add_class::<Parameters>()
}
