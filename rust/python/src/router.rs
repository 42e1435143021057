//! `Router`, `MethodNotAllowed` and `Redirect`.

use ferroapi_core::router::{self as core, Lookup, Match, PatternError, Protocol};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::items::Items;

/// `(pattern, protocol, methods)`.
type Row = (String, String, Option<Items<String>>);

/// The path exists, the method does not (RFC 9110, section 15.5.6).
#[pyclass(frozen, module = "ferroapi._core")]
struct MethodNotAllowed {
    /// Index of the first declared route that has the path.
    #[pyo3(get)]
    index: usize,
    /// The captures of that route.
    #[pyo3(get)]
    params: Py<PyDict>,
    /// The methods of all routes that have the path, in order of declaration, each once.
    #[pyo3(get)]
    allowed: Py<PyList>,
}

/// Nothing has the path, but something has it with its trailing slash added or removed.
#[pyclass(frozen, module = "ferroapi._core")]
struct Redirect {
    /// The path that exists.
    #[pyo3(get)]
    path: Py<PyString>,
}

/// What `Router.match` returns when it does not return `None`.
#[derive(IntoPyObject)]
enum Answer<'py> {
    Found((usize, Bound<'py, PyDict>)),
    MethodNotAllowed(MethodNotAllowed),
    Redirect(Redirect),
}

/// Finds the route of a request in a time that depends on the path, not on the number of routes.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct Router {
    pub table: core::Router,
    /// The parameter names of each route, interned as the keys of its captures.
    names: Vec<Box<[Py<PyString>]>>,
}

#[pymethods]
impl Router {
    #[new]
    #[pyo3(signature = (routes, *, redirect_slashes = true))]
    fn new(py: Python<'_>, routes: Items<Row>, redirect_slashes: bool) -> PyResult<Self> {
        let count = routes.len();
        let routes: Vec<core::Route> = routes.into_iter().map(route).collect::<PyResult<_>>()?;
        let table = core::Router::new(routes)
            .map_err(|error: PatternError| PyValueError::new_err(error.to_string()))?
            .redirect_slashes(redirect_slashes);
        let intern = |name: &String| PyString::intern(py, name).unbind();
        let names = (0..count)
            .map(|index| table.names(index).iter().map(intern).collect())
            .collect();
        Ok(Self { table, names })
    }

    /// Finds the first declared route that has `path` (percent-decoded) and `method`.
    fn r#match<'py>(
        &self,
        py: Python<'py>,
        method: &Bound<'py, PyString>,
        path: &Bound<'py, PyString>,
    ) -> PyResult<Option<Answer<'py>>> {
        // Text that UTF-8 cannot hold is in no route's path, and is no method.
        let Ok(path) = path.to_str() else {
            return Ok(None);
        };
        Ok(
            match self.table.find(method.to_str().unwrap_or_default(), path) {
                Lookup::Found(found) => {
                    Some(Answer::Found((found.index, self.params(py, &found)?)))
                }
                Lookup::MethodNotAllowed { first, allowed } => {
                    Some(Answer::MethodNotAllowed(MethodNotAllowed {
                        index: first.index,
                        params: self.params(py, &first)?.unbind(),
                        allowed: PyList::new(py, allowed)?.unbind(),
                    }))
                }
                Lookup::Redirect(path) => Some(Answer::Redirect(Redirect {
                    path: PyString::new(py, &path).unbind(),
                })),
                Lookup::NotFound => None,
            },
        )
    }

    /// Finds the first declared `websocket` or `any` route that has `path`.
    fn match_websocket<'py>(
        &self,
        py: Python<'py>,
        path: &Bound<'py, PyString>,
    ) -> PyResult<Option<(usize, Bound<'py, PyDict>)>> {
        let found = path
            .to_str()
            .ok()
            .and_then(|path| self.table.find_websocket(path));
        found
            .map(|found| Ok((found.index, self.params(py, &found)?)))
            .transpose()
    }
}

impl Router {
    /// The captures by the names of their parameters.
    pub fn params<'py>(&self, py: Python<'py>, found: &Match<'_>) -> PyResult<Bound<'py, PyDict>> {
        let params = PyDict::new(py);
        let names = self.names.get(found.index).into_iter().flatten();
        for (name, value) in names.zip(&found.captures) {
            params.set_item(name, value)?;
        }
        Ok(params)
    }
}

fn route((pattern, protocol, methods): Row) -> PyResult<core::Route> {
    let protocol = match protocol.as_str() {
        "http" => Protocol::Http,
        "websocket" => Protocol::WebSocket,
        "any" => Protocol::Any,
        other => {
            let message = format!("protocol must be 'http', 'websocket' or 'any', not '{other}'");
            return Err(PyValueError::new_err(message));
        }
    };
    Ok(core::Route {
        pattern,
        protocol,
        methods: methods.map(|methods| methods.into_iter().collect()),
    })
}

/// Adds the classes to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Router>()?;
    module.add_class::<MethodNotAllowed>()?;
    module.add_class::<Redirect>()
}
