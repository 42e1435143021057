//! What an HTTP/1.1 server has to decide about bytes (RFC 9110, RFC 9112): where a request's
//! [`head`] ends and what it says, how long its body is ([`length`], [`chunked`]), what its
//! [`target`] names, and how a [`response`] and its line in the [`access_log`] are
//! written.
//!
//! Nothing here reads or writes a socket. What the RFCs leave to a server's discretion is refused:
//! two programs that read the same bytes differently are how one client's request becomes part of
//! another's. Whatever refuses a head or a body has lost the place where the next request begins,
//! so that the connection has to be closed after the answer.

pub mod access_log;
pub mod chunked;
mod connection;
pub mod head;
mod host;
pub mod length;
mod lines;
mod meaning;
pub mod moment;
pub mod response;
pub mod target;
