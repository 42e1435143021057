//! Matching one edge of the tree: text with at least one parameter.

use std::fmt::Write as _;
use std::sync::Arc;

use regex::Regex;

use super::pattern::{Convertor, Part};

/// Text of a pattern.
///
/// Not a `Box<str>`: that of an empty text points nowhere, and comparing there costs some
/// processors hundreds of nanoseconds.
pub(super) type Literal = Arc<str>;

/// Matches a segment, or the rest of a path.
#[derive(Debug)]
pub(super) struct Matcher {
    /// The text in front of the first parameter.
    pub(super) prefix: Literal,
    /// The text behind the last parameter.
    pub(super) suffix: Literal,
    /// Whether the pattern ends here, where one newline may follow.
    pub(super) is_last: bool,
    middle: Middle,
}

#[derive(Debug)]
enum Middle {
    /// One parameter: prefix and suffix leave no choice what it is.
    One(Convertor),
    /// Several: the expression covers prefix and suffix too. It runs in linear time, and its
    /// leftmost-first groups are those of a backtracking engine.
    Many(Regex),
}

/// The regular expression of a stretch of a pattern, one group a parameter.
///
/// It is also the identity of its matcher: equal expressions match alike.
pub(super) fn expression(parts: &[Part], is_last: bool) -> String {
    let mut expression = String::from(r"\A");
    for part in parts {
        match part {
            Part::Text(text) => expression.push_str(&regex::escape(text)),
            Part::Parameter(convertor) => {
                // Writing to a String cannot fail.
                let _ = write!(expression, "({})", convertor.expression());
            }
        }
    }
    expression.push_str(if is_last { r"\n?\z" } else { r"\z" });
    expression
}

impl Matcher {
    /// Compiles a stretch of a pattern, whose `expression` is given.
    pub(super) fn new(
        parts: &[Part],
        is_last: bool,
        expression: &str,
    ) -> Result<Self, regex::Error> {
        let mut parameters = parts.iter().filter_map(|part| match part {
            Part::Parameter(convertor) => Some(*convertor),
            Part::Text(_) => None,
        });
        let middle = match (parameters.next(), parameters.next()) {
            (Some(convertor), None) => Middle::One(convertor),
            _ => Middle::Many(Regex::new(expression)?),
        };
        let outer_text = |part: Option<&Part>| match part {
            Some(Part::Text(text)) => text.as_str().into(),
            _ => Literal::default(),
        };
        Ok(Self {
            prefix: outer_text(parts.first()),
            suffix: outer_text(parts.last()),
            is_last,
            middle,
        })
    }

    /// Compiles a pattern that is not rooted: the whole path, without case.
    ///
    /// Such a pattern is read as a host name, whose port does not count.
    pub(super) fn unrooted(parts: &[Part]) -> Result<Self, regex::Error> {
        let mut parts = parts.to_vec();
        if let Some(Part::Text(text)) = parts.last_mut()
            && !text.ends_with(']')
            && let Some(colon) = text.rfind(':')
        {
            text.truncate(colon);
        }
        let expression = format!("(?i){}", expression(&parts, true));
        Ok(Self {
            prefix: Literal::default(),
            suffix: Literal::default(),
            is_last: true,
            middle: Middle::Many(Regex::new(&expression)?),
        })
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        match &self.middle {
            Middle::One(convertor) => self.only(*convertor, text).is_some(),
            Middle::Many(regex) => regex.is_match(text),
        }
    }

    /// Appends what the parameters capture; nothing when there is no match.
    pub(super) fn capture<'t>(&self, text: &'t str, captures: &mut Vec<&'t str>) {
        match &self.middle {
            Middle::One(convertor) => captures.extend(self.only(*convertor, text)),
            Middle::Many(regex) => {
                if let Some(groups) = regex.captures(text) {
                    captures.extend(groups.iter().skip(1).flatten().map(|group| group.as_str()));
                }
            }
        }
    }

    /// What the only parameter captures: the longer, if there are two ways.
    fn only<'t>(&self, convertor: Convertor, text: &'t str) -> Option<&'t str> {
        let inner = |text: &'t str| {
            text.strip_prefix(&*self.prefix)?
                .strip_suffix(&*self.suffix)
                .filter(|inner| convertor.accepts(inner))
        };
        inner(text).or_else(|| inner(without_newline(text).filter(|_| self.is_last)?))
    }
}

/// The text without the newline that ends it; `None` when there is none.
pub(super) fn without_newline(text: &str) -> Option<&str> {
    text.strip_suffix('\n')
}
