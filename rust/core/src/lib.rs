//! The compiled half of ferroapi: everything between an ASGI scope and a
//! validator that does not need an interpreter.
#![forbid(unsafe_code)]

pub mod frames;
pub mod json;
pub mod media_type;
pub mod params;
pub mod router;
