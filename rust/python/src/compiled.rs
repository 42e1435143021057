//! What was compiled of routes, by their index, until everything is forgotten.

use std::sync::{Mutex, MutexGuard, PoisonError};

pub struct Compiled<T>(Mutex<Kept<T>>);

struct Kept<T> {
    known: Vec<Option<T>>,
    /// How often everything was forgotten.
    version: usize,
}

/// Of when something is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Version(usize);

impl<T> Compiled<T> {
    pub const fn new() -> Self {
        Self(Mutex::new(Kept {
            known: Vec::new(),
            version: 0,
        }))
    }

    fn kept(&self) -> MutexGuard<'_, Kept<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `copy` gives for what is known of a route. It must not call into Python.
    pub fn get<C>(&self, index: usize, copy: impl FnOnce(&T) -> C) -> Option<C> {
        self.kept().known.get(index)?.as_ref().map(copy)
    }

    /// To be asked before something is compiled.
    pub fn version(&self) -> Version {
        Version(self.kept().version)
    }

    /// Keeps what was compiled, unless everything was forgotten since: then the next request
    /// compiles it again.
    pub fn keep(&self, index: usize, version: Version, made: T) {
        let mut kept = self.kept();
        if Version(kept.version) == version {
            let length = kept.known.len().max(index + 1);
            kept.known.resize_with(length, || None);
            if let Some(known) = kept.known.get_mut(index) {
                *known = Some(made);
            }
        }
    }

    pub fn clear(&self) {
        let mut kept = self.kept();
        kept.version = kept.version.wrapping_add(1);
        let forgotten = std::mem::take(&mut kept.known);
        drop(kept);
        // Who is freed by that may ask for something here.
        drop(forgotten);
    }

    /// Has a garbage collection visit everything that is kept.
    pub fn visit<E>(&self, visit: impl FnMut(&T) -> Result<(), E>) -> Result<(), E> {
        // It may come while the lock is held; what is held then is alive.
        self.0.try_lock().map_or(Ok(()), |kept| {
            kept.known.iter().flatten().try_for_each(visit)
        })
    }
}
