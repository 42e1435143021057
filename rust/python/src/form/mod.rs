//! `FormParameters`: the fields and models that are wanted of a form, of either kind.

use ferroapi_core::params::Wanted;
use ferroapi_core::params::form::urlencoded::is_urlencoded;
use ferroapi_core::params::form::{File, Item, Member, Model, Received, Taken};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

use self::multipart::{MultipartForm, multipart_boundary};
use self::urlencoded::UrlencodedForm;
use crate::headers;
use crate::items::Items;
use crate::params::{ModeArgument, Slot, intern};

mod multipart;
mod urlencoded;

/// Names, the mode, and whether the content of files is wanted.
type FieldArgument = (Items<String>, ModeArgument, bool);
type SlotArgument<'py> = (Bound<'py, PyString>, Items<String>, ModeArgument, bool);
type ModelArgument<'py> = (Bound<'py, PyString>, Items<FieldArgument>, bool, bool);

#[pyclass(frozen, module = "ferroapi._core")]
pub struct FormParameters {
    fields: Vec<(Slot, Wanted, bool)>,
    models: Vec<(Slot, ModelParameter)>,
    wants_content: bool,
}

/// A model, and the objects of the names of its fields.
struct ModelParameter {
    model: Model,
    fields: Vec<ModelField>,
}

struct ModelField {
    names: Vec<Slot>,
    wants_content: bool,
}

#[pymethods]
impl FormParameters {
    #[new]
    #[pyo3(
        signature = (*, fields = Items::default(), models = Items::default()),
        text_signature = "(*, fields=(), models=())",
    )]
    fn new(
        py: Python<'_>,
        fields: Items<SlotArgument<'_>>,
        models: Items<ModelArgument<'_>>,
    ) -> PyResult<Self> {
        let wants_content = fields.iter().any(|field| field.3)
            || models
                .iter()
                .any(|model| model.1.iter().any(|field| field.2));
        let fields = fields
            .into_iter()
            .map(|(slot, names, mode, wants_content)| {
                Ok((intern(&slot)?, Wanted::new(names, mode.0), wants_content))
            })
            .collect::<PyResult<_>>()?;
        let models = models
            .into_iter()
            .map(|(slot, fields, is_nullable, takes_others)| {
                let names = |names: &[String]| {
                    let names = names.iter();
                    names
                        .map(|name| PyString::intern(py, name).unbind())
                        .collect()
                };
                let model_fields = fields
                    .iter()
                    .map(|(sent, _, wants_content)| ModelField {
                        names: names(sent),
                        wants_content: *wants_content,
                    })
                    .collect();
                let wanted = fields
                    .into_iter()
                    .map(|(names, mode, _)| Wanted::new(names, mode.0));
                let parameter = ModelParameter {
                    model: Model::new(wanted, is_nullable, takes_others),
                    fields: model_fields,
                };
                Ok((intern(&slot)?, parameter))
            })
            .collect::<PyResult<_>>()?;
        Ok(Self {
            fields,
            models,
            wants_content,
        })
    }

    fn extract<'py>(
        &self,
        py: Python<'py>,
        form: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        if let Ok(form) = form.cast::<MultipartForm>() {
            let form = form.try_borrow()?;
            if self.wants_content && form.form.has_spilled() {
                return Ok(None);
            }
            let received = Received::new(form.form.items());
            return self.take(py, &received, Some(&*form)).map(Some);
        }
        let form = form.cast::<UrlencodedForm>()?.try_borrow()?;
        let received = Received::new(form.0.items());
        self.take(py, &received, None).map(Some)
    }
}

impl FormParameters {
    fn take<'py>(
        &self,
        py: Python<'py>,
        received: &Received<'_>,
        files: Option<&MultipartForm>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let values = PyDict::new(py);
        for (slot, wanted, wants_content) in &self.fields {
            if let Some((_, taken)) = received.find(wanted) {
                values.set_item(slot, object(py, &taken, files, *wants_content)?)?;
            }
        }
        for (slot, parameter) in &self.models {
            if let Some(members) = parameter.model.read(received) {
                values.set_item(slot, parameter.object(py, &members, files)?)?;
            }
        }
        Ok(values)
    }
}

impl ModelParameter {
    fn object<'py>(
        &self,
        py: Python<'py>,
        members: &[Member<'_>],
        files: Option<&MultipartForm>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let made = PyDict::new(py);
        for member in members {
            match member {
                Member::Field(number, name, taken) => {
                    if let Some(field) = self.fields.get(*number)
                        && let Some(name) = field.names.get(*name)
                    {
                        made.set_item(name, object(py, taken, files, field.wants_content)?)?;
                    }
                }
                Member::Other(name, taken) => {
                    made.set_item(name, object(py, taken, files, false)?)?;
                }
            }
        }
        Ok(made)
    }
}

fn object<'py>(
    py: Python<'py>,
    taken: &Taken<'_>,
    files: Option<&MultipartForm>,
    wants_content: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let one = |item: &Item<'_>| match (item, files) {
        (Item::Text(text), _) => Ok(PyString::new(py, text).into_any()),
        (Item::File(File { number, .. }), Some(files)) if wants_content => {
            Ok(files.content(py, *number).into_any())
        }
        (Item::File(File { number, .. }), Some(files)) => files.file(py, *number),
        (Item::File(_), None) => Ok(py.None().into_bound(py)),
    };
    match taken {
        Taken::One(item) => one(item),
        Taken::All(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|item| one(item))
                .collect::<PyResult<_>>()?;
            Ok(PyList::new(py, items)?.into_any())
        }
    }
}

#[pyfunction]
fn content_type<'py>(headers: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
    headers::find(headers, b"content-type")
}

#[pyfunction]
fn is_urlencoded_form(content_type: &[u8]) -> bool {
    is_urlencoded(content_type)
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(content_type, module)?)?;
    module.add_function(wrap_pyfunction!(is_urlencoded_form, module)?)?;
    module.add_function(wrap_pyfunction!(multipart_boundary, module)?)?;
    module.add_class::<UrlencodedForm>()?;
    module.add_class::<MultipartForm>()?;
    module.add_class::<FormParameters>()
}
