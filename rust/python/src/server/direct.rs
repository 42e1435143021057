//! The direct way: from the head of a request to the function of its operation, and from what that
//! returns to the socket, without a scope, a message or a list of headers in between.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use ferroapi_core::http::head::Head;
use ferroapi_core::http::target::{self, Target};
use ferroapi_core::media_type;
use ferroapi_core::router::Lookup;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::access_log::{Asked, target_text};
use super::exchange::Exchange;
use super::scope;
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
    operations: Mutex<Vec<Operation>>,
}

/// How a route is answered.
enum Operation {
    NotCompiled,
    /// As any other ASGI application.
    General,
    Direct {
        answer: Py<PyAny>,
        complete_scope: Py<PyAny>,
    },
}

/// A request and what answers it.
pub struct Found<'py> {
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
            operations: Mutex::default(),
            router: router.unbind(),
        })
    }

    /// Has every function made again by its next request.
    fn clear(&self) {
        self.operations().clear();
    }
}

impl DirectTable {
    fn operations(&self) -> MutexGuard<'_, Vec<Operation>> {
        self.operations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What answers a request, if it can be answered directly.
    pub fn find<'py>(
        &self,
        py: Python<'py>,
        method: &[u8],
        target: &Target<'_>,
    ) -> PyResult<Option<Found<'py>>> {
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
        let known = match self.operations().get(found.index) {
            None | Some(Operation::NotCompiled) => None,
            Some(Operation::General) => return Ok(None),
            Some(Operation::Direct {
                answer,
                complete_scope,
            }) => Some((answer.clone_ref(py), complete_scope.clone_ref(py))),
        };
        let known = match known {
            Some(known) => Some(known),
            None => self.compile(py, found.index)?,
        };
        let Some((answer, complete_scope)) = known else {
            return Ok(None);
        };
        Ok(Some(Found {
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
        let Ok(made) = self.compile_route.call1(py, (index,)) else {
            // Whatever is wrong with a declaration is said where it can be answered.
            return Ok(None);
        };
        let made: Option<(Py<PyAny>, Py<PyAny>)> = made.extract(py)?;
        let mut operations = self.operations();
        while operations.len() <= index {
            operations.push(Operation::NotCompiled);
        }
        if let Some(operation) = operations.get_mut(index) {
            *operation = match &made {
                None => Operation::General,
                Some((answer, complete_scope)) => Operation::Direct {
                    answer: answer.clone_ref(py),
                    complete_scope: complete_scope.clone_ref(py),
                },
            };
        }
        Ok(made)
    }
}

/// A request that is answered directly.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct DirectRequest {
    exchange: Py<Exchange>,
    text: Box<[u8]>,
    head: Head,
    captures: Option<Py<PyDict>>,
    complete_scope: Py<PyAny>,
    scope: OnceLock<Py<PyDict>>,
}

impl DirectRequest {
    pub fn new(exchange: Py<Exchange>, text: Box<[u8]>, head: Head, found: Found<'_>) -> Self {
        Self {
            exchange,
            text,
            head,
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

    fn target(&self) -> Target<'_> {
        let method = self.head.method.get(&self.text);
        // It was read when the request came.
        target::parse(method, self.head.target.get(&self.text)).unwrap_or(Target {
            path: b"/",
            query: b"",
        })
    }

    fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let fields = self.head.fields.iter();
        fields.map(|field| (field.name.get(&self.text), field.value.get(&self.text)))
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
        let connection = self.exchange.get().connection();
        let common = connection.common_scope(py)?;
        let settings = connection.settings();
        let target = self.target();
        let scope = scope::make(py, settings, &common, &self.text, &self.head, &target)?;
        self.complete_scope.call1(py, (&scope, self.captures(py)))?;
        let scope = self.scope.get_or_init(|| scope.unbind());
        self.exchange.get().set_scope(scope.clone_ref(py));
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
        parameters
            .get()
            .extract_fields(captures, self.target().query, self.fields())
    }

    /// What `has_json_body` says of the headers.
    fn has_json_body(&self) -> Option<bool> {
        let (_, value) = self
            .fields()
            .find(|(name, _)| name.eq_ignore_ascii_case(b"content-type"))?;
        (!value.is_empty()).then(|| media_type::is_json(value))
    }

    /// The whole body, if all of it has come and nobody has received any.
    fn take_body<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
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
        let find = |name: &[u8]| {
            let mut fields = self.fields();
            let found = fields.find(|(known, _)| known.eq_ignore_ascii_case(name));
            Ok(found.map(|(_, value)| value.to_vec()))
        };
        let exchange = self.exchange.get();
        let target = if exchange.connection().settings().access_log.is_some() {
            let target = self.target();
            target_text(&target::decode_path(target.path), target.query)
        } else {
            Vec::new()
        };
        let asked = Asked {
            method: self.head.method.get(&self.text),
            target: &target,
            field: &find,
        };
        exchange.send_whole(py, &asked, status, fields, body)
    }
}
