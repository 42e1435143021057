//! `Run`: the coroutine of a request's task, around the one of the application.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::iterator::PySendResult;
use pyo3::types::{PyDict, PyIterator, PyString, PyTuple};

use super::awaitable::thrown;
use super::direct::DirectRequest;
use super::exchange::Exchange;
use super::received::Received;

/// Runs the application for one request: whatever it raises is logged, and answered if it can be.
#[pyclass(frozen, weakref, module = "ferroapi._core")]
pub struct Run {
    exchange: Py<Exchange>,
    state: Mutex<State>,
}

enum State {
    Before(Call),
    /// What is awaited, and the task that does once it had to wait.
    Running(Py<PyIterator>, Option<Py<PyAny>>),
    Ended,
}

/// What answers a request, not yet called.
pub enum Call {
    /// An ASGI application, with the scope.
    Application(Py<PyAny>, Py<PyDict>),
    /// An application of ours, with the request. What answers it is found by the first step, when
    /// any other application would begin.
    Own(Py<PyAny>, Received),
}

/// What the task does with the coroutine.
enum Step<'py> {
    Send(Bound<'py, PyAny>),
    Throw(PyErr),
}

#[pymethods]
impl Run {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        Self::step(slf, Step::Send(slf.py().None().into_bound(slf.py())))
    }

    fn send<'py>(
        slf: &Bound<'py, Self>,
        value: Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Self::step(slf, Step::Send(value))?.map_or_else(
            || Err(pyo3::exceptions::PyStopIteration::new_err(())),
            |awaited| Ok(Some(awaited)),
        )
    }

    #[pyo3(signature = (kind, value = None, traceback = None))]
    fn throw<'py>(
        slf: &Bound<'py, Self>,
        kind: Bound<'py, PyAny>,
        value: Option<Bound<'py, PyAny>>,
        traceback: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Self::step(slf, Step::Throw(thrown(kind, value, traceback)))?.map_or_else(
            || Err(pyo3::exceptions::PyStopIteration::new_err(())),
            |awaited| Ok(Some(awaited)),
        )
    }

    fn close(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let state = std::mem::replace(&mut *slf.get().state(), State::Ended);
        if let State::Running(awaited, _) = state {
            awaited.bind(py).call_method0(intern!(py, "close"))?;
        }
        Ok(())
    }

    /// Cancels the task, as the server does when its time is over.
    #[pyo3(signature = (msg = None))]
    fn cancel(&self, py: Python<'_>, msg: Option<Py<PyAny>>) -> PyResult<()> {
        let task = match &*self.state() {
            State::Running(_, task) => task.as_ref().map(|task| task.clone_ref(py)),
            _ => None,
        };
        if let Some(task) = task {
            let options = PyDict::new(py);
            options.set_item("msg", msg)?;
            task.call_method(py, intern!(py, "cancel"), (), Some(&options))?;
        }
        Ok(())
    }
}

impl Run {
    pub fn new(exchange: Py<Exchange>, call: Call) -> Self {
        Self {
            exchange,
            state: Mutex::new(State::Before(call)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step<'py>(slf: &Bound<'py, Self>, step: Step<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = slf.py();
        let exchange = slf.get().exchange.bind(py);
        exchange.get().begin_work();
        // A panic that was raised in Python goes on where its exception comes back, after `PyO3` has
        // printed its traceback: it fails the request as any other exception.
        let advance = AssertUnwindSafe(|| slf.get().advance(py, exchange, step));
        let result = catch_unwind(advance).unwrap_or_else(|panic| Err(panicked(&*panic)));
        let outcome = match result {
            Ok(PySendResult::Next(awaited)) => {
                exchange.get().rest(py)?;
                Self::register(slf)?;
                return Ok(Some(awaited));
            }
            Ok(PySendResult::Return(value)) => Ok(value),
            Err(error) => Err(error),
        };
        let ended = std::mem::replace(&mut *slf.get().state(), State::Ended);
        if matches!(ended, State::Running(_, Some(_))) {
            exchange
                .get()
                .connection()
                .settings()
                .tasks
                .bind(py)
                .discard(slf)?;
        }
        exchange.get().rest(py)?;
        Self::end(py, exchange.get(), outcome)?;
        exchange.get().forget_request();
        Ok(None)
    }

    fn advance<'py>(
        &self,
        py: Python<'py>,
        exchange: &Bound<'py, Exchange>,
        step: Step<'py>,
    ) -> PyResult<PySendResult<'py>> {
        let awaited = self.awaited(py, exchange)?;
        match step {
            Step::Send(value) => awaited.send(&value),
            Step::Throw(error) => {
                match awaited.call_method1(intern!(py, "throw"), (error.into_value(py),)) {
                    Ok(next) => Ok(PySendResult::Next(next)),
                    Err(error) if error.is_instance_of::<pyo3::exceptions::PyStopIteration>(py) => {
                        let value = error.value(py).getattr(intern!(py, "value"))?;
                        Ok(PySendResult::Return(value))
                    }
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// What the application gave to be awaited; called by the first step, so that whatever it
    /// raises is raised in its task.
    fn awaited<'py>(
        &self,
        py: Python<'py>,
        exchange: &Bound<'py, Exchange>,
    ) -> PyResult<Bound<'py, PyIterator>> {
        let before = {
            let mut state = self.state();
            match &*state {
                State::Running(awaited, _) => return Ok(awaited.bind(py).clone()),
                State::Before(_) => std::mem::replace(&mut *state, State::Ended),
                State::Ended => State::Ended,
            }
        };
        let State::Before(call) = before else {
            let message = "cannot reuse already awaited coroutine";
            return Err(PyRuntimeError::new_err(message));
        };
        let awaitable = match call {
            Call::Application(app, scope) => Self::call(exchange, &app, scope.bind(py))?,
            Call::Own(app, received) => {
                let settings = exchange.get().connection().settings();
                let method = received.method();
                if let Some(found) = settings.find_direct(py, method, &received.target())? {
                    let answer = found.answer.clone_ref(py).into_bound(py);
                    let received = Arc::new(received);
                    exchange.get().log_received(&received);
                    let exchange = exchange.clone().unbind();
                    answer.call1((DirectRequest::new(exchange, received, found),))?
                } else {
                    let scope = received.scope(py, settings)?;
                    exchange.get().log_scope(scope.clone().unbind());
                    Self::call(exchange, &app, &scope)?
                }
            }
        };
        let awaited = awaitable
            .call_method0(intern!(py, "__await__"))?
            .cast_into::<PyIterator>()?;
        *self.state() = State::Running(awaited.clone().unbind(), None);
        Ok(awaited)
    }

    fn call<'py>(
        exchange: &Bound<'py, Exchange>,
        app: &Py<PyAny>,
        scope: &Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = exchange.py();
        let receive = exchange.getattr(intern!(py, "receive"))?;
        let send = exchange.getattr(intern!(py, "send"))?;
        app.bind(py).call1((scope, receive, send))
    }

    /// Has the server know of a task that takes longer than one step.
    fn register(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let run = slf.get();
        if !matches!(&*run.state(), State::Running(_, None)) {
            return Ok(());
        }
        let task = py
            .import(intern!(py, "asyncio"))?
            .call_method0(intern!(py, "current_task"))?;
        if let State::Running(_, known) = &mut *run.state() {
            *known = Some(task.unbind());
        }
        run.exchange
            .get()
            .connection()
            .settings()
            .tasks
            .bind(py)
            .add(slf)
    }

    /// What is left to do when the application has returned or raised.
    fn end(
        py: Python<'_>,
        exchange: &Exchange,
        outcome: PyResult<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let connection = exchange.connection();
        let (message, argument) = match outcome {
            Err(error) => {
                let message = PyTuple::new(py, ["Exception in ASGI application\n"])?;
                connection.log(intern!(py, "error"), &message, Some(error))?;
                return exchange.give_up(py);
            }
            Ok(value) if !value.is_none() => (
                "ASGI callable should return None, but returned '%s'.",
                Some(value),
            ),
            Ok(_) if exchange.is_disconnected() || exchange.is_complete() => return Ok(()),
            Ok(_) if exchange.has_started() => {
                ("ASGI callable returned without completing response.", None)
            }
            Ok(_) => ("ASGI callable returned without starting response.", None),
        };
        let mut arguments = vec![PyString::new(py, message).into_any()];
        arguments.extend(argument);
        connection.log(intern!(py, "error"), &PyTuple::new(py, arguments)?, None)?;
        exchange.give_up(py)
    }
}

fn panicked(panic: &(dyn Any + Send)) -> PyErr {
    let reason = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    PyRuntimeError::new_err(format!("panic: {}", reason.unwrap_or_default()))
}
