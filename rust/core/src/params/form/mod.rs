//! Forms: [`urlencoded`] and [`multipart`] ones as they come, and what is taken of them.
//!
//! It differs from what is taken of a query string: an empty text is nothing for a field that takes
//! one value, a file that nobody selected is nothing at all, and every field of a model is a field
//! of the form.

pub mod multipart;
mod options;
mod scanner;
pub mod urlencoded;

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Mode, Wanted};

/// What was sent under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A file.
    File(File),
}

/// A file of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File {
    /// Which part of the form it is.
    pub number: usize,
    /// Whether it has a name or content: browsers send neither for a file nobody selected.
    pub is_selected: bool,
}

impl Item<'_> {
    fn is_selected(&self) -> bool {
        !matches!(self, Self::File(file) if !file.is_selected)
    }

    fn is_nothing(&self) -> bool {
        !self.is_selected() || matches!(self, Self::Text(text) if text.is_empty())
    }
}

/// The items of a form by name, in the order in which their names came first.
#[derive(Debug, Default)]
pub struct Received<'a> {
    fields: Vec<(Cow<'a, str>, Vec<Item<'a>>)>,
    index: HashMap<Cow<'a, str>, usize>,
}

impl<'a> Received<'a> {
    /// Takes all items.
    #[must_use]
    pub fn new(items: impl Iterator<Item = (Cow<'a, str>, Item<'a>)>) -> Self {
        let mut received = Self::default();
        for (name, item) in items {
            if let Some((_, items)) = received
                .index
                .get(&name)
                .and_then(|&number| received.fields.get_mut(number))
            {
                items.push(item);
            } else {
                received.index.insert(name.clone(), received.fields.len());
                received.fields.push((name, vec![item]));
            }
        }
        received
    }

    /// What fills a slot, and the number of the name that it came under.
    ///
    /// A name whose last value is empty is passed over, unless all values are wanted, and so is one
    /// of nothing but files that nobody selected.
    #[must_use]
    pub fn find(&self, wanted: &Wanted) -> Option<(usize, Taken<'_>)> {
        wanted.names.iter().enumerate().find_map(|(number, name)| {
            let items = self.items(name)?;
            let one = match wanted.mode {
                Mode::All => {
                    let sent: Vec<_> = items.iter().filter(|item| item.is_selected()).collect();
                    return (!sent.is_empty()).then_some((number, Taken::All(sent)));
                }
                Mode::First => items.first()?,
                Mode::Last => items.last()?,
            };
            (!one.is_nothing()).then_some((number, Taken::One(one)))
        })
    }

    fn items(&self, name: &str) -> Option<&[Item<'a>]> {
        let (_, items) = self.fields.get(*self.index.get(name)?)?;
        Some(items)
    }
}

/// What fills a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken<'f> {
    /// One item.
    One(&'f Item<'f>),
    /// All items of a name.
    All(Vec<&'f Item<'f>>),
}

/// What a model is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member<'f> {
    /// A field of the model by its number, and the number of the name it came under.
    Field(usize, usize, Taken<'f>),
    /// Anything else that was sent, by its name: a list of items unless there is only one.
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
            let passed = found
                .as_ref()
                .map_or(wanted.names.len(), |(name, _)| name + 1);
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
        members.extend(others.map(|((name, items), _)| {
            let taken = match items.as_slice() {
                [item] => Taken::One(item),
                items => Taken::All(items.iter().collect()),
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
