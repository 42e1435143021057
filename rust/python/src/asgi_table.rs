//! `AsgiTable`: from the scope of a request to the function of its operation.

use ferroapi_core::router::{Lookup, below};
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use pyo3::{PyTraverseError, PyVisit};

use crate::compiled::Compiled;
use crate::router::Router;

/// The operations of a router that are answered by ASGI.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct AsgiTable {
    router: Py<Router>,
    /// What the scope has as its router.
    owner: Py<PyAny>,
    /// Gives what answers the requests of a route, and what their scopes get; or `None`.
    compile_route: Py<PyAny>,
    /// Answers what is not simply an operation.
    otherwise: Py<PyAny>,
    /// Answers what was raised instead.
    failed: Py<PyAny>,
    operations: Compiled<Operation>,
}

/// What answers the requests of a route; nothing where that takes more than finding it.
struct Operation(Option<(Py<PyAny>, Py<PyDict>)>);

impl Operation {
    fn clone_ref(&self, py: Python<'_>) -> Self {
        let made = self.0.as_ref();
        Self(made.map(|(app, entries)| (app.clone_ref(py), entries.clone_ref(py))))
    }
}

#[pymethods]
impl AsgiTable {
    #[new]
    fn new(
        router: Py<Router>,
        owner: Py<PyAny>,
        compile_route: Py<PyAny>,
        otherwise: Py<PyAny>,
        failed: Py<PyAny>,
    ) -> Self {
        Self {
            router,
            owner,
            compile_route,
            otherwise,
            failed,
            operations: Compiled::new(),
        }
    }

    /// Answers one ASGI connection; what is returned is to be awaited.
    fn respond<'py>(
        &self,
        scope: &Bound<'py, PyAny>,
        receive: &Bound<'py, PyAny>,
        send: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = scope.py();
        match self.answer(scope, receive, send) {
            Ok(Some(awaitable)) => Ok(awaitable),
            Ok(None) => self.otherwise.bind(py).call1((scope, receive, send)),
            Err(error) if error.is_instance_of::<PyException>(py) => {
                let failed = self.failed.bind(py);
                failed.call1((error.into_value(py), scope, receive, send))
            }
            Err(error) => Err(error),
        }
    }

    /// Has every operation compiled again by its next request.
    fn clear(&self) {
        self.operations.clear();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.router)?;
        visit.call(&self.owner)?;
        visit.call(&self.compile_route)?;
        visit.call(&self.otherwise)?;
        visit.call(&self.failed)?;
        self.operations.visit(|operation| {
            let Some((app, entries)) = &operation.0 else {
                return Ok(());
            };
            visit.call(app)?;
            visit.call(entries)
        })
    }
}

impl AsgiTable {
    /// What the operation of a request returns; nothing where the general way has to be taken.
    fn answer<'py>(
        &self,
        scope: &Bound<'py, PyAny>,
        receive: &Bound<'py, PyAny>,
        send: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = scope.py();
        // A subclass may have a say in what is in it.
        let Ok(scope) = scope.cast_exact::<PyDict>() else {
            return Ok(None);
        };
        if !scope.contains(intern!(py, "router"))? {
            scope.set_item(intern!(py, "router"), &self.owner)?;
        }
        let text = |key| -> PyResult<Option<Bound<'py, PyString>>> {
            let value = scope.get_item(key)?;
            Ok(value.and_then(|value| value.cast_into().ok()))
        };
        let (Some(kind), Some(method), Some(path)) = (
            text(intern!(py, "type"))?,
            text(intern!(py, "method"))?,
            text(intern!(py, "path"))?,
        ) else {
            return Ok(None);
        };
        let (Ok("http"), Ok(method), Ok(mut path)) =
            (kind.to_str(), method.to_str(), path.to_str())
        else {
            return Ok(None);
        };
        let root_path = scope.get_item(intern!(py, "root_path"))?;
        if let Some(root_path) = &root_path {
            let Some(root_path) = root_path.cast().ok().and_then(|text| text.to_str().ok()) else {
                return Ok(None);
            };
            path = below(root_path, path);
        }
        let router = self.router.get();
        let Lookup::Found(found) = router.table.find(method, path) else {
            return Ok(None);
        };
        let known = self
            .operations
            .get(found.index, |operation| operation.clone_ref(py));
        if matches!(known, Some(Operation(None))) {
            return Ok(None);
        }
        let path_params = intern!(py, "path_params");
        let outer = scope.get_item(path_params)?;
        let outer = outer.as_ref().map(|outer| outer.cast_exact::<PyDict>());
        let Ok(outer) = outer.transpose() else {
            return Ok(None);
        };
        let mut params = router.params(py, &found)?;
        if let Some(outer) = outer
            && !outer.is_empty()
        {
            let inner = std::mem::replace(&mut params, outer.copy()?);
            params.update(inner.as_mapping())?;
        }
        scope.set_item(path_params, params)?;
        let operation = match known {
            Some(operation) => operation,
            None => self.compile(scope, found.index)?,
        };
        let Some((app, entries)) = operation.0 else {
            match outer {
                Some(outer) => scope.set_item(path_params, outer)?,
                None => scope.del_item(path_params)?,
            }
            return Ok(None);
        };
        scope.update(entries.bind(py).as_mapping())?;
        app.bind(py).call1((scope, receive, send)).map(Some)
    }

    fn compile(&self, scope: &Bound<'_, PyDict>, index: usize) -> PyResult<Operation> {
        let py = scope.py();
        let version = self.operations.version();
        let made = Operation(self.compile_route.call1(py, (index, scope))?.extract(py)?);
        self.operations.keep(index, version, made.clone_ref(py));
        Ok(made)
    }
}

/// Adds the class to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<AsgiTable>()
}
