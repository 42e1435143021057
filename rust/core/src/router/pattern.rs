//! Path patterns: text with parameters in braces.

use std::collections::BTreeSet;
use std::fmt;

/// A pattern that cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// A parameter names a convertor that is not built in.
    UnknownConvertor {
        /// The name of the convertor.
        convertor: String,
        /// The whole pattern.
        pattern: String,
    },
    /// Parameters share a name.
    DuplicatedNames {
        /// Each shared name once, sorted.
        names: Vec<String>,
        /// The whole pattern.
        pattern: String,
    },
    /// A segment with several parameters is too large to be compiled.
    TooLarge {
        /// The whole pattern.
        pattern: String,
    },
}

impl fmt::Display for PatternError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownConvertor { convertor, .. } => {
                write!(formatter, "Unknown path convertor '{convertor}'")
            }
            Self::DuplicatedNames { names, pattern } => {
                let ending = if names.len() > 1 { "s" } else { "" };
                let names = names.join(", ");
                write!(
                    formatter,
                    "Duplicated param name{ending} {names} at path {pattern}"
                )
            }
            Self::TooLarge { pattern } => {
                write!(formatter, "Too large a pattern at path {pattern}")
            }
        }
    }
}

impl std::error::Error for PatternError {}

/// What a parameter accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Convertor {
    Str,
    Path,
    Int,
    Float,
    Uuid,
}

impl Convertor {
    fn named(name: &str) -> Option<Self> {
        match name {
            "str" => Some(Self::Str),
            "path" => Some(Self::Path),
            "int" => Some(Self::Int),
            "float" => Some(Self::Float),
            "uuid" => Some(Self::Uuid),
            _ => None,
        }
    }

    /// The regular expression, without groups that capture.
    pub(super) fn expression(self) -> &'static str {
        match self {
            Self::Str => "[^/]+",
            Self::Path => ".*",
            Self::Int => "[0-9]+",
            Self::Float => r"[0-9]+(?:\.[0-9]+)?",
            Self::Uuid => {
                "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
            }
        }
    }

    /// Whether the expression matches the whole of a text.
    ///
    /// A text for `Str` must be free of slashes already, as a segment is.
    pub(super) fn accepts(self, text: &str) -> bool {
        match self {
            Self::Str => !text.is_empty(),
            Self::Path => memchr::memchr(b'\n', text.as_bytes()).is_none(),
            Self::Int => is_digits(text),
            Self::Float => match text.split_once('.') {
                Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
                None => is_digits(text),
            },
            Self::Uuid => is_uuid(text),
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_uuid(text: &str) -> bool {
    let mut rest = text.as_bytes();
    for (group, digits) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if group > 0 {
            rest = rest.strip_prefix(b"-").unwrap_or(rest);
        }
        let Some((digits, after)) = rest.split_at_checked(digits) else {
            return false;
        };
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

/// A stretch of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Parameter(Convertor),
}

/// What one edge of the tree takes from a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A segment that is exactly this text.
    Static(String),
    /// A segment with parameters.
    Segment(Vec<Part>),
    /// The rest of the path, slashes included.
    Tail(Vec<Part>),
}

/// A parsed pattern. Texts and parameters of `parts` alternate.
#[derive(Debug)]
pub(super) struct Pattern<'s> {
    pub(super) source: &'s str,
    pub(super) parts: Vec<Part>,
    pub(super) names: Vec<String>,
}

impl<'s> Pattern<'s> {
    pub(super) fn parse(source: &'s str) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut names: Vec<String> = Vec::new();
        let mut text = String::new();
        let mut rest = source;
        while let Some((before, from_brace)) = rest.find('{').map(|brace| rest.split_at(brace)) {
            text.push_str(before);
            let Some((name, convertor, after)) = parameter(from_brace) else {
                text.push('{');
                rest = from_brace.strip_prefix('{').unwrap_or_default();
                continue;
            };
            let Some(convertor) = Convertor::named(convertor) else {
                return Err(PatternError::UnknownConvertor {
                    convertor: convertor.to_owned(),
                    pattern: source.to_owned(),
                });
            };
            push_text(&mut parts, std::mem::take(&mut text));
            parts.push(Part::Parameter(convertor));
            names.push(name.to_owned());
            rest = after;
        }
        text.push_str(rest);
        push_text(&mut parts, text);

        let mut seen = BTreeSet::new();
        let duplicated: BTreeSet<&String> =
            names.iter().filter(|name| !seen.insert(*name)).collect();
        if !duplicated.is_empty() {
            return Err(PatternError::DuplicatedNames {
                names: duplicated.into_iter().cloned().collect(),
                pattern: source.to_owned(),
            });
        }
        Ok(Self {
            source,
            parts,
            names,
        })
    }

    pub(super) fn is_rooted(&self) -> bool {
        self.source.starts_with('/')
    }

    pub(super) fn too_large(&self) -> PatternError {
        PatternError::TooLarge {
            pattern: self.source.to_owned(),
        }
    }

    /// The steps of a rooted pattern, the slash in front left out.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut piece = Vec::new();
        let mut is_tail = false;
        let mut at_root = true;
        for part in &self.parts {
            match part {
                Part::Text(text) if !is_tail => {
                    let mut segments = text.split('/');
                    if std::mem::take(&mut at_root) {
                        segments.next();
                        piece = text_piece(segments.next().unwrap_or_default());
                    } else {
                        piece.extend(text_piece(segments.next().unwrap_or_default()));
                    }
                    for segment in segments {
                        steps.push(segment_step(std::mem::take(&mut piece)));
                        piece = text_piece(segment);
                    }
                }
                part => {
                    is_tail |= *part == Part::Parameter(Convertor::Path);
                    piece.push(part.clone());
                }
            }
        }
        steps.push(if is_tail {
            Step::Tail(piece)
        } else {
            segment_step(piece)
        });
        steps
    }
}

fn push_text(parts: &mut Vec<Part>, text: String) {
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
}

fn text_piece(text: &str) -> Vec<Part> {
    let mut piece = Vec::new();
    push_text(&mut piece, text.to_owned());
    piece
}

fn segment_step(mut piece: Vec<Part>) -> Step {
    match piece.pop() {
        None => Step::Static(String::new()),
        Some(Part::Text(text)) if piece.is_empty() => Step::Static(text),
        Some(part) => {
            piece.push(part);
            Step::Segment(piece)
        }
    }
}

/// Reads `{name}` or `{name:convertor}`: name, convertor and what follows.
fn parameter(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = identifier(text.strip_prefix('{')?)?;
    let (convertor, rest) = match rest.strip_prefix(':') {
        Some(rest) => identifier(rest)?,
        None => ("str", rest),
    };
    Some((name, convertor, rest.strip_prefix('}')?))
}

/// Reads an ASCII identifier off the front of a text.
fn identifier(text: &str) -> Option<(&str, &str)> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let length = text.bytes().take_while(|byte| is_part(byte)).count();
    let (name, rest) = text.split_at_checked(length)?;
    let starts_well = name
        .bytes()
        .next()
        .is_some_and(|byte| !byte.is_ascii_digit());
    starts_well.then_some((name, rest))
}
