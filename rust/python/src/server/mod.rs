//! An HTTP/1.1 protocol for the event loops of asyncio, and the ASGI of its applications.

mod access_log;
mod asked;
mod awaitable;
mod connection;
mod direct;
mod dispatch;
mod exchange;
mod flow;
mod reading;
mod received;
mod receiving;
mod refusal;
mod response;
mod run;
mod scope;
mod sending;
mod settings;
mod timing;

use pyo3::prelude::*;

/// Adds the classes to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<access_log::AccessLog>()?;
    module.add_class::<settings::ServerSettings>()?;
    module.add_class::<direct::DirectTable>()?;
    module.add_class::<direct::DirectRequest>()?;
    module.add_class::<connection::HTTPConnection>()
}
