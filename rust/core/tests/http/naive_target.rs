//! The rules of targets in the plainest way: regular expressions.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::naive_head::is_host;

static ESCAPE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("(?-u)%([0-9A-Fa-f]{2})").ok());

/// Each escape replaced by its byte, and all of it read as UTF-8.
pub fn naive_decode(path: &[u8]) -> String {
    let Some(escape) = ESCAPE.as_ref() else {
        return String::new();
    };
    let bytes = escape.replace_all(path, |found: &regex::bytes::Captures<'_>| {
        let digits = String::from_utf8_lossy(&found[1]).into_owned();
        vec![u8::from_str_radix(&digits, 16).unwrap_or_default()]
    });
    String::from_utf8_lossy(&bytes).into_owned()
}

static ORIGIN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u)\A()(/[!-~&&[^?#]]*)(?:\?([!-~&&[^#]]*))?\z").ok());

static ABSOLUTE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let rest = r"(/[!-~&&[^?#]]*)?(?:\?([!-~&&[^#]]*))?";
    Regex::new(&format!(r"(?-u)\A(?i:https?)://([^/?]+){rest}\z")).ok()
});

/// The path and the query, when the target is a path or a URL.
pub fn naive_parse(target: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let captures = [&ORIGIN, &ABSOLUTE]
        .into_iter()
        .find_map(|form| form.as_ref()?.captures(target))?;
    let part = |index| captures.get(index).map(|part| part.as_bytes().to_vec());
    if !is_host(&part(1)?) {
        return None;
    }
    Some((
        part(2).unwrap_or_else(|| b"/".to_vec()),
        part(3).unwrap_or_default(),
    ))
}
