//! Forms as `multipart/form-data` (RFC 7578), read as they come.

use std::borrow::Cow;

use super::options::{kind, options};
use super::scanner::{Event, Headers, Malformed, Scanner};
use super::{File, Item};
use crate::params::latin1;

/// Bytes of the longest boundary that is looked for.
const LONGEST_BOUNDARY: usize = 256;

/// What a form may have, and what is kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The number of parts that are no files.
    pub fields: usize,
    /// The number of files.
    pub files: usize,
    /// The bytes of one part that is no file.
    pub field_size: usize,
    /// The bytes of a file that are kept: those of a larger one are [handed on](Form::spilled).
    pub kept: usize,
}

/// Why a body is no form, or too large a one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no multipart body.
    Malformed,
    /// It ends before its closing boundary.
    Incomplete,
    /// A part has no name.
    Unnamed,
    /// There are more fields than allowed.
    Fields,
    /// There are more files than allowed.
    Files,
    /// A field is larger than allowed.
    FieldSize,
}

impl From<Malformed> for Fault {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// A form that is being received.
#[derive(Debug)]
pub struct Form {
    scanner: Scanner,
    content: Content,
}

#[derive(Debug)]
struct Content {
    limits: Limits,
    parts: Vec<Part>,
    fields: usize,
    files: usize,
    /// Parts that have data to hand on.
    spilling: Vec<usize>,
    has_spilled: bool,
}

/// One part of a form.
#[derive(Debug)]
pub struct Part {
    name: Vec<u8>,
    filename: Option<Vec<u8>>,
    headers: Headers,
    data: Vec<u8>,
    is_spilled: bool,
}

impl Form {
    /// A form of which nothing has come, between boundaries that [`boundary`] has given.
    #[must_use]
    pub fn new(boundary: &[u8], limits: Limits) -> Self {
        Self {
            scanner: Scanner::new(boundary),
            content: Content {
                limits,
                parts: Vec::new(),
                fields: 0,
                files: 0,
                spilling: Vec::new(),
                has_spilled: false,
            },
        }
    }

    /// Takes the next piece of the body.
    ///
    /// # Errors
    /// The first fault in the order of the body. Nothing can be done with the form then.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), Fault> {
        let content = &mut self.content;
        self.scanner.write(piece, |event| match event {
            Event::Headers(headers) => content.begin(headers),
            Event::Data(data) => content.extend(data),
            Event::End => Ok(()),
        })
    }

    /// Takes the end of the body.
    ///
    /// # Errors
    /// The form is not complete.
    pub fn finish(&self) -> Result<(), Fault> {
        if self.scanner.may_end() {
            return Ok(());
        }
        Err(Fault::Incomplete)
    }

    /// The parts in their order; files are told by their numbers among them.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.content.parts
    }

    /// The bytes of the parts that are no files, as far as they have come.
    #[must_use]
    pub fn text_size(&self) -> usize {
        let fields = self.parts().iter().filter(|part| part.filename.is_none());
        fields.map(|part| part.data.len()).sum()
    }

    /// The names and what was sent under them, in their order.
    pub fn items(&self) -> impl Iterator<Item = (Cow<'_, str>, Item<'_>)> {
        self.parts().iter().enumerate().map(|(number, part)| {
            let item = match part.filename() {
                None => Item::Text(decode(&part.data)),
                Some(filename) => Item::File(File {
                    number,
                    is_selected: !filename.is_empty() || !part.data.is_empty() || part.is_spilled,
                }),
            };
            (decode(&part.name), item)
        })
    }

    /// Whether the content of a file is not kept.
    #[must_use]
    pub fn has_spilled(&self) -> bool {
        self.content.has_spilled
    }

    /// The data of files that are too large to be kept, each with its number, that has come since
    /// this was called before.
    pub fn spilled(&mut self) -> impl Iterator<Item = (usize, Vec<u8>)> {
        let parts = &mut self.content.parts;
        self.content.spilling.drain(..).filter_map(|number| {
            let data = std::mem::take(&mut parts.get_mut(number)?.data);
            Some((number, data))
        })
    }
}

impl Content {
    fn begin(&mut self, headers: Headers) -> Result<(), Fault> {
        let disposition = headers
            .iter()
            .rfind(|(name, _)| name == b"content-disposition");
        let mut name = None;
        let mut filename = None;
        if let Some((_, disposition)) = disposition {
            for (option, value) in options(disposition) {
                match &*option {
                    b"name" => name = Some(value.into_owned()),
                    b"filename" => filename = Some(value.into_owned()),
                    _ => {}
                }
            }
        }
        let name = name.ok_or(Fault::Unnamed)?;
        let (count, most, fault) = match filename {
            None => (&mut self.fields, self.limits.fields, Fault::Fields),
            Some(_) => (&mut self.files, self.limits.files, Fault::Files),
        };
        *count += 1;
        if *count > most {
            return Err(fault);
        }
        self.parts.push(Part {
            name,
            headers: if filename.is_some() {
                headers
            } else {
                Vec::new()
            },
            filename,
            data: Vec::new(),
            is_spilled: false,
        });
        Ok(())
    }

    fn extend(&mut self, data: &[u8]) -> Result<(), Fault> {
        let number = self.parts.len().saturating_sub(1);
        let Some(part) = self.parts.last_mut() else {
            return Ok(());
        };
        if part.filename.is_none() && part.data.len() + data.len() > self.limits.field_size {
            return Err(Fault::FieldSize);
        }
        part.data.extend_from_slice(data);
        if part.filename.is_some() && (part.is_spilled || part.data.len() > self.limits.kept) {
            part.is_spilled = true;
            self.has_spilled = true;
            if self.spilling.last() != Some(&number) {
                self.spilling.push(number);
            }
        }
        Ok(())
    }
}

impl Part {
    /// The name of the file as it was sent, `None` for a field. [`decode`] makes text of it.
    #[must_use]
    pub fn filename(&self) -> Option<&[u8]> {
        self.filename.as_deref()
    }

    /// The headers of a file: names in lower case, and values.
    #[must_use]
    pub fn headers(&self) -> &[(Vec<u8>, Vec<u8>)] {
        &self.headers
    }

    /// The content that is kept.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

/// Text in UTF-8, or in ISO 8859-1 where it is none.
#[must_use]
pub fn decode(raw: &[u8]) -> Cow<'_, str> {
    str::from_utf8(raw).map_or_else(|_| latin1(raw), Cow::Borrowed)
}

/// The boundary that a `Content-Type` value declares, if it is that of a form which is read here.
///
/// `None` for another media type, for text that is not declared as UTF-8, and for a boundary that is
/// missing, empty, longer than 256 bytes or has a line break.
///
/// ```
/// use ferroapi_core::params::form::multipart::boundary;
///
/// let value = b"Multipart/form-data; charset=UTF-8; boundary=\"a b\"";
/// assert_eq!(boundary(value).as_deref(), Some(&b"a b"[..]));
/// assert_eq!(boundary(b"multipart/form-data"), None);
/// ```
#[must_use]
pub fn boundary(content_type: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !kind(content_type).eq_ignore_ascii_case(b"multipart/form-data") {
        return None;
    }
    let mut boundary = None;
    let mut charset = None;
    for (name, value) in options(content_type) {
        match &*name {
            b"boundary" => boundary = Some(value),
            b"charset" => charset = Some(value),
            _ => {}
        }
    }
    if charset.is_some_and(|charset| !charset.eq_ignore_ascii_case(b"utf-8")) {
        return None;
    }
    boundary.filter(|boundary| {
        (1..=LONGEST_BOUNDARY).contains(&boundary.len())
            && memchr::memchr2(b'\r', b'\n', boundary).is_none()
    })
}
