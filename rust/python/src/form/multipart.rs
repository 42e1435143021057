//! `MultipartForm`: a form as `multipart/form-data`, read as it comes.

use std::sync::OnceLock;

use ferroapi_core::params::form::multipart::{self, Fault, Form, Limits, Part};
use ferroapi_core::params::form::{File, Item};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};

#[pyclass(module = "ferroapi._core")]
pub struct MultipartForm {
    /// Boxed, for it has vectors that need more alignment than Python gives an object.
    pub form: Box<Form>,
    new_file: Py<PyAny>,
    /// The objects of files that somebody has asked for, by the numbers of their parts.
    files: Vec<OnceLock<Py<PyAny>>>,
}

const _: () = assert!(align_of::<MultipartForm>() <= align_of::<u128>());

#[pymethods]
impl MultipartForm {
    #[new]
    #[pyo3(signature = (boundary, new_file, *, max_fields, max_files, max_field_size, max_kept))]
    fn new(
        boundary: &[u8],
        new_file: Py<PyAny>,
        max_fields: usize,
        max_files: usize,
        max_field_size: usize,
        max_kept: usize,
    ) -> Self {
        let limits = Limits {
            fields: max_fields,
            files: max_files,
            field_size: max_field_size,
            kept: max_kept,
        };
        Self {
            form: Box::new(Form::new(boundary, limits)),
            new_file,
            files: Vec::new(),
        }
    }

    fn write(&mut self, chunk: &[u8]) -> Option<&'static str> {
        let fault = self.form.write(chunk).err().map(fault);
        self.files
            .resize_with(self.form.parts().len(), OnceLock::new);
        fault
    }

    fn finish(&self) -> Option<&'static str> {
        self.form.finish().err().map(fault)
    }

    fn spilled<'py>(
        &mut self,
        py: Python<'py>,
    ) -> PyResult<Vec<(Bound<'py, PyAny>, Bound<'py, PyBytes>)>> {
        let spilled: Vec<_> = self.form.spilled().collect();
        spilled
            .into_iter()
            .map(|(number, data)| Ok((self.file(py, number)?, PyBytes::new(py, &data))))
            .collect()
    }

    fn text_size(&self) -> usize {
        self.form.text_size()
    }

    fn pairs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let pairs = PyList::empty(py);
        for (name, item) in self.form.items() {
            let item = match item {
                Item::Text(text) => PyString::new(py, &text).into_any(),
                Item::File(File { number, .. }) => self.file(py, number)?,
            };
            pairs.append((name, item))?;
        }
        Ok(pairs)
    }

    fn files<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyAny>> {
        let made = self.files.iter().filter_map(OnceLock::get);
        made.map(|file| file.bind(py).clone()).collect()
    }
}

impl MultipartForm {
    /// The object of a file, always the same.
    pub fn file<'py>(&self, py: Python<'py>, number: usize) -> PyResult<Bound<'py, PyAny>> {
        let (Some(made), Some(part)) = (self.files.get(number), self.form.parts().get(number))
        else {
            return Ok(py.None().into_bound(py));
        };
        if let Some(file) = made.get() {
            return Ok(file.bind(py).clone());
        }
        let file = self.new_file.bind(py).call1(file_arguments(py, part))?;
        Ok(made.get_or_init(|| file.unbind()).bind(py).clone())
    }

    /// The content of a file that is kept.
    pub fn content<'py>(&self, py: Python<'py>, number: usize) -> Bound<'py, PyBytes> {
        let part = self.form.parts().get(number);
        PyBytes::new(py, part.map(Part::data).unwrap_or_default())
    }
}

type Header<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>);

fn file_arguments<'py>(
    py: Python<'py>,
    part: &Part,
) -> (Bound<'py, PyBytes>, Bound<'py, PyString>, Vec<Header<'py>>) {
    let headers = part
        .headers()
        .iter()
        .map(|(name, value)| (PyBytes::new(py, name), PyBytes::new(py, value)))
        .collect();
    let filename = multipart::decode(part.filename().unwrap_or_default());
    (
        PyBytes::new(py, part.data()),
        PyString::new(py, &filename),
        headers,
    )
}

fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Malformed => "malformed",
        Fault::Incomplete => "incomplete",
        Fault::Unnamed => "unnamed",
        Fault::Fields => "max_fields",
        Fault::Files => "max_files",
        Fault::FieldSize => "max_field_size",
    }
}

#[pyfunction]
pub fn multipart_boundary<'py>(
    py: Python<'py>,
    content_type: &[u8],
) -> Option<Bound<'py, PyBytes>> {
    multipart::boundary(content_type).map(|boundary| PyBytes::new(py, &boundary))
}
