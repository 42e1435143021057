//! The rules of media types in the plainest way: regular expressions.

use std::sync::LazyLock;

use regex::bytes::Regex;

const TOKEN: &str = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

struct Patterns {
    json: Regex,
    media_type: Regex,
    parameter: Regex,
    quoted_pair: Regex,
    /// What is passed over where no parameter begins: a name, an equals sign and a value.
    malformed: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let pattern = |pattern: String| Regex::new(&format!("(?s-u)\\A{pattern}")).ok();
    let quoted = r#""(?:[^"\\]|\\.)*""#;
    Some(Patterns {
        json: pattern(format!(
            r"[\t ]*(?i:application)/(?:{TOKEN}\+|\+)?(?i:json)[\t ]*(?:;|\z)"
        ))?,
        media_type: pattern(format!(r"[\t ]*{TOKEN}/{TOKEN}[\t ]*(;|\z)"))?,
        parameter: pattern(format!(
            r"[\t ]*({TOKEN})=(?:({TOKEN})|({quoted}))[\t ]*(;|\z)"
        ))?,
        quoted_pair: Regex::new(r"(?s-u)\\(.)").ok()?,
        malformed: pattern(format!(
            r#"[\t ]*{TOKEN}=(?:{quoted}|"(?:[^"\\]|\\.)*\\?\z)"#
        ))?,
    })
});

/// Whether it says that the content is JSON.
pub fn is_json(value: &[u8]) -> bool {
    let patterns = PATTERNS.as_ref();
    patterns.is_some_and(|patterns| patterns.json.is_match(value))
}

/// The well-formed parameters of a media type, `None` when it is none.
pub fn parameters(value: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let patterns = PATTERNS.as_ref()?;
    let mut place = patterns.media_type.captures(value)?.get(1)?.end();
    let mut parameters = Vec::new();
    while let Some(rest) = value.get(place..).filter(|rest| !rest.is_empty()) {
        if let Some(found) = patterns.parameter.captures(rest) {
            let text = found.get(2).map(|text| text.as_bytes().to_vec());
            let quoted = found.get(3).and_then(|quoted| {
                let [b'"', content @ .., b'"'] = quoted.as_bytes() else {
                    return None;
                };
                Some(
                    patterns
                        .quoted_pair
                        .replace_all(content, &b"$1"[..])
                        .into_owned(),
                )
            });
            parameters.push((found[1].to_vec(), text.or(quoted)?));
            place += found.get(4)?.end();
        } else {
            let after = patterns.malformed.find(rest).map_or(0, |found| found.end());
            let semicolon = rest.get(after..)?.iter().position(|&byte| byte == b';');
            place += semicolon.map_or(rest.len(), |semicolon| after + semicolon + 1);
        }
    }
    Some(parameters)
}
