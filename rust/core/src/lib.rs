//! The compiled half of ferroapi: everything between an ASGI scope and a validator that does not
//! need an interpreter.
#![forbid(unsafe_code)]

mod decimal;
pub mod frames;
mod hexadecimal;
pub mod http;
pub mod json;
pub mod media_type;
mod octets;
pub mod params;
pub mod router;
