//! `ferroapi._core`: conversions between Python objects and `ferroapi_core`.
//!
//! One file a core module; nothing here decides anything.

use pyo3::prelude::*;

mod encoders;
mod form;
mod frames;
mod instances;
mod items;
mod json;
mod json_size;
mod media_type;
mod params;
mod response_headers;
mod router;
mod schema_decoder;
mod schema_encoder;
mod server;

/// The compiled part of ferroapi.
#[pymodule(gil_used = false)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    encoders::register(module)?;
    form::register(module)?;
    frames::register(module)?;
    instances::register(module)?;
    json::register(module)?;
    json_size::register(module)?;
    media_type::register(module)?;
    params::register(module)?;
    response_headers::register(module)?;
    router::register(module)?;
    schema_decoder::register(module)?;
    schema_encoder::register(module)?;
    server::register(module)
}
