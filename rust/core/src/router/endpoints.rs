//! The routes that end at one place of the tree.

use super::Protocol;

/// The routes whose patterns differ in nothing but parameter names.
///
/// Only what can matter is kept: for each method the first declared route, so that a thousand
/// routes of one path cost no more than its methods.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    /// `(method, rank)`, sorted by method.
    methods: Vec<(usize, usize)>,
    every_method: Option<usize>,
    websocket: Option<usize>,
}

impl Endpoints {
    /// Adds a route. Ranks must come in ascending order.
    pub(super) fn add(&mut self, protocol: Protocol, methods: &[usize], rank: usize) {
        if protocol != Protocol::Http {
            self.websocket.get_or_insert(rank);
        }
        if protocol == Protocol::WebSocket {
            return;
        }
        if methods.is_empty() {
            self.every_method.get_or_insert(rank);
        }
        for method in methods {
            if let Err(place) = self
                .methods
                .binary_search_by_key(method, |&(known, _)| known)
            {
                self.methods.insert(place, (*method, rank));
            }
        }
    }

    /// The first declared HTTP route that has the method, `None` being one that no route names.
    pub(super) fn http(&self, method: Option<usize>) -> Option<usize> {
        let named = method.and_then(|method| {
            let place = self
                .methods
                .binary_search_by_key(&method, |&(known, _)| known)
                .ok()?;
            self.methods.get(place).map(|&(_, rank)| rank)
        });
        match (named, self.every_method) {
            (Some(named), Some(every)) => Some(named.min(every)),
            (named, every) => named.or(every),
        }
    }

    pub(super) fn has_http(&self) -> bool {
        self.every_method.is_some() || !self.methods.is_empty()
    }

    /// The first declared WebSocket route.
    pub(super) fn websocket(&self) -> Option<usize> {
        self.websocket
    }

    /// The HTTP routes that name a method no earlier one names.
    pub(super) fn ranks(&self) -> impl Iterator<Item = usize> {
        self.methods.iter().map(|&(_, rank)| rank)
    }
}
