//! The router against a linear scan of one regular expression a route.

use ferroapi_core::router::{Lookup, Match, Protocol, Route, Router};
use proptest::prelude::*;
use proptest::sample::select;
use regex::Regex;

const STR: &str = "[^/]+";

fn expression_of(convertor: &str) -> &str {
    match convertor {
        "path" => ".*",
        "int" => "[0-9]+",
        "float" => r"[0-9]+(?:\.[0-9]+)?",
        "uuid" => "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}",
        _ => STR,
    }
}

/// The whole pattern as one expression, as the reference writes it.
fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    let parameter = Regex::new(r"\{([a-zA-Z_][a-zA-Z0-9_]*)(?::([a-zA-Z_][a-zA-Z0-9_]*))?\}")?;
    let mut expression = String::from(if pattern.starts_with('/') {
        r"\A"
    } else {
        r"(?i)\A"
    });
    let mut texts = parameter.split(pattern).peekable();
    let mut convertors = parameter.captures_iter(pattern);
    while let Some(text) = texts.next() {
        let is_host = texts.peek().is_none() && !pattern.starts_with('/') && !text.ends_with(']');
        let text = if is_host {
            text.rsplit_once(':').map_or(text, |(host, _)| host)
        } else {
            text
        };
        expression.push_str(&regex::escape(text));
        if let Some(groups) = convertors.next() {
            let convertor = groups.get(2).map_or("str", |convertor| convertor.as_str());
            expression.push('(');
            expression.push_str(expression_of(convertor));
            expression.push(')');
        }
    }
    expression.push_str(r"\n?\z");
    Regex::new(&expression)
}

struct Scan<'r> {
    routes: &'r [Route],
    expressions: Vec<Regex>,
}

impl<'r> Scan<'r> {
    fn new(routes: &'r [Route]) -> Result<Self, regex::Error> {
        let expressions: Result<_, _> =
            routes.iter().map(|route| compile(&route.pattern)).collect();
        Ok(Self {
            routes,
            expressions: expressions?,
        })
    }

    /// The routes but those of the other protocol that have the path.
    fn with_path<'p>(&self, other: Protocol, path: &'p str) -> Vec<(&'r Route, Match<'p>)> {
        let all = self.routes.iter().zip(&self.expressions).enumerate();
        all.filter(|(_, (route, _))| route.protocol != other)
            .filter_map(|(index, (route, expression))| {
                let groups = expression.captures(path)?;
                let captures = groups.iter().skip(1).flatten().map(|group| group.as_str());
                Some((
                    route,
                    Match {
                        index,
                        captures: captures.collect(),
                    },
                ))
            })
            .collect()
    }

    fn find<'p>(&self, method: &str, path: &'p str) -> Lookup<'r, 'p> {
        let mut with_path = self.with_path(Protocol::WebSocket, path);
        let full = |(route, _): &(&Route, Match<'p>)| match &route.methods {
            Some(methods) if !methods.is_empty() => methods.iter().any(|known| known == method),
            _ => true,
        };
        if let Some(place) = with_path.iter().position(full) {
            return Lookup::Found(with_path.swap_remove(place).1);
        }
        if !with_path.is_empty() {
            let mut allowed: Vec<&str> = Vec::new();
            for known in with_path
                .iter()
                .filter_map(|(route, _)| route.methods.as_ref())
                .flatten()
            {
                if !allowed.contains(&known.as_str()) {
                    allowed.push(known);
                }
            }
            return Lookup::MethodNotAllowed {
                first: with_path.swap_remove(0).1,
                allowed,
            };
        }
        let target = match path {
            "/" => return Lookup::NotFound,
            path if path.ends_with('/') => path.trim_end_matches('/').to_owned(),
            path => format!("{path}/"),
        };
        if self.with_path(Protocol::WebSocket, &target).is_empty() {
            Lookup::NotFound
        } else {
            Lookup::Redirect(target)
        }
    }

    fn find_websocket<'p>(&self, path: &'p str) -> Option<Match<'p>> {
        let mut with_path = self.with_path(Protocol::Http, path);
        if with_path.is_empty() {
            None
        } else {
            Some(with_path.swap_remove(0).1)
        }
    }
}

const TEXTS: &[&str] = &[
    "a", "b", "ab", "-", ".", "1", "12", "x", "A", ":", "é", "\n", "{", "}", "", "*",
];
const UUIDS: &[&str] = &[
    "0123456789abcdef0123456789abcdef",
    "01234567-89ab-cdef-0123-456789ABCDEF",
];

/// One piece of a segment: text, or a parameter (its name comes later).
fn piece() -> impl Strategy<Value = String> {
    let convertor = select(&["", ":str", ":int", ":float", ":uuid", ":path"][..]);
    prop_oneof![
        3 => select(TEXTS).prop_map(str::to_owned),
        2 => Just("{}".to_owned()),
        2 => convertor.prop_map(|convertor| format!("{{{convertor}}}")),
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    let segment = prop::collection::vec(piece(), 0..4).prop_map(|pieces| pieces.concat());
    let slash = prop_oneof![9 => Just("/"), 1 => Just("")];
    (slash, prop::collection::vec(segment, 0..4))
        .prop_map(|(slash, segments)| number_parameters(&[slash, &segments.join("/")].concat()))
}

/// Gives `{}` and `{:int}` names, so that none comes twice.
fn number_parameters(pattern: &str) -> String {
    let mut named = String::new();
    for (index, text) in pattern.split_inclusive('{').enumerate() {
        let rest = text.strip_prefix('}').or_else(|| text.strip_prefix(':'));
        if index > 0 && rest.is_some() {
            named.push('p');
            named.push_str(&index.to_string());
        }
        named.push_str(text);
    }
    named
}

fn route() -> impl Strategy<Value = Route> {
    let protocol = prop_oneof![
        5 => Just(Protocol::Http),
        1 => Just(Protocol::WebSocket),
        1 => Just(Protocol::Any),
    ];
    let method = select(&["GET", "PUT", "POST"][..]).prop_map(str::to_owned);
    let methods = prop::option::weighted(0.9, prop::collection::vec(method, 0..3));
    (pattern(), protocol, methods).prop_map(|(pattern, protocol, methods)| Route {
        pattern,
        protocol,
        methods,
    })
}

/// A path of the texts that patterns are made of.
fn path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![8 => select(TEXTS), 1 => select(UUIDS), 1 => Just("1.5")];
    let segment = prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat());
    let slash = prop_oneof![19 => Just("/"), 1 => Just("")];
    (
        slash,
        prop::collection::vec(segment, 0..5),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(slash, segments, newline)| {
            let end = if newline { "\n" } else { "" };
            [slash, &segments.join("/"), end].concat()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn finds_what_a_linear_scan_finds(
        routes in prop::collection::vec(route(), 0..12),
        requests in prop::collection::vec((select(&["GET", "PUT", "HEAD"][..]), path()), 1..24),
    ) {
        let scan = Scan::new(&routes).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let router = Router::new(routes.clone()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        for (method, path) in &requests {
            prop_assert_eq!(scan.find(method, path), router.find(method, path), "{:?} {:?}", method, path);
            prop_assert_eq!(scan.find_websocket(path), router.find_websocket(path), "{:?}", path);
        }
    }
}
