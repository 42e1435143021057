//! What the `Connection` fields of a request ask for (RFC 9110, section 7.6.1).

use crate::octets;

/// The options that mean something to a server. Others are somebody else's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The connection is to be closed after the response.
    pub close: bool,
    /// `Upgrade` is meant for this connection.
    pub upgrade: bool,
}

impl Options {
    /// Takes note of one field.
    pub fn read(&mut self, value: &[u8]) {
        for option in octets::elements(value) {
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.upgrade |= option.eq_ignore_ascii_case(b"upgrade");
        }
    }

    /// Whether another request may follow (RFC 9112, section 9.3). In HTTP/1.0 none does: to keep
    /// the connection is the client's wish there, and the server need not.
    pub fn is_persistent(self, minor_version: u8) -> bool {
        minor_version > 0 && !self.close
    }
}
