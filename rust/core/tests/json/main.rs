//! The check against a byte-by-byte one, and what is written against slower ways to write it.

mod check;
mod naive_check;
mod naive_write;
mod write;
