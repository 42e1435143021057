//! `Received`: a request as it was read, of which no scope was made yet.

use ferroapi_core::http::head::Head;
use ferroapi_core::http::target::{self, Target};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::scope;
use super::settings::ServerSettings;

/// The head of a request, and what its scope has in common with those of its connection.
pub struct Received {
    text: Box<[u8]>,
    head: Head,
    common: Py<PyDict>,
}

impl Received {
    /// `text` is what the head was parsed from. Its target has to be one.
    pub fn new(text: Box<[u8]>, head: Head, common: Py<PyDict>) -> Self {
        Self { text, head, common }
    }

    pub fn method(&self) -> &[u8] {
        self.head.method.get(&self.text)
    }

    pub fn target(&self) -> Target<'_> {
        // It was read when the request came.
        target::parse(self.method(), self.head.target.get(&self.text)).unwrap_or(Target {
            path: b"/",
            query: b"",
        })
    }

    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let fields = self.head.fields.iter();
        fields.map(|field| (field.name.get(&self.text), field.value.get(&self.text)))
    }

    /// The first value of a field.
    pub fn field(&self, wanted: &[u8]) -> Option<&[u8]> {
        let mut fields = self.fields();
        let (_, value) = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        Some(value)
    }

    /// Makes the scope.
    pub fn scope<'py>(
        &self,
        py: Python<'py>,
        settings: &ServerSettings,
    ) -> PyResult<Bound<'py, PyDict>> {
        let common = self.common.bind(py);
        scope::make(py, settings, common, &self.text, &self.head, &self.target())
    }
}
