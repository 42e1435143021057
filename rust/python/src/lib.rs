//! `ferroapi._core`: what needs Python's objects.
//!
//! One file a core module, which converts and words its errors; and what is fast only beside those
//! objects: the server's protocol, encoding, the reading and writing of models.

use pyo3::exceptions::PyException;
use pyo3::panic::PanicException;
use pyo3::prelude::*;

mod asgi_table;
mod compiled;
mod encoders;
mod form;
mod frames;
mod headers;
mod instances;
mod items;
mod json;
mod json_size;
mod media_type;
#[cfg(feature = "panics")]
mod panics;
mod params;
mod plain_errors;
mod response_headers;
mod router;
mod schema_decoder;
mod schema_encoder;
mod server;

/// The compiled part of ferroapi.
// Nobody has tried it without the GIL: an interpreter that can do without then has one.
#[pymodule(gil_used = true)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("__profile_guided__", cfg!(profile_guided))?;
    asgi_table::register(module)?;
    encoders::register(module)?;
    form::register(module)?;
    frames::register(module)?;
    instances::register(module)?;
    json::register(module)?;
    json_size::register(module)?;
    media_type::register(module)?;
    params::register(module)?;
    plain_errors::register(module)?;
    response_headers::register(module)?;
    router::register(module)?;
    schema_decoder::register(module)?;
    schema_encoder::register(module)?;
    server::register(module)?;
    #[cfg(feature = "panics")]
    panics::register(module)?;
    answer_panics(module)
}

/// Makes what Python raises for a panic an `Exception`, which `PyO3` does not: handlers answer it as
/// any other error of an application, and no server sees it.
fn answer_panics(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let panic = module.py().get_type::<PanicException>();
    panic.setattr("__bases__", (module.py().get_type::<PyException>(),))?;
    module.add("PanicException", panic)
}
