//! Panics on purpose, in a build with the feature `panics` that nobody ships: whatever the module
//! exports, functions and classes with their methods, panics in its next call when it is told to.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

static DRILL: Mutex<Drill> = Mutex::new(Drill {
    armed: None,
    fired: Vec::new(),
});

/// What is to panic, and what has.
struct Drill {
    armed: Option<String>,
    fired: Vec<String>,
}

fn drill() -> MutexGuard<'static, Drill> {
    DRILL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has the next call of an export panic, and no other.
#[pyfunction]
fn panic_in(name: Option<String>) {
    drill().armed = name;
}

/// The exports that have panicked since somebody asked.
#[pyfunction]
fn panicked() -> Vec<String> {
    std::mem::take(&mut drill().fired)
}

/// An export that panics when it is told to.
#[pyclass(frozen)]
struct Panicking {
    name: String,
    call: Py<PyAny>,
}

#[pymethods]
impl Panicking {
    #[pyo3(signature = (*arguments, **keywords))]
    fn __call__(
        &self,
        py: Python<'_>,
        arguments: &Bound<'_, PyTuple>,
        keywords: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        let armed = drill().armed.take_if(|name| *name == self.name);
        if let Some(name) = armed {
            drill().fired.push(name.clone());
            panic!("forced in {name}");
        }
        self.call.call(py, arguments, keywords)
    }

    /// A method of an instance.
    fn __get__<'py>(
        this: Bound<'py, Self>,
        instance: Bound<'py, PyAny>,
        _class: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        if instance.is_none() {
            return Ok(this.into_any());
        }
        let method = py.import("types")?.getattr("MethodType")?;
        method.call1((this, instance))
    }
}

/// Puts what may panic into the place of everything that was registered before.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    for (name, export) in module.dict().copy()? {
        let name: String = name.extract()?;
        if name.starts_with('_') {
            continue;
        }
        if let Ok(class) = export.cast::<PyType>() {
            replace_methods(&name, class)?;
            continue;
        }
        if export.is_callable() {
            module.add(name.as_str(), panicking(name.clone(), export, py)?)?;
        }
    }
    module.add_function(wrap_pyfunction!(panic_in, module)?)?;
    module.add_function(wrap_pyfunction!(panicked, module)?)
}

fn replace_methods(class_name: &str, class: &Bound<'_, PyType>) -> PyResult<()> {
    let py = class.py();
    let attributes = class.getattr("__dict__")?.call_method0("copy")?;
    for (name, attribute) in attributes.cast_into::<PyDict>()? {
        let name: String = name.extract()?;
        if name.starts_with('_') {
            continue;
        }
        let called = format!("{class_name}.{name}");
        if attribute.is_callable() {
            class.setattr(&name, panicking(called, attribute, py)?)?;
        } else if let Ok(get) = attribute.getattr("__get__") {
            let property = py.import("builtins")?.getattr("property")?;
            class.setattr(&name, property.call1((panicking(called, get, py)?,))?)?;
        }
    }
    // What runs after `__new__`: a class with another one of these is not made any more.
    let nothing = py.eval(c"lambda *arguments, **keywords: None", None, None)?;
    class.setattr("__init__", panicking(class_name.to_owned(), nothing, py)?)
}

fn panicking<'py>(
    name: String,
    call: Bound<'py, PyAny>,
    py: Python<'py>,
) -> PyResult<Bound<'py, Panicking>> {
    let call = call.unbind();
    Bound::new(py, Panicking { name, call })
}
