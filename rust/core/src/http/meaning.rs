//! The fields of a head that say something about the message itself.

use super::connection::Options;
use super::head::HeadError;
use crate::octets;

/// What they say.
#[derive(Default)]
pub struct Meaning<'a> {
    pub host: Option<&'a [u8]>,
    pub content_length: Option<&'a [u8]>,
    pub transfer_encoding: Option<&'a [u8]>,
    pub connection: Options,
    pub upgrade: Option<&'a [u8]>,
    pub has_several_upgrades: bool,
    pub expects_continue: bool,
}

impl<'a> Meaning<'a> {
    /// Takes note of a field.
    pub fn read(&mut self, name: &[u8], value: &'a [u8]) -> Result<(), HeadError> {
        let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
        match name.len() {
            4 if is(b"host") => once(&mut self.host, value),
            6 if is(b"expect") => {
                self.expects_continue |= octets::elements(value)
                    .any(|expectation| expectation.eq_ignore_ascii_case(b"100-continue"));
                Ok(())
            }
            7 if is(b"upgrade") => {
                self.has_several_upgrades = self.upgrade.replace(value).is_some();
                Ok(())
            }
            10 if is(b"connection") => {
                self.connection.read(value);
                Ok(())
            }
            14 if is(b"content-length") => once(&mut self.content_length, value),
            17 if is(b"transfer-encoding") => once(&mut self.transfer_encoding, value),
            _ => Ok(()),
        }
    }
}

fn once<'a>(place: &mut Option<&'a [u8]>, value: &'a [u8]) -> Result<(), HeadError> {
    match place.replace(value) {
        Some(_) => Err(HeadError::Repeated),
        None => Ok(()),
    }
}
