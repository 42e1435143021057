//! What is looked for against byte-by-byte searches, and what is written against slower ways to write it.

mod check;
mod collision;
mod naive_check;
mod naive_write;
mod number;
mod rfc3339;
mod syntax;
mod uuid;
mod write;
