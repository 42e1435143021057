use std::ops::ControlFlow;

use ferroapi_core::params::form::{
    Excess, Form, Limits, Member, Model, Received, Taken, is_urlencoded,
};
use ferroapi_core::params::{Wanted, query};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::items::Items;
use crate::params::{ModeArgument, Slot, WantedArgument, intern, visit_headers};

type FieldArgument = (Items<String>, ModeArgument);

#[pyclass(module = "ferroapi._core")]
pub struct UrlencodedForm(Form);

#[pymethods]
impl UrlencodedForm {
    #[new]
    fn new(max_fields: usize, max_field_size: usize) -> Self {
        Self(Form::new(Limits {
            fields: max_fields,
            field_size: max_field_size,
        }))
    }

    fn write(&mut self, chunk: &[u8]) -> Option<&'static str> {
        self.0.write(chunk).err().map(exceeded)
    }

    fn finish(&mut self) -> Option<&'static str> {
        self.0.finish().err().map(exceeded)
    }

    fn pairs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let pairs = PyList::empty(py);
        for (name, value) in self.0.pairs() {
            pairs.append((query::decode(name), query::decode(value)))?;
        }
        Ok(pairs)
    }
}

fn exceeded(excess: Excess) -> &'static str {
    match excess {
        Excess::Fields => "max_fields",
        Excess::FieldSize => "max_field_size",
    }
}

#[pyclass(frozen, module = "ferroapi._core")]
pub struct FormParameters {
    fields: Vec<(Slot, Wanted)>,
    models: Vec<(Slot, ModelParameter)>,
}

/// A model, and the objects of the names of its fields.
struct ModelParameter {
    model: Model,
    names: Vec<Vec<Slot>>,
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
        fields: Items<WantedArgument<'_>>,
        models: Items<(Bound<'_, PyString>, Items<FieldArgument>, bool, bool)>,
    ) -> PyResult<Self> {
        let fields = fields
            .into_iter()
            .map(|(slot, names, mode)| Ok((intern(&slot)?, Wanted::new(names, mode.0))))
            .collect::<PyResult<_>>()?;
        let models = models
            .into_iter()
            .map(|(slot, fields, is_nullable, takes_others)| {
                let names = fields
                    .iter()
                    .map(|(names, _)| {
                        let names = names.iter();
                        names
                            .map(|name| PyString::intern(py, name).unbind())
                            .collect()
                    })
                    .collect();
                let wanted = fields
                    .into_iter()
                    .map(|(names, mode)| Wanted::new(names, mode.0));
                let model = Model::new(wanted, is_nullable, takes_others);
                Ok((intern(&slot)?, ModelParameter { model, names }))
            })
            .collect::<PyResult<_>>()?;
        Ok(Self { fields, models })
    }

    fn extract<'py>(
        &self,
        py: Python<'py>,
        form: &Bound<'py, UrlencodedForm>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let form = form.try_borrow()?;
        let received = Received::new(form.0.pairs());
        let values = PyDict::new(py);
        for (slot, wanted) in &self.fields {
            if let Some((_, taken)) = received.find(wanted) {
                values.set_item(slot, object(py, taken)?)?;
            }
        }
        for (slot, parameter) in &self.models {
            if let Some(members) = parameter.model.read(&received) {
                values.set_item(slot, parameter.object(py, &members)?)?;
            }
        }
        Ok(values)
    }
}

impl ModelParameter {
    fn object<'py>(&self, py: Python<'py>, members: &[Member<'_>]) -> PyResult<Bound<'py, PyDict>> {
        let object = PyDict::new(py);
        for member in members {
            match *member {
                Member::Field(field, name, taken) => {
                    if let Some(name) = self.names.get(field).and_then(|names| names.get(name)) {
                        object.set_item(name, self::object(py, taken)?)?;
                    }
                }
                Member::Other(name, taken) => object.set_item(name, self::object(py, taken)?)?,
            }
        }
        Ok(object)
    }
}

fn object<'py>(py: Python<'py>, taken: Taken<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match taken {
        Taken::One(text) => PyString::new(py, text).into_any(),
        Taken::All(texts) => PyList::new(py, texts)?.into_any(),
    })
}

#[pyfunction]
fn has_urlencoded_form(headers: &Bound<'_, PyAny>) -> PyResult<bool> {
    let mut found = false;
    visit_headers(headers, |name, value| {
        if !name.as_bytes().eq_ignore_ascii_case(b"content-type") {
            return ControlFlow::Continue(());
        }
        found = is_urlencoded(value.as_bytes());
        ControlFlow::Break(())
    })?;
    Ok(found)
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(has_urlencoded_form, module)?)?;
    module.add_class::<UrlencodedForm>()?;
    module.add_class::<FormParameters>()
}
