//! Models as pydantic's validator makes them: without `__init__` and `__setattr__`.
//!
//! The attributes that `PyObject_GenericSetAttr` would find by name for each instance are found once.
//! Safe calls, of `object.__new__` and `object.__setattr__`, look for them each time.
#![expect(
    unsafe_code,
    reason = "the interpreter has what is needed here by pointers only"
)]

use pyo3::exceptions::PyTypeError;
use pyo3::ffi::{PySet_New, PyType_GenericAlloc, descrsetfunc};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySet, PyType};

/// A class of models whose `__new__` is that of `object`.
pub struct Class {
    made_of: Py<PyType>,
    values: Attribute,
    set_fields: Attribute,
    extra: Attribute,
    private: Attribute,
}

impl Class {
    /// Of the class and its attributes for the values, the names that were set, what is extra and
    /// what is private. Raises `TypeError` for what is no attribute that can be set.
    pub fn new(class: Py<PyType>, attributes: [Bound<'_, PyAny>; 4]) -> PyResult<Self> {
        let [values, set_fields, extra, private] = attributes;
        Ok(Self {
            made_of: class,
            values: Attribute::new(values)?,
            set_fields: Attribute::new(set_fields)?,
            extra: Attribute::new(extra)?,
            private: Attribute::new(private)?,
        })
    }

    /// A new instance.
    pub fn instance<'py>(
        &self,
        values: &Bound<'py, PyDict>,
        set_fields: &Bound<'py, PySet>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = values.py();
        let class = self.made_of.bind(py).as_type_ptr();
        // SAFETY: the class is alive, and a type that `object.__new__` makes instances of. What
        // comes back is a new reference, or null with an exception set.
        let instance = unsafe { Bound::from_owned_ptr_or_err(py, PyType_GenericAlloc(class, 0))? };
        let none = py.None().into_bound(py);
        self.values.set(&instance, values)?;
        self.set_fields.set(&instance, set_fields)?;
        self.extra.set(&instance, &none)?;
        self.private.set(&instance, &none)?;
        Ok(instance)
    }
}

/// A data descriptor, and what sets it.
struct Attribute {
    descriptor: Py<PyAny>,
    set: descrsetfunc,
}

impl Attribute {
    fn new(descriptor: Bound<'_, PyAny>) -> PyResult<Self> {
        // SAFETY: the type of an object is alive as long as the object.
        let set = unsafe { (*descriptor.get_type_ptr()).tp_descr_set };
        Ok(Self {
            set: set.ok_or_else(|| PyTypeError::new_err("no data descriptor"))?,
            descriptor: descriptor.unbind(),
        })
    }

    fn set(&self, instance: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        // SAFETY: the function is that of the descriptor's type and checks whether the instance has
        // the attribute; all three are alive.
        let failed =
            unsafe { (self.set)(self.descriptor.as_ptr(), instance.as_ptr(), value.as_ptr()) };
        if failed == 0 {
            Ok(())
        } else {
            Err(PyErr::fetch(instance.py()))
        }
    }
}

/// A set with what another has.
pub fn copy_of<'py>(set: &Bound<'py, PySet>) -> PyResult<Bound<'py, PySet>> {
    // SAFETY: the set is alive. What comes back is a new set, or null with an exception set.
    let copy = unsafe { Bound::from_owned_ptr_or_err(set.py(), PySet_New(set.as_ptr()))? };
    Ok(copy.cast_into()?)
}
