//! The rules in the plainest way: all pairs of a request as text, in their order.

use std::sync::LazyLock;

use ferroapi_core::params::Mode;
use regex::{Captures, Regex};

use super::reading::Filled;

pub type Pairs = Vec<(String, String)>;

pub fn latin1(raw: &[u8]) -> String {
    raw.iter().copied().map(char::from).collect()
}

static ESCAPES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?:%[0-9A-Fa-f]{2})+").ok());

static QUOTED_PAIR: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\\(?:([0-3][0-7][0-7])|(.))").ok());

fn replace(pattern: Option<&Regex>, text: &str, by: impl Fn(&Captures<'_>) -> String) -> String {
    pattern.map_or_else(String::new, |pattern| {
        pattern.replace_all(text, by).into_owned()
    })
}

fn escaped_byte(text: &str) -> u8 {
    u8::from_str_radix(text.trim_start_matches('%'), 16).unwrap_or_default()
}

pub fn query_decode(raw: &[u8]) -> String {
    let text = latin1(raw).replace('+', " ");
    replace(ESCAPES.as_ref(), &text, |escapes| {
        let escapes: Vec<char> = escapes[0].chars().collect();
        let bytes: Vec<u8> = escapes
            .chunks(3)
            .map(|escape| escaped_byte(&escape.iter().collect::<String>()))
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

pub fn query(query_string: &[u8]) -> Pairs {
    query_string
        .split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut sides = pair.splitn(2, |&byte| byte == b'=');
            let mut side = || query_decode(sides.next().unwrap_or_default());
            (side(), side())
        })
        .collect()
}

pub fn headers(headers: &[(Vec<u8>, Vec<u8>)]) -> Pairs {
    headers
        .iter()
        .map(|(name, value)| (latin1(&name.to_ascii_lowercase()), latin1(value)))
        .collect()
}

pub fn cookie_decode(value: &str) -> String {
    let quoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    let Some(quoted) = quoted else {
        return value.to_owned();
    };
    replace(QUOTED_PAIR.as_ref(), quoted, |escape| {
        escape.get(1).map_or_else(
            || escape[2].to_owned(),
            |octal| {
                let number = u8::from_str_radix(octal.as_str(), 8).unwrap_or_default();
                char::from(number).to_string()
            },
        )
    })
}

pub fn cookies(headers: &[Vec<u8>]) -> Pairs {
    let is_space = |c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c);
    let mut pairs = Pairs::new();
    for header in headers {
        for pair in latin1(header).split(';') {
            let (name, value) = pair.split_once('=').unwrap_or(("", pair));
            let (name, value) = (name.trim_matches(is_space), value.trim_matches(is_space));
            if !(name.is_empty() && value.is_empty()) {
                pairs.push((name.to_owned(), cookie_decode(value)));
            }
        }
    }
    pairs
}

pub fn take(pairs: &Pairs, slots: &[(Vec<String>, Mode)]) -> Filled {
    slots
        .iter()
        .map(|(names, mode)| {
            names.iter().find_map(|wanted| {
                let of_name = pairs.iter().filter(|(name, _)| name == wanted);
                let values: Vec<String> = of_name.map(|(_, value)| value.clone()).collect();
                match mode {
                    Mode::First => Some(vec![values.first()?.clone()]),
                    Mode::Last => Some(vec![values.last()?.clone()]),
                    Mode::All => (!values.is_empty()).then_some(values),
                }
            })
        })
        .collect()
}
