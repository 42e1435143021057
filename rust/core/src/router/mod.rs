//! Finds the route of a request.
//!
//! # What it decides
//!
//! A table of routes, in order of declaration, is asked for a method and a percent-decoded path.
//! The answer is the one that a scan from the first route to the last would give, each pattern read
//! as Python's `re.match("^...$", path)`:
//!
//! 1. the first declared route that has the path *and* the method;
//! 2. else [`Lookup::MethodNotAllowed`] when some route has the path;
//! 3. else [`Lookup::Redirect`] when a route has the path with its trailing slashes removed or,
//!    when it has none, with one added;
//! 4. else [`Lookup::NotFound`].
//!
//! # Patterns
//!
//! Text with `{name}` or `{name:convertor}`; braces that are not a parameter are text.
//!
//! | convertor | expression | |
//! |---|---|---|
//! | `str` (default) | `[^/]+` | a newline is allowed |
//! | `path` | `.*` | a newline is not allowed |
//! | `int` | `[0-9]+` | |
//! | `float` | `[0-9]+(\.[0-9]+)?` | |
//! | `uuid` | 8-4-4-4-12 hexadecimal digits | each hyphen is optional |
//!
//! As `$` does in Python, the end of a pattern also matches in front of one newline that ends the
//! path. A pattern that does not start with a slash ignores case, and a `:port` at its end.
//!
//! # How it works
//!
//! The patterns form a trie whose edges are whole segments, the text between slashes:
//!
//! ```text
//! 0 /users/{id}          root -- users --> . -- {} --> [0]
//! 1 /users/me                              '--- me --> [1]
//! 2 /files/{path:path}        '- files --> . == {path} ==> [2]
//! ```
//!
//! Static segments are looked up in a hash map. A segment with parameters is an edge of its own,
//! shared by all routes that write it alike, whatever the names. From the first `path` parameter
//! on, which can span slashes, the rest of the pattern is a single edge that takes the rest of the
//! path (`==>`). Edges with text around their parameters are found by that text, in hash maps too.
//! One parameter is matched by hand; several in one segment, where greed decides who gets what, by
//! a regular expression that cannot backtrack.
//!
//! A lookup follows every edge that fits, and drops a branch as soon as its lowest rank (index of
//! declaration) cannot beat the full match at hand. Captures are taken afterwards, from the winner
//! only.
//!
//! # What it costs
//!
//! Time is linear in the length of the path for each trie node visited, and each node is visited at
//! most once. At a segment the number of nodes grows by the number of *different* ways the table
//! writes a segment that fits (its text, `{}`, `{:int}`, `{}.json`, ...), not by the number of
//! routes: one or two in practice. Three things in a table can make a lookup dearer:
//!
//! * alternatives that repeat on every level (`/a/{y}`, `/{x}/b`, ...) multiply; the number of
//!   nodes in the trie is the limit;
//! * edges of one node whose text before the first and after the last parameter is the same
//!   (`{a}-x-{b}`, `{a}-y-{b}`) are tried one by one;
//! * edges of one node whose outer texts differ in *length* cost one hash each.
//!
//! Nothing that a client sends can add to this. A redirect or a miss costs a second walk. Memory is
//! linear in the length of the patterns.

mod endpoints;
mod matcher;
mod pattern;
mod root_path;
mod tree;

use endpoints::Endpoints;
pub use pattern::PatternError;
pub use root_path::below;
use tree::{Capture, Tree};

/// The kind of connection a route serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP requests.
    Http,
    /// WebSocket connections.
    WebSocket,
    /// Both, as a mounted application does.
    Any,
}

/// One row of the table a [`Router`] is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The path pattern.
    pub pattern: String,
    /// The kind of connection.
    pub protocol: Protocol,
    /// The HTTP methods, compared exactly. `None` and an empty list mean every method.
    pub methods: Option<Vec<String>>,
}

/// A route that has the path, and what its parameters captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<'p> {
    /// Index of the route in the table.
    pub index: usize,
    /// One text for each parameter, in the order of [`Router::names`].
    pub captures: Vec<&'p str>,
}

/// The answer to an HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<'r, 'p> {
    /// The first declared route that has the path and the method.
    Found(Match<'p>),
    /// Routes have the path, none has the method.
    MethodNotAllowed {
        /// The first declared route that has the path.
        first: Match<'p>,
        /// The methods of all routes that have the path, in order of declaration, each once.
        allowed: Vec<&'r str>,
    },
    /// Only this path, which differs in trailing slashes, exists.
    Redirect(String),
    /// Nothing has the path.
    NotFound,
}

/// What is kept of a route beside its place in the tree.
#[derive(Debug)]
struct Entry {
    names: Vec<String>,
    captures: Vec<Capture>,
    /// Indices into [`Router::methods`].
    methods: Vec<usize>,
}

/// An immutable table of routes.
///
/// ```
/// use ferroapi_core::router::{Lookup, Protocol, Route, Router};
///
/// let router = Router::new([Route {
///     pattern: "/users/{id:int}".into(),
///     protocol: Protocol::Http,
///     methods: Some(vec!["GET".into()]),
/// }])?;
/// let Lookup::Found(found) = router.find("GET", "/users/7") else {
///     unreachable!()
/// };
/// assert_eq!((found.index, found.captures), (0, vec!["7"]));
/// assert_eq!(router.names(0), ["id"]);
/// # Ok::<(), ferroapi_core::router::PatternError>(())
/// ```
#[derive(Debug)]
pub struct Router {
    tree: Tree,
    entries: Vec<Entry>,
    /// Every method of the table, sorted.
    methods: Vec<String>,
    redirect_slashes: bool,
}

impl Router {
    /// Compiles a table of routes; the order is the order of declaration.
    ///
    /// # Errors
    ///
    /// The first pattern that cannot be compiled.
    pub fn new(routes: impl IntoIterator<Item = Route>) -> Result<Self, PatternError> {
        let routes: Vec<Route> = routes.into_iter().collect();
        let mut methods: Vec<String> = routes
            .iter()
            .filter_map(|route| route.methods.as_ref())
            .flatten()
            .cloned()
            .collect();
        methods.sort_unstable();
        methods.dedup();

        let mut builder = tree::Builder::default();
        let mut entries = Vec::with_capacity(routes.len());
        for (rank, route) in routes.iter().enumerate() {
            let pattern = pattern::Pattern::parse(&route.pattern)?;
            let own: Vec<usize> = route
                .methods
                .iter()
                .flatten()
                .filter_map(|method| methods.binary_search(method).ok())
                .collect();
            let (endpoints, captures) = builder.insert(&pattern, rank)?;
            endpoints.add(route.protocol, &own, rank);
            entries.push(Entry {
                names: pattern.names,
                captures,
                methods: own,
            });
        }
        Ok(Self {
            tree: builder.finish(),
            entries,
            methods,
            redirect_slashes: true,
        })
    }

    /// Whether [`Router::find`] answers [`Lookup::Redirect`]; it does unless told otherwise.
    #[must_use]
    pub fn redirect_slashes(mut self, redirect_slashes: bool) -> Self {
        self.redirect_slashes = redirect_slashes;
        self
    }

    /// The parameter names of a route, in order of appearance.
    ///
    /// Empty for an index that is not in the table.
    #[must_use]
    pub fn names(&self, index: usize) -> &[String] {
        self.entries.get(index).map_or(&[], |entry| &entry.names)
    }

    /// Answers an HTTP request.
    #[must_use]
    pub fn find<'p>(&self, method: &str, path: &'p str) -> Lookup<'_, 'p> {
        let method = self
            .methods
            .binary_search_by(|known| known.as_str().cmp(method))
            .ok();
        let mut best = None;
        let mut mismatched: Vec<&Endpoints> = Vec::new();
        self.tree.walk(path, |endpoints| {
            if let Some(rank) = endpoints.http(method) {
                best = Some(best.map_or(rank, |best: usize| best.min(rank)));
            } else if endpoints.has_http() {
                mismatched.push(endpoints);
            }
            best.unwrap_or(usize::MAX)
        });
        if let Some(index) = best {
            return Lookup::Found(self.matched(index, path));
        }
        if !mismatched.is_empty() {
            return self.method_not_allowed(&mismatched, path);
        }
        match self.redirect_target(path) {
            Some(target) if self.has_http(&target) => Lookup::Redirect(target),
            _ => Lookup::NotFound,
        }
    }

    /// Answers a WebSocket handshake.
    #[must_use]
    pub fn find_websocket<'p>(&self, path: &'p str) -> Option<Match<'p>> {
        let mut best = None;
        self.tree.walk(path, |endpoints| {
            if let Some(rank) = endpoints.websocket() {
                best = Some(best.map_or(rank, |best: usize| best.min(rank)));
            }
            best.unwrap_or(usize::MAX)
        });
        best.map(|index| self.matched(index, path))
    }

    fn matched<'p>(&self, index: usize, path: &'p str) -> Match<'p> {
        let mut captures = Vec::new();
        if let Some(entry) = self.entries.get(index) {
            captures.reserve_exact(entry.names.len());
            tree::capture(&entry.captures, path, &mut captures);
        }
        Match { index, captures }
    }

    fn method_not_allowed<'p>(&self, mismatched: &[&Endpoints], path: &'p str) -> Lookup<'_, 'p> {
        let mut ranks: Vec<usize> = mismatched.iter().flat_map(|found| found.ranks()).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let Some(&first) = ranks.first() else {
            return Lookup::NotFound;
        };
        let mut seen = vec![false; self.methods.len()];
        let mut allowed = Vec::new();
        for entry in ranks.iter().filter_map(|&rank| self.entries.get(rank)) {
            for &method in &entry.methods {
                if let (Some(seen), Some(name)) = (seen.get_mut(method), self.methods.get(method))
                    && !std::mem::replace(seen, true)
                {
                    allowed.push(name.as_str());
                }
            }
        }
        Lookup::MethodNotAllowed {
            first: self.matched(first, path),
            allowed,
        }
    }

    fn redirect_target(&self, path: &str) -> Option<String> {
        if !self.redirect_slashes || path == "/" {
            None
        } else if path.ends_with('/') {
            Some(path.trim_end_matches('/').to_owned())
        } else {
            Some([path, "/"].concat())
        }
    }

    fn has_http(&self, path: &str) -> bool {
        let mut found = false;
        self.tree.walk(path, |endpoints| {
            found |= endpoints.has_http();
            if found { 0 } else { usize::MAX }
        });
        found
    }
}
