//! Forms as `application/x-www-form-urlencoded` (URL standard, section 5), read as they come.
//!
//! Names and values are those of a query string ([`query`]). What is taken of them differs: an
//! empty text is nothing for a field that takes one value, and every field of a model is a field of
//! the form.

use std::borrow::Cow;
use std::collections::HashMap;

use super::query;
use super::{Mode, Wanted};

/// What a form may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The number of fields.
    pub fields: usize,
    /// The bytes of the name and the value of one field, as they are sent.
    pub field_size: usize,
}

/// Which of the [`Limits`] is exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// There are more fields.
    Fields,
    /// A field is larger.
    FieldSize,
}

/// A form that is being received. It keeps no more than its limits allow.
#[derive(Debug)]
pub struct Form {
    limits: Limits,
    /// The fields without the empty ones, each with its separator behind it.
    text: Vec<u8>,
    fields: usize,
    current: Option<Current>,
}

/// The field whose end has not come yet.
#[derive(Debug, Default)]
struct Current {
    size: usize,
    has_value: bool,
}

impl Form {
    /// A form of which nothing has come.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            text: Vec::new(),
            fields: 0,
            current: None,
        }
    }

    /// Takes the next part of the body.
    ///
    /// # Errors
    /// The first limit that is exceeded. Nothing can be done with the form then.
    pub fn write(&mut self, chunk: &[u8]) -> Result<(), Excess> {
        let mut rest = chunk;
        while !rest.is_empty() {
            let Some(end) = memchr::memchr(b'&', rest) else {
                return self.extend(rest);
            };
            let (part, after) = rest.split_at(end);
            self.extend(part)?;
            self.finish()?;
            rest = after.get(1..).unwrap_or_default();
        }
        Ok(())
    }

    /// Ends the field that has begun, if there is one: at a separator, and at the end of the body.
    ///
    /// # Errors
    /// There are more fields than allowed.
    pub fn finish(&mut self) -> Result<(), Excess> {
        if self.current.take().is_some() {
            self.fields += 1;
            if self.fields > self.limits.fields {
                return Err(Excess::Fields);
            }
            self.text.push(b'&');
        }
        Ok(())
    }

    /// The names and values as they were sent, in their order. [`query::decode`] makes text of them.
    pub fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        query::pairs(&self.text)
    }

    fn extend(&mut self, part: &[u8]) -> Result<(), Excess> {
        if part.is_empty() {
            return Ok(());
        }
        let current = self.current.get_or_insert_default();
        current.size += part.len();
        if !current.has_value && memchr::memchr(b'=', part).is_some() {
            current.has_value = true;
            current.size -= 1;
        }
        if current.size > self.limits.field_size {
            return Err(Excess::FieldSize);
        }
        self.text.extend_from_slice(part);
        Ok(())
    }
}

/// The decoded fields of a form by name, in the order in which their names came first.
#[derive(Debug, Default)]
pub struct Received<'a> {
    fields: Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)>,
    index: HashMap<Cow<'a, str>, usize>,
}

impl<'a> Received<'a> {
    /// Decodes all fields.
    #[must_use]
    pub fn new(pairs: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Self {
        let mut received = Self::default();
        for (name, value) in pairs {
            let name = query::decode(name);
            let value = query::decode(value);
            if let Some((_, values)) = received
                .index
                .get(&name)
                .and_then(|&number| received.fields.get_mut(number))
            {
                values.push(value);
            } else {
                received.index.insert(name.clone(), received.fields.len());
                received.fields.push((name, vec![value]));
            }
        }
        received
    }

    /// What fills a slot, and the number of the name that it came under.
    ///
    /// A name whose last value is empty is passed over, unless all values are wanted.
    #[must_use]
    pub fn find(&self, wanted: &Wanted) -> Option<(usize, Taken<'_>)> {
        wanted.names.iter().enumerate().find_map(|(number, name)| {
            let values = self.values(name)?;
            let taken = match wanted.mode {
                Mode::All => Taken::All(values),
                Mode::First => Taken::One(values.first()?),
                Mode::Last => Taken::One(values.last()?),
            };
            (!matches!(taken, Taken::One(""))).then_some((number, taken))
        })
    }

    fn values(&self, name: &str) -> Option<&[Cow<'_, str>]> {
        let (_, values) = self.fields.get(*self.index.get(name)?)?;
        Some(values)
    }
}

/// What fills a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken<'f> {
    /// One value.
    One(&'f str),
    /// All values of a name.
    All(&'f [Cow<'f, str>]),
}

/// What a model is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member<'f> {
    /// A field of the model by its number, and the number of the name it came under.
    Field(usize, usize, Taken<'f>),
    /// Anything else that was sent, by its name: a list of values unless there is only one.
    Other(&'f str, Taken<'f>),
}

/// A model whose fields are fields of the form.
#[derive(Debug)]
pub struct Model {
    fields: Vec<Wanted>,
    is_nullable: bool,
    takes_others: bool,
}

impl Model {
    /// Compiles a model.
    ///
    /// One that is nullable is there only if one of its names was sent, if only with an empty
    /// text, or, where it takes others, any name.
    pub fn new(
        fields: impl IntoIterator<Item = Wanted>,
        is_nullable: bool,
        takes_others: bool,
    ) -> Self {
        Self {
            fields: fields.into_iter().collect(),
            is_nullable,
            takes_others,
        }
    }

    /// The fields of the model in the order of their declaration, then all other names; `None`
    /// when a nullable model is not there.
    ///
    /// A name that was not needed, since one before it had a value, is one of the others.
    #[must_use]
    pub fn read<'f>(&self, received: &'f Received<'_>) -> Option<Vec<Member<'f>>> {
        if self.is_nullable && !self.is_supplied(received) {
            return None;
        }
        let mut used = vec![false; received.fields.len()];
        let mut members = Vec::with_capacity(self.fields.len());
        for (number, wanted) in self.fields.iter().enumerate() {
            let found = received.find(wanted);
            let passed = found.map_or(wanted.names.len(), |(name, _)| name + 1);
            for name in wanted.names.iter().take(passed) {
                if let Some(used) = received
                    .index
                    .get(name.as_str())
                    .and_then(|&field| used.get_mut(field))
                {
                    *used = true;
                }
            }
            if let Some((name, taken)) = found {
                members.push(Member::Field(number, name, taken));
            }
        }
        let others = received.fields.iter().zip(used).filter(|(_, used)| !used);
        members.extend(others.map(|((name, values), _)| {
            let taken = match values.as_slice() {
                [value] => Taken::One(value),
                values => Taken::All(values),
            };
            Member::Other(name, taken)
        }));
        Some(members)
    }

    fn is_supplied(&self, received: &Received<'_>) -> bool {
        (self.takes_others && !received.fields.is_empty())
            || self
                .fields
                .iter()
                .flat_map(|wanted| &wanted.names)
                .any(|name| received.index.contains_key(name.as_str()))
    }
}

/// Whether a `Content-Type` value says that the content is such a form, in any case and with any
/// parameters.
///
/// ```
/// use ferroapi_core::params::form::is_urlencoded;
///
/// assert!(is_urlencoded(b"application/x-www-form-urlencoded; charset=utf-8"));
/// assert!(!is_urlencoded(b"multipart/form-data; boundary=x"));
/// ```
#[must_use]
pub fn is_urlencoded(value: &[u8]) -> bool {
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    let mut media_type = value.get(..end).unwrap_or_default();
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = media_type {
        media_type = rest;
    }
    media_type.eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}
