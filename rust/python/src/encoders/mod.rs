//! `DataEncoder`: JSON data of any value, by the rules of `ferroapi.encoders`.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple, PyType};

use dataclass::Asdict;
use walk::{Walk, is_same};

mod dataclass;
mod walk;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<DataEncoder>()
}

/// Makes JSON data of any value.
#[pyclass(frozen, module = "ferroapi._core")]
struct DataEncoder {
    /// The encoders that are known here, by class.
    leaves: Py<PyDict>,
    model: Py<PyType>,
    model_dump: Option<Py<PyAny>>,
    dump_options: Py<PyDict>,
    enumeration: Py<PyType>,
    enumeration_type: Py<PyType>,
    path: Py<PyType>,
    deque: Py<PyType>,
    generator: Py<PyType>,
    /// The class of compiled methods.
    method: Py<PyType>,
    /// That of methods of an object. A proxy in the place of one has its function, too.
    bound_method: Py<PyType>,
    uuid: Py<PyType>,
    decimal: Py<PyType>,
    asdict: Asdict,
    other: Py<PyAny>,
    deep: Py<PyAny>,
}

#[pymethods]
impl DataEncoder {
    #[new]
    #[pyo3(signature = (*, leaves, model, model_dump, other, deep))]
    fn new(
        leaves: Py<PyDict>,
        model: &Bound<'_, PyType>,
        model_dump: Option<Py<PyAny>>,
        other: Py<PyAny>,
        deep: Py<PyAny>,
    ) -> PyResult<Self> {
        let py = model.py();
        let class = |module, name| -> PyResult<Py<PyType>> {
            Ok(py.import(module)?.getattr(name)?.cast_into()?.unbind())
        };
        let dump_options = PyDict::new(py);
        dump_options.set_item("mode", "json")?;
        dump_options.set_item("by_alias", true)?;
        Ok(Self {
            leaves,
            model: model.clone().unbind(),
            model_dump,
            dump_options: dump_options.unbind(),
            enumeration: class("enum", "Enum")?,
            enumeration_type: class("enum", "EnumType")?,
            path: class("pathlib", "PurePath")?,
            deque: class("collections", "deque")?,
            generator: class("types", "GeneratorType")?,
            method: class("types", "MethodDescriptorType")?,
            bound_method: class("types", "MethodType")?,
            uuid: class("uuid", "UUID")?,
            decimal: class("decimal", "Decimal")?,
            asdict: Asdict::new(py)?,
            other,
            deep,
        })
    }

    fn __call__<'py>(
        &self,
        value: Bound<'py, PyAny>,
        encoders: &Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Walk::new(self, encoders).encode(value)
    }
}

/// What a value is to the walk.
enum Kind<'py> {
    Data(Bound<'py, PyAny>),
    /// What stands for it, to be encoded in turn.
    Contents(Bound<'py, PyAny>),
    Dataclass,
    Items,
    Mapping,
}

impl DataEncoder {
    fn kind<'py>(
        &self,
        value: &Bound<'py, PyAny>,
        encoders: &Bound<'py, PyDict>,
    ) -> PyResult<Kind<'py>> {
        let py = value.py();
        if is_same(value) {
            return Ok(Kind::Data(value.clone()));
        }
        if value.is_exact_instance_of::<PyDict>() {
            return Ok(Kind::Mapping);
        }
        let class = value.get_type();
        if value.is_exact_instance_of::<PyList>()
            || value.is_exact_instance_of::<PyTuple>()
            || value.is_exact_instance_of::<PySet>()
            || value.is_exact_instance_of::<PyFrozenSet>()
            || class.is(&self.generator)
        {
            return Ok(Kind::Items);
        }
        if let Some(known) = self.leaves.bind(py).get_item(&class)?
            && let Some(encoder) = encoders.get_item(&class)?
        {
            if encoder.is(&known)
                && let Some(data) = self.quickly(value, &class)?
            {
                return Ok(Kind::Data(data));
            }
            return encoder.call1((value,)).map(Kind::Data);
        }
        if !value
            .getattr(intern!(py, "__class__"))
            .is_ok_and(|said| said.is(&class))
        {
            // To `isinstance` it is something else.
            return self.deep.bind(py).call1((value,)).map(Kind::Data);
        }
        let bases = class.mro();
        let is_a = |base: &Py<PyType>| bases.iter().any(|class| class.is(base));
        if is_a(&self.model) {
            return self.dumped(value).map(Kind::Contents);
        }
        if self.is_dataclass(&class, &bases)? {
            return Ok(Kind::Dataclass);
        }
        if is_a(&self.enumeration) {
            return value.getattr(intern!(py, "value")).map(Kind::Data);
        }
        if is_a(&self.path) {
            return Ok(Kind::Data(value.str()?.into_any()));
        }
        if value.is_instance_of::<PyString>()
            || value.is_instance_of::<PyInt>()
            || value.is_instance_of::<PyFloat>()
        {
            return Ok(Kind::Data(value.clone()));
        }
        if value.is_instance_of::<PyDict>() {
            let items = class.getattr(intern!(py, "items"))?;
            if items.get_type().is(&self.method) {
                return Ok(Kind::Mapping);
            }
            // Somebody has written what its entries are.
            return self.deep.bind(py).call1((value,)).map(Kind::Data);
        }
        if value.is_instance_of::<PyList>()
            || value.is_instance_of::<PyTuple>()
            || value.is_instance_of::<PySet>()
            || value.is_instance_of::<PyFrozenSet>()
            || is_a(&self.deque)
        {
            return Ok(Kind::Items);
        }
        let (result, is_data) = self
            .other
            .bind(py)
            .call1((value,))?
            .extract::<(Bound<'_, PyAny>, bool)>()?;
        Ok(if is_data {
            Kind::Data(result)
        } else {
            Kind::Contents(result)
        })
    }

    /// A key. What cannot be a key of data raises when it becomes one.
    fn encode_key<'py>(
        &self,
        key: Bound<'py, PyAny>,
        encoders: &Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let container = match self.kind(&key, encoders)? {
            Kind::Data(data) => return Ok(data),
            Kind::Contents(contents) => contents,
            Kind::Dataclass | Kind::Items | Kind::Mapping => key,
        };
        self.deep.bind(container.py()).call1((container,))
    }

    /// What the known encoder of a class gives, where there is a quicker way.
    fn quickly<'py>(
        &self,
        value: &Bound<'py, PyAny>,
        class: &Bound<'py, PyType>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = value.py();
        if class.is(&self.uuid) {
            let number: u128 = value.getattr(intern!(py, "int"))?.extract()?;
            return Ok(Some(PyString::new(py, &uuid_text(number)).into_any()));
        }
        if class.is(&self.decimal) {
            let text = value.str()?;
            let text = text.to_str()?;
            if is_simple_fraction(text)
                && let Ok(number) = text.parse::<f64>()
            {
                return Ok(Some(PyFloat::new(py, number).into_any()));
            }
        }
        Ok(None)
    }

    fn is_dataclass<'py>(
        &self,
        class: &Bound<'py, PyType>,
        bases: &Bound<'py, PyTuple>,
    ) -> PyResult<bool> {
        let py = class.py();
        let fields = intern!(py, "__dataclass_fields__");
        if !class.get_type().is(&self.enumeration_type) {
            return class.hasattr(fields);
        }
        // On some versions of Python an enumeration takes long to say that it has no such member.
        for base in bases {
            if base.is(&self.enumeration) {
                break;
            }
            if base.getattr(intern!(py, "__dict__"))?.contains(fields)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What `model_dump` gives, by the serializer where nobody has put another into its place.
    fn dumped<'py>(&self, model: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = model.py();
        let options = self.dump_options.bind(py);
        let dump = model.getattr(intern!(py, "model_dump"))?;
        if let Some(known) = &self.model_dump
            && dump.get_type().is(&self.bound_method)
            && let Some(function) = dump.getattr_opt(intern!(py, "__func__"))?
            && function.is(known)
        {
            let serializer = model.getattr(intern!(py, "__pydantic_serializer__"))?;
            return serializer.call_method(intern!(py, "to_python"), (model,), Some(options));
        }
        let options = options.copy()?;
        for name in ["include", "exclude"] {
            options.set_item(name, py.None())?;
        }
        for name in ["exclude_unset", "exclude_defaults", "exclude_none"] {
            options.set_item(name, false)?;
        }
        dump.call((), Some(&options))
    }
}

/// A UUID as text (RFC 9562, section 4).
fn uuid_text(number: u128) -> String {
    let mut text = format!("{number:032x}");
    for hyphen in [20, 16, 12, 8] {
        text.insert(hyphen, '-');
    }
    text
}

/// Whether a decimal is digits, a point and digits: a float without further ado.
fn is_simple_fraction(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix('-')
        .unwrap_or(text)
        .split_once('.')
        .is_some_and(|(whole, fraction)| digits(whole) && digits(fraction))
}
