//! The router in the plainest way: a linear scan of one regular expression a route.

use ferroapi_core::router::{Lookup, Match, Protocol, Route};
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

/// Routes and their expressions.
pub struct Scan<'r> {
    routes: &'r [Route],
    expressions: Vec<Regex>,
}

impl<'r> Scan<'r> {
    pub fn new(routes: &'r [Route]) -> Result<Self, regex::Error> {
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

    pub fn find<'p>(&self, method: &str, path: &'p str) -> Lookup<'r, 'p> {
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

    pub fn find_websocket<'p>(&self, path: &'p str) -> Option<Match<'p>> {
        let mut with_path = self.with_path(Protocol::Http, path);
        if with_path.is_empty() {
            None
        } else {
            Some(with_path.swap_remove(0).1)
        }
    }
}
