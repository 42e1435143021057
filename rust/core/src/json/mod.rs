//! JSON, where bytes are all that is needed: what a body may not contain, what is wrong with text
//! that is none, and how values are written.

mod check;
mod collision;
mod float;
mod number;
mod number_hash;
mod rfc3339;
mod syntax;
mod unicode_digits;
mod uuid;
mod write;

pub use check::{Fault, FaultKind, MAX_DEPTH, check};
pub use collision::collision;
pub use float::write_float;
pub use number::has_long_integer;
pub use rfc3339::{write_date, write_offset, write_time};
pub use syntax::{SyntaxError, SyntaxErrorKind, syntax_error};
pub use uuid::write_uuid;
pub use write::{write_ascii_string, write_integer, write_string};
