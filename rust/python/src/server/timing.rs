//! What a client has how long for: the head, the next part of a body, another request.

use std::time::{Duration, Instant};

use ferroapi_core::http::head;
use pyo3::intern;
use pyo3::prelude::*;

use super::connection::{HTTPConnection, State};

/// A call of the event loop that is to come.
pub(super) struct Timer {
    pub(super) at: Instant,
    pub(super) handle: Py<PyAny>,
}

impl Timer {
    pub(super) fn cancel(&self, py: Python<'_>) -> PyResult<()> {
        self.handle.call_method0(py, intern!(py, "cancel"))?;
        Ok(())
    }
}

#[derive(Clone, Copy)]
pub(super) struct Deadline {
    pub(super) at: Instant,
    pub(super) waits_for: WaitsFor,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum WaitsFor {
    /// Another request.
    Request,
    Head,
    /// The next part of a body.
    Body,
    /// All that is left of a body behind its response.
    Rest,
}

impl HTTPConnection {
    /// Closes, and says why, when the time of what is waited for is over.
    pub(super) fn end_time(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let connection = slf.get();
        let due = {
            let mut state = connection.state();
            state.timer = None;
            state
                .deadline
                .filter(|deadline| deadline.at <= Instant::now())
                .map(|deadline| (deadline.waits_for, head::has_begun(&state.buffer)))
        };
        match due {
            None => Self::arm(slf),
            Some((WaitsFor::Head, true)) => connection.refuse_head(py, 408, "head timed out"),
            Some((WaitsFor::Body, _)) if connection.is_waited_for(py) => {
                connection.renew_body_time();
                Self::arm(slf)
            }
            Some((WaitsFor::Body, _)) => connection.refuse_body(py, 408, "body timed out"),
            Some(_) => connection.close(py),
        }
    }

    /// Whether the client does not send its body because the application has yet to read it.
    fn is_waited_for(&self, py: Python<'_>) -> bool {
        self.state().read_paused
            || self
                .exchange(py)
                .is_some_and(|exchange| exchange.get().owes_continue())
    }

    /// Gives the client the whole time for the next part of its body.
    pub(super) fn renew_body_time(&self) {
        let time = self.settings().body_time;
        let mut state = self.state();
        if let Some(deadline) = &mut state.deadline
            && deadline.waits_for == WaitsFor::Body
        {
            deadline.at = Instant::now() + time;
        }
    }

    pub(super) fn expect(&self, waits_for: WaitsFor, time: Duration) {
        self.state().wait_for(waits_for, time);
    }

    /// Has the clock looked at when the next deadline may be over.
    pub(super) fn arm(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let connection = slf.get();
        let (at, late) = {
            let mut state = connection.state();
            let Some(Deadline { at, .. }) = state.deadline.filter(|_| !state.is_closing) else {
                return Ok(());
            };
            if state.timer.as_ref().is_some_and(|timer| timer.at <= at) {
                return Ok(());
            }
            (at, state.timer.take())
        };
        if let Some(timer) = late {
            timer.cancel(py)?;
        }
        let left = at.saturating_duration_since(Instant::now());
        let check = slf.getattr(intern!(py, "check_time"))?;
        let handle = connection.settings().event_loop.call_method1(
            py,
            intern!(py, "call_later"),
            (left.as_secs_f64(), check),
        )?;
        connection.state().timer = Some(Timer { at, handle });
        Ok(())
    }
}

impl State {
    /// Sets the time until which something has to come; the head has one time for the whole.
    pub(super) fn wait_for(&mut self, waits_for: WaitsFor, time: Duration) {
        if !(waits_for == WaitsFor::Head && self.is_waiting_for(waits_for)) {
            let at = Instant::now() + time;
            self.deadline = Some(Deadline { at, waits_for });
        }
    }

    /// Sets the time for the next part of a body, unless it has one for all of its rest.
    pub(super) fn wait_for_body(&mut self, time: Duration) {
        if !self.is_waiting_for(WaitsFor::Rest) {
            self.wait_for(WaitsFor::Body, time);
        }
    }

    fn is_waiting_for(&self, waits_for: WaitsFor) -> bool {
        self.deadline
            .is_some_and(|deadline| deadline.waits_for == waits_for)
    }
}
