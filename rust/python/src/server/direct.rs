//! The direct way: from the head of a request to the function of its operation, and from what that
//! returns to the socket, without a scope, a message or a list of headers in between.

use std::sync::{Arc, OnceLock};

use ferroapi_core::http::target::{self, Target};
use ferroapi_core::media_type;
use ferroapi_core::router::Lookup;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use pyo3::{PyTraverseError, PyVisit};

use super::exchange::Exchange;
use super::received::Received;
use crate::compiled::Compiled;
use crate::params::Parameters;
use crate::router::Router;

/// The operations of an application that are answered directly.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct DirectTable {
    router: Py<Router>,
    /// Gives the function of a route and what completes its scope, or `None`.
    compile_route: Py<PyAny>,
    /// The module that, once it was imported, has to see all requests, and the imported ones.
    unless_imported: Option<(Py<PyAny>, Py<PyDict>)>,
    operations: Compiled<Operation>,
}

/// How a route is answered.
enum Operation {
    /// As any other ASGI application.
    General,
    Direct {
        answer: Py<PyAny>,
        complete_scope: Py<PyAny>,
    },
}

/// What answers a request, and what its path has captured.
pub struct DirectMatch<'py> {
    pub answer: Py<PyAny>,
    complete_scope: Py<PyAny>,
    /// Nothing where the path has no parameters.
    captures: Option<Bound<'py, PyDict>>,
}

#[pymethods]
impl DirectTable {
    #[new]
    #[pyo3(signature = (router, compile_route, *, unless_imported = None))]
    fn new(
        router: Bound<'_, Router>,
        compile_route: Py<PyAny>,
        unless_imported: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let py = router.py();
        let modules = || -> PyResult<Py<PyDict>> {
            let modules = py.import("sys")?.getattr("modules")?;
            Ok(modules.cast_into()?.unbind())
        };
        Ok(Self {
            compile_route,
            unless_imported: unless_imported
                .map(|name| Ok::<_, PyErr>((name, modules()?)))
                .transpose()?,
            operations: Compiled::new(),
            router: router.unbind(),
        })
    }

    /// Has every function made again by its next request.
    fn clear(&self) {
        self.operations.clear();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.router)?;
        visit.call(&self.compile_route)?;
        self.operations.visit(|operation| {
            let Operation::Direct {
                answer,
                complete_scope,
            } = operation
            else {
                return Ok(());
            };
            visit.call(answer)?;
            visit.call(complete_scope)
        })
    }
}

impl DirectTable {
    /// What answers a request, if it can be answered directly.
    pub fn find<'py>(
        &self,
        py: Python<'py>,
        method: &[u8],
        target: &Target<'_>,
    ) -> PyResult<Option<DirectMatch<'py>>> {
        if let Some((name, modules)) = &self.unless_imported
            && modules.bind(py).contains(name)?
        {
            return Ok(None);
        }
        let path = target::decode_path(target.path);
        let router = self.router.get();
        let method = str::from_utf8(method).unwrap_or_default();
        let Lookup::Found(found) = router.table.find(method, &path) else {
            return Ok(None);
        };
        let known = self
            .operations
            .get(found.index, |operation| match operation {
                Operation::General => None,
                Operation::Direct {
                    answer,
                    complete_scope,
                } => Some((answer.clone_ref(py), complete_scope.clone_ref(py))),
            });
        let known = match known {
            Some(known) => known,
            None => self.compile(py, found.index)?,
        };
        let Some((answer, complete_scope)) = known else {
            return Ok(None);
        };
        Ok(Some(DirectMatch {
            answer,
            complete_scope,
            captures: if found.captures.is_empty() {
                None
            } else {
                Some(router.params(py, &found)?)
            },
        }))
    }

    fn compile(&self, py: Python<'_>, index: usize) -> PyResult<Option<(Py<PyAny>, Py<PyAny>)>> {
        let version = self.operations.version();
        let Ok(made) = self.compile_route.call1(py, (index,)) else {
            // Whatever is wrong with a declaration is said where it can be answered.
            return Ok(None);
        };
        let made: Option<(Py<PyAny>, Py<PyAny>)> = made.extract(py)?;
        let operation = match &made {
            None => Operation::General,
            Some((answer, complete_scope)) => Operation::Direct {
                answer: answer.clone_ref(py),
                complete_scope: complete_scope.clone_ref(py),
            },
        };
        self.operations.keep(index, version, operation);
        Ok(made)
    }
}

/// A request that is answered directly.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct DirectRequest {
    exchange: Py<Exchange>,
    received: Arc<Received>,
    captures: Option<Py<PyDict>>,
    complete_scope: Py<PyAny>,
    scope: OnceLock<Py<PyDict>>,
}

impl DirectRequest {
    pub fn new(exchange: Py<Exchange>, received: Arc<Received>, found: DirectMatch<'_>) -> Self {
        Self {
            exchange,
            received,
            captures: found.captures.map(Bound::unbind),
            complete_scope: found.complete_scope,
            scope: OnceLock::new(),
        }
    }

    fn captures<'py>(&self, py: Python<'py>) -> Bound<'py, PyDict> {
        match &self.captures {
            Some(captures) => captures.bind(py).clone(),
            None => PyDict::new(py),
        }
    }
}

#[pymethods]
impl DirectRequest {
    /// The ASGI scope, made when somebody asks for it.
    #[getter]
    fn scope(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        if let Some(scope) = self.scope.get() {
            return Ok(scope.clone_ref(py));
        }
        let settings = self.exchange.get().connection().settings();
        let scope = self.received.scope(py, settings)?;
        self.complete_scope.call1(py, (&scope, self.captures(py)))?;
        let scope = self.scope.get_or_init(|| scope.unbind());
        self.exchange.get().log_scope(scope.clone_ref(py));
        Ok(scope.clone_ref(py))
    }

    /// The ASGI callable by which the client's messages come.
    #[getter]
    fn receive<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.exchange.bind(py).getattr(intern!(py, "receive"))
    }

    /// The ASGI callable by which messages are sent.
    #[getter]
    fn send<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.exchange.bind(py).getattr(intern!(py, "send"))
    }

    /// The values that `parameters` finds in the request.
    fn extract<'py>(
        &self,
        py: Python<'py>,
        parameters: &Bound<'py, Parameters>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let captures = &self.captures(py);
        let query = self.received.target().query;
        parameters
            .get()
            .extract_fields(captures, query, self.received.fields())
    }

    /// What `has_json_body` says of the headers.
    fn has_json_body(&self) -> Option<bool> {
        let value = self.received.field(b"content-type")?;
        (!value.is_empty()).then(|| media_type::is_json(value))
    }

    /// What `content_type` gives for the headers.
    fn content_type<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        let value = self.received.field(b"content-type")?;
        Some(PyBytes::new(py, value))
    }

    /// The whole body, if all of it has come and nobody has received any.
    fn take_body<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        self.exchange.get().take_body(py)
    }

    /// Sends a whole response. A client that does not read gets no second one before it does.
    ///
    /// `fields` are lines of the head as they are sent, `body` is `None` where the status has none.
    fn reply(
        &self,
        py: Python<'_>,
        status: u16,
        fields: &[u8],
        body: Option<&[u8]>,
    ) -> PyResult<()> {
        self.exchange.get().send_whole(py, status, fields, body)
    }
}
