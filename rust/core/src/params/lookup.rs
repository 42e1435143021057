//! From the names in a request to the slots that want them.

use std::collections::HashMap;

use super::Mode;

/// Up to this many names are compared one by one, which is quicker than hashing.
const FEW: usize = 8;

/// A wanted name, by its number where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name(usize);

/// The wanted names of one place, and the slots they fill.
///
/// Finding a name costs a comparison with each of a few names, or one hash (keyed at random, for
/// the names come from the client) when they are many.
#[derive(Debug)]
pub(super) struct Lookup {
    index: Index,
    keep: Vec<Mode>,
    slots: Vec<Slot>,
}

#[derive(Debug)]
enum Index {
    Few(Vec<Box<[u8]>>),
    Many(HashMap<Box<[u8]>, usize>),
}

#[derive(Debug)]
struct Slot {
    names: Vec<Name>,
    mode: Mode,
}

impl Lookup {
    /// Compiles the slots, each given as its names, the preferred one first.
    pub(super) fn new(slots: impl IntoIterator<Item = (Vec<Vec<u8>>, Mode)>) -> Self {
        let mut known = HashMap::new();
        let mut keep: Vec<Mode> = Vec::new();
        let slots = slots
            .into_iter()
            .map(|(names, mode)| {
                let names = names.into_iter().map(|name| {
                    let name = *known.entry(name.into_boxed_slice()).or_insert(keep.len());
                    match keep.get_mut(name) {
                        // Slots that disagree choose from all values.
                        Some(kept) if *kept != mode => *kept = Mode::All,
                        Some(_) => (),
                        None => keep.push(mode),
                    }
                    Name(name)
                });
                Slot {
                    names: names.collect(),
                    mode,
                }
            })
            .collect();
        let index = if known.len() <= FEW {
            let mut names: Vec<_> = known.into_iter().collect();
            names.sort_unstable_by_key(|&(_, number)| number);
            Index::Few(names.into_iter().map(|(name, _)| name).collect())
        } else {
            Index::Many(known)
        };
        Self { index, keep, slots }
    }

    /// The wanted name with exactly these bytes.
    pub(super) fn find(&self, name: &[u8]) -> Option<Name> {
        match &self.index {
            Index::Few(names) => names.iter().position(|wanted| **wanted == *name),
            Index::Many(names) => names.get(name).copied(),
        }
        .map(Name)
    }

    /// Room for the values of one request.
    pub(super) fn found<T>(&self) -> Found<'_, T> {
        Found {
            lookup: self,
            kept: self.keep.iter().map(|_| Kept::Nothing).collect(),
        }
    }
}

/// The values of wanted names in one request, as they were, not decoded.
#[derive(Debug)]
pub struct Found<'l, T> {
    lookup: &'l Lookup,
    kept: Vec<Kept<T>>,
}

#[derive(Debug)]
enum Kept<T> {
    Nothing,
    One(T),
    All(Vec<T>),
}

/// What fills a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'f, T> {
    /// For [`Mode::First`] and [`Mode::Last`].
    One(&'f T),
    /// For [`Mode::All`]; never empty.
    All(&'f [T]),
}

impl<T> Found<'_, T> {
    /// Keeps a value of `name`, unless an earlier one is wanted instead of it.
    pub fn keep(&mut self, name: Name, value: T) {
        let Some((mode, kept)) = self.lookup.keep.get(name.0).zip(self.kept.get_mut(name.0)) else {
            return;
        };
        match (mode, kept) {
            (Mode::First, Kept::One(_)) => (),
            (Mode::All, Kept::All(values)) => values.push(value),
            (Mode::All, kept) => *kept = Kept::All(vec![value]),
            (Mode::First | Mode::Last, kept) => *kept = Kept::One(value),
        }
    }

    /// What fills the slots, with the number of each; slots without a value are left out.
    pub fn values(&self) -> impl Iterator<Item = (usize, Value<'_, T>)> {
        self.lookup
            .slots
            .iter()
            .enumerate()
            .filter_map(|(number, slot)| {
                let value = slot
                    .names
                    .iter()
                    .find_map(|name| self.kept.get(name.0)?.value(slot.mode))?;
                Some((number, value))
            })
    }
}

impl<T> Kept<T> {
    fn value(&self, mode: Mode) -> Option<Value<'_, T>> {
        match (self, mode) {
            (Self::Nothing, _) => None,
            (Self::One(value), _) => Some(Value::One(value)),
            (Self::All(values), Mode::First) => values.first().map(Value::One),
            (Self::All(values), Mode::Last) => values.last().map(Value::One),
            (Self::All(values), Mode::All) => Some(Value::All(values)),
        }
    }
}
