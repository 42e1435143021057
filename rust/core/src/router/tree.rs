//! The trie of patterns and the walk along a path.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::endpoints::Endpoints;
use super::matcher::{Literal, Matcher, expression, without_newline};
use super::pattern::{Convertor, Part, Pattern, PatternError, Step};

/// A place in the trie: everything in front of it is matched.
#[derive(Debug)]
struct Node {
    /// The lowest rank here and below.
    first: usize,
    /// Children by the exact text of the segment.
    statics: HashMap<Literal, usize>,
    /// Children by segments with parameters.
    segments: Option<Box<Edges>>,
    /// Ends that take the rest of the path.
    tails: Option<Box<Edges>>,
    /// The routes that end here.
    endpoints: Endpoints,
}

impl Node {
    fn new(first: usize) -> Self {
        Self {
            first,
            statics: HashMap::new(),
            segments: None,
            tails: None,
            endpoints: Endpoints::default(),
        }
    }
}

#[derive(Debug)]
struct Edge {
    matcher: Arc<Matcher>,
    node: usize,
}

/// Edges found by the text in front of their first and behind their last parameter.
#[derive(Debug, Default)]
struct Edges {
    /// Those with neither.
    bare: Vec<Edge>,
    /// The lengths, in bytes, of the two texts of all others.
    lengths: Vec<(usize, usize)>,
    /// All others, by prefix, then by suffix.
    affixed: HashMap<Literal, HashMap<Literal, Vec<Edge>>>,
}

impl Edges {
    fn add(&mut self, edge: Edge) {
        let Matcher { prefix, suffix, .. } = &*edge.matcher;
        let lengths = (prefix.len(), suffix.len());
        if lengths == (0, 0) {
            self.bare.push(edge);
            return;
        }
        if !self.lengths.contains(&lengths) {
            self.lengths.push(lengths);
        }
        let by_suffix = self.affixed.entry(prefix.clone()).or_default();
        by_suffix.entry(suffix.clone()).or_default().push(edge);
    }

    /// Visits the edges whose outer texts fit; their matchers decide.
    fn candidates<'t>(&'t self, text: &str, mut visit: impl FnMut(&'t Edge)) {
        self.bare.iter().for_each(&mut visit);
        for &(prefix, suffix) in &self.lengths {
            let Some(by_suffix) = text.get(..prefix).and_then(|text| self.affixed.get(text)) else {
                continue;
            };
            let ending = |text| ending(text, suffix);
            let whole = ending(text);
            let trimmed = without_newline(text)
                .and_then(ending)
                .filter(|end| Some(*end) != whole);
            for edges in [whole, trimmed]
                .into_iter()
                .flatten()
                .filter_map(|end| by_suffix.get(end))
            {
                edges.iter().for_each(&mut visit);
            }
        }
    }
}

/// The last `length` bytes of a text, if they are whole characters.
fn ending(text: &str, length: usize) -> Option<&str> {
    text.get(text.len().checked_sub(length)?..)
}

/// Where the parameters of one edge of a route are in a path.
#[derive(Debug)]
pub(super) struct Capture {
    /// How many slashes behind the segment of the capture before.
    skip: usize,
    is_tail: bool,
    matcher: Arc<Matcher>,
}

/// Appends what a route captures of a path that it matches.
pub(super) fn capture<'p>(plan: &[Capture], path: &'p str, captures: &mut Vec<&'p str>) {
    let mut rest = path;
    for capture in plan {
        for _ in 0..capture.skip {
            rest = split_segment(rest).1.unwrap_or_default();
        }
        let text = if capture.is_tail {
            rest
        } else {
            split_segment(rest).0
        };
        capture.matcher.capture(text, captures);
    }
}

/// The text in front of the first slash, and behind it if there is one.
fn split_segment(text: &str) -> (&str, Option<&str>) {
    match memchr::memchr(b'/', text.as_bytes()).and_then(|slash| text.split_at_checked(slash)) {
        Some((segment, rest)) => (segment, rest.strip_prefix('/')),
        None => (text, None),
    }
}

/// All patterns of a table.
#[derive(Debug)]
pub(super) struct Tree {
    /// The first is the place behind the slash that starts a path.
    nodes: Vec<Node>,
    /// Patterns that do not start with a slash and yet can match one.
    floating: Vec<Edge>,
    /// All other patterns that do not start with a slash.
    unrooted: Vec<Edge>,
}

impl Tree {
    /// Visits the routes that have a path, those with alike patterns at once, in no particular
    /// order.
    ///
    /// `visit` returns the rank from which on routes are of no interest.
    pub(super) fn walk<'t>(&'t self, path: &str, visit: impl FnMut(&'t Endpoints) -> usize) {
        let mut walk = Walk {
            nodes: &self.nodes,
            limit: usize::MAX,
            visit,
        };
        for edge in &self.floating {
            walk.end(edge, path);
        }
        let Some(rest) = path.strip_prefix('/') else {
            for edge in &self.unrooted {
                walk.end(edge, path);
            }
            return;
        };
        // Most lookups never need the list: one branch is followed at once.
        let mut pending = Vec::new();
        let mut current = self.nodes.first().map(|root| (root, rest));
        while let Some((node, rest)) = current.take().or_else(|| pending.pop()) {
            if node.first >= walk.limit {
                continue;
            }
            if let Some(tails) = &node.tails {
                tails.candidates(rest, |edge| walk.end(edge, rest));
            }
            let (segment, after) = split_segment(rest);
            let Some(after) = after else {
                walk.last(node, segment);
                continue;
            };
            let mut follow = |child| match current {
                None => current = Some((child, after)),
                Some(_) => pending.push((child, after)),
            };
            if let Some(child) = node.statics.get(segment).and_then(|id| self.nodes.get(*id)) {
                follow(child);
            }
            if let Some(segments) = &node.segments {
                segments.candidates(segment, |edge| {
                    if !edge.matcher.is_last
                        && let Some(child) = walk.fits(edge, segment)
                    {
                        follow(child);
                    }
                });
            }
        }
    }
}

struct Walk<'t, V> {
    nodes: &'t [Node],
    limit: usize,
    visit: V,
}

impl<'t, V: FnMut(&'t Endpoints) -> usize> Walk<'t, V> {
    /// The end of an edge that matches and still matters.
    fn fits(&self, edge: &Edge, text: &str) -> Option<&'t Node> {
        let node = self.nodes.get(edge.node)?;
        (node.first < self.limit && edge.matcher.is_match(text)).then_some(node)
    }

    /// Visits the end of an edge that takes the rest of the path.
    fn end(&mut self, edge: &Edge, text: &str) {
        if let Some(node) = self.fits(edge, text) {
            self.limit = (self.visit)(&node.endpoints);
        }
    }

    /// Visits the children that take the last segment of the path.
    fn last(&mut self, node: &'t Node, segment: &str) {
        for text in [Some(segment), without_newline(segment)]
            .into_iter()
            .flatten()
        {
            if let Some(child) = node.statics.get(text).and_then(|id| self.nodes.get(*id)) {
                self.limit = (self.visit)(&child.endpoints);
            }
        }
        if let Some(segments) = &node.segments {
            segments.candidates(segment, |edge| {
                if edge.matcher.is_last {
                    self.end(edge, segment);
                }
            });
        }
    }
}

/// Puts patterns into a tree.
#[derive(Default)]
pub(super) struct Builder {
    nodes: Vec<Node>,
    floating: Vec<Edge>,
    unrooted: Vec<Edge>,
    /// Matchers by expression: each is compiled once for the whole table.
    matchers: HashMap<String, Arc<Matcher>>,
    /// The end of each edge with parameters, by its start and expression.
    edges: HashMap<(usize, String), usize>,
}

impl Builder {
    /// Adds a pattern: where its routes are kept, and how it captures.
    ///
    /// Ranks must come in ascending order.
    pub(super) fn insert(
        &mut self,
        pattern: &Pattern<'_>,
        rank: usize,
    ) -> Result<(&mut Endpoints, Vec<Capture>), PatternError> {
        if self.nodes.is_empty() {
            self.nodes.push(Node::new(rank));
        }
        let (node, captures) = if pattern.is_rooted() {
            self.insert_rooted(pattern, rank)?
        } else {
            self.insert_unrooted(pattern, rank)?
        };
        Ok((&mut self.node(node).endpoints, captures))
    }

    pub(super) fn finish(self) -> Tree {
        Tree {
            nodes: self.nodes,
            floating: self.floating,
            unrooted: self.unrooted,
        }
    }

    fn insert_rooted(
        &mut self,
        pattern: &Pattern<'_>,
        rank: usize,
    ) -> Result<(usize, Vec<Capture>), PatternError> {
        let steps = pattern.steps();
        let last = steps.len().saturating_sub(1);
        let mut captures = Vec::new();
        let mut node = 0;
        // The slash in front is the first to skip.
        let mut skip = 1;
        for (index, step) in steps.into_iter().enumerate() {
            let (parts, is_tail) = match step {
                Step::Static(text) => {
                    node = self.static_child(node, text.into(), rank);
                    skip += 1;
                    continue;
                }
                Step::Segment(parts) => (parts, false),
                Step::Tail(parts) => (parts, true),
            };
            let expression = expression(&parts, index == last);
            let matcher = if let Some(matcher) = self.matchers.get(&expression) {
                Arc::clone(matcher)
            } else {
                let matcher = Matcher::new(&parts, index == last, &expression)
                    .map(Arc::new)
                    .map_err(|_| pattern.too_large())?;
                self.matchers
                    .insert(expression.clone(), Arc::clone(&matcher));
                matcher
            };
            captures.push(Capture {
                skip,
                is_tail,
                matcher: Arc::clone(&matcher),
            });
            skip = 1;
            node = self.child(node, expression, matcher, is_tail, rank);
        }
        Ok((node, captures))
    }

    fn insert_unrooted(
        &mut self,
        pattern: &Pattern<'_>,
        rank: usize,
    ) -> Result<(usize, Vec<Capture>), PatternError> {
        let matcher = Matcher::unrooted(&pattern.parts)
            .map(Arc::new)
            .map_err(|_| pattern.too_large())?;
        let node = self.add_node(rank);
        let edge = Edge {
            matcher: Arc::clone(&matcher),
            node,
        };
        if pattern.parts.first() == Some(&Part::Parameter(Convertor::Path)) {
            self.floating.push(edge);
        } else {
            self.unrooted.push(edge);
        }
        Ok((
            node,
            vec![Capture {
                skip: 0,
                is_tail: true,
                matcher,
            }],
        ))
    }

    fn static_child(&mut self, parent: usize, text: Literal, rank: usize) -> usize {
        let new = self.nodes.len();
        let child = *self.node(parent).statics.entry(text).or_insert(new);
        if child == new {
            self.nodes.push(Node::new(rank));
        }
        child
    }

    fn child(
        &mut self,
        parent: usize,
        expression: String,
        matcher: Arc<Matcher>,
        is_tail: bool,
        rank: usize,
    ) -> usize {
        let new = self.nodes.len();
        match self.edges.entry((parent, expression)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                place.insert(new);
                self.nodes.push(Node::new(rank));
                let Node {
                    tails, segments, ..
                } = self.node(parent);
                let edges = if is_tail { tails } else { segments };
                edges
                    .get_or_insert_default()
                    .add(Edge { matcher, node: new });
                new
            }
        }
    }

    fn add_node(&mut self, rank: usize) -> usize {
        self.nodes.push(Node::new(rank));
        self.nodes.len() - 1
    }

    /// A node this builder made. All ids come from it, so none is unknown.
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are only made by pushing to `nodes`"
    )]
    fn node(&mut self, id: usize) -> &mut Node {
        &mut self.nodes[id]
    }
}
