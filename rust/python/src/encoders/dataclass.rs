//! Dataclasses as `dataclasses.asdict` gives them.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple, PyType};

use super::walk::is_same;

/// Levels that are copied here; those below are left to `dataclasses.asdict`.
const MAX_DEPTH: usize = 50;

/// What `dataclasses.asdict` is made of.
pub(super) struct Asdict {
    original: Py<PyAny>,
    /// A dataclass of one field, `value`: what `asdict` makes of that is what it makes of any value.
    held: PyOnceLock<Py<PyAny>>,
    fields: Py<PyAny>,
    deepcopy: Py<PyAny>,
    /// The class of time zones that are never copied.
    timezone: Py<PyType>,
    /// Classes whose instances are as good as their copies.
    immutable: [Py<PyType>; 4],
    /// The same with a time zone.
    timed: [Py<PyType>; 2],
}

impl Asdict {
    pub(super) fn new(py: Python<'_>) -> PyResult<Self> {
        let function = |module, name| -> PyResult<Py<PyAny>> {
            Ok(py.import(module)?.getattr(name)?.unbind())
        };
        let class = |module, name| -> PyResult<Py<PyType>> {
            Ok(py.import(module)?.getattr(name)?.cast_into()?.unbind())
        };
        Ok(Self {
            original: function("dataclasses", "asdict")?,
            held: PyOnceLock::new(),
            fields: function("dataclasses", "fields")?,
            deepcopy: function("copy", "deepcopy")?,
            timezone: class("datetime", "timezone")?,
            immutable: [
                class("datetime", "date")?,
                class("datetime", "timedelta")?,
                class("decimal", "Decimal")?,
                class("uuid", "UUID")?,
            ],
            timed: [class("datetime", "datetime")?, class("datetime", "time")?],
        })
    }

    /// What `dataclasses.asdict` gives, lists for tuples.
    ///
    /// `names` are those of the fields of the classes that were met before.
    pub(super) fn call<'py>(
        &self,
        value: &Bound<'py, PyAny>,
        names: &Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.dictionary(value, names, 0)
    }

    /// What `asdict` itself makes of a value within a dataclass.
    ///
    /// Never of one that was copied in part: copies call what the user wrote, once each.
    fn left_to_asdict<'py>(&self, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = value.py();
        let held = self.held.get_or_try_init(py, || {
            py.import("dataclasses")?
                .call_method1("make_dataclass", ("Held", ["value"]))
                .map(Bound::unbind)
        })?;
        self.original
            .bind(py)
            .call1((held.bind(py).call1((value,))?,))?
            .get_item(intern!(py, "value"))
    }

    fn dictionary<'py>(
        &self,
        value: &Bound<'py, PyAny>,
        names: &Bound<'py, PyDict>,
        depth: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = value.py();
        let class = value.get_type();
        let fields = if let Some(known) = names.get_item(&class)? {
            known.cast_into::<PyList>()?
        } else {
            let fields = PyList::empty(py);
            for field in self.fields.bind(py).call1((value,))?.try_iter()? {
                fields.append(field?.getattr(intern!(py, "name"))?)?;
            }
            names.set_item(&class, &fields)?;
            fields
        };
        let to = PyDict::new(py);
        for name in fields {
            let inner = value.getattr(name.cast::<PyString>()?)?;
            to.set_item(name, self.copied(inner, names, depth + 1)?)?;
        }
        Ok(to.into_any())
    }

    /// A copy as `asdict` makes it.
    fn copied<'py>(
        &self,
        value: Bound<'py, PyAny>,
        names: &Bound<'py, PyDict>,
        depth: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = value.py();
        if is_same(&value) || value.is_exact_instance_of::<PyBytes>() {
            return Ok(value);
        }
        if depth > MAX_DEPTH {
            return self.left_to_asdict(&value);
        }
        let class = value.get_type();
        if class.hasattr(intern!(py, "__dataclass_fields__"))? {
            return self.dictionary(&value, names, depth);
        }
        if let Ok(from) = value.cast_exact::<PyDict>() {
            let to = PyDict::new(py);
            for entry in from.call_method0(intern!(py, "items"))?.try_iter()? {
                let (key, inner) = entry?.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
                let key = if is_same(&key) {
                    key
                } else {
                    self.left_to_asdict(&key)?
                };
                to.set_item(key, self.copied(inner, names, depth + 1)?)?;
            }
            return Ok(to.into_any());
        }
        if value.is_exact_instance_of::<PyList>() || value.is_exact_instance_of::<PyTuple>() {
            let to = PyList::empty(py);
            for inner in value.try_iter()? {
                to.append(self.copied(inner?, names, depth + 1)?)?;
            }
            return Ok(to.into_any());
        }
        if value.is_instance_of::<PyDict>()
            || value.is_instance_of::<PyList>()
            || value.is_instance_of::<PyTuple>()
        {
            return self.left_to_asdict(&value);
        }
        let is_one_of = |classes: &[Py<PyType>]| classes.iter().any(|each| class.is(each));
        if is_one_of(&self.immutable) {
            return Ok(value);
        }
        if is_one_of(&self.timed) {
            let zone = value.getattr(intern!(py, "tzinfo"))?;
            if zone.is_none() || zone.get_type().is(&self.timezone) {
                return Ok(value);
            }
        }
        self.deepcopy.bind(py).call1((value,))
    }
}
