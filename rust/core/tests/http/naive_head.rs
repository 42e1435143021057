//! The rules of heads in the plainest way: line by line, by regular expressions.

use std::sync::LazyLock;

use ferroapi_core::http::head::Limits;
use ferroapi_core::http::length::{Body, body};
use regex::bytes::Regex;

use super::head::Said;
use super::shown;

struct Patterns {
    request: Regex,
    any_version: Regex,
    method: Regex,
    target: Regex,
    field: Regex,
    host: Regex,
    url: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let token = "[0-9A-Za-z!#$%&'*+.^_`|~-]+";
    let pattern = |pattern: String| Regex::new(&format!("(?-u)\\A{pattern}")).ok();
    let target = r"[!-~\x80-\xff]+";
    let name = r"(?:[0-9A-Za-z._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+(?::[0-9]*)?";
    Some(Patterns {
        request: pattern(format!(r"({token}) ({target}) HTTP/1\.([01])\r\n\z"))?,
        any_version: pattern(format!(r"{token} {target} HTTP/[0-9]\.[0-9]\r\n\z"))?,
        method: pattern(format!("({token}) "))?,
        target: pattern(format!("{token} ({target}) "))?,
        field: pattern(format!(
            r"({token}):[ \t]*((?:[!-~\x80-\xff]+(?:[ \t]+[!-~\x80-\xff]+)*)?)[ \t]*\r\n\z"
        ))?,
        host: pattern(format!(r"(?:{name})?\z"))?,
        url: pattern(r"(?i:https?)://([^/?]*)".to_owned())?,
    })
});

/// All that a head says, `None` while more is needed, or the status that answers it.
pub fn naive(buffer: &[u8], limits: &Limits) -> Result<Option<Said>, u16> {
    let patterns = PATTERNS.as_ref().ok_or(0_u16)?;
    let (window, _) = buffer.split_at(buffer.len().min(limits.size));
    let mut lines = window.split_inclusive(|&byte| byte == b'\n');
    let mut empty_lines = 0;
    let mut size = 0;
    let request = loop {
        let line = lines.next().unwrap_or_default();
        size += line.len();
        if line == b"\r\n" {
            empty_lines += 1;
            if empty_lines > 2 {
                return Err(400);
            }
            continue;
        }
        if line.len() > limits.target + 64 {
            return Err(414);
        }
        if !line.ends_with(b"\n") {
            return if window.len() == limits.size {
                Err(414)
            } else {
                Ok(None)
            };
        }
        break line;
    };
    let (method, target, minor_version) = request_line(patterns, request, limits)?;
    let mut fields = Vec::new();
    loop {
        let line = lines.next().unwrap_or_default();
        size += line.len();
        if line == b"\r\n" {
            break;
        }
        if !line.ends_with(b"\n") {
            return if window.len() == limits.size {
                Err(431)
            } else {
                Ok(None)
            };
        }
        let field = patterns.field.captures(line).ok_or(400_u16)?;
        if fields.len() == limits.fields {
            return Err(431);
        }
        fields.push((field[1].to_vec(), field[2].to_vec()));
    }
    meaning(patterns, method, target, minor_version, &fields, size).map(Some)
}

fn request_line<'a>(
    patterns: &Patterns,
    line: &'a [u8],
    limits: &Limits,
) -> Result<(&'a [u8], &'a [u8], u8), u16> {
    if !line.ends_with(b"\r\n") {
        return Err(400);
    }
    let part = |pattern: &Regex| {
        let part = pattern.captures(line)?.get(1)?;
        Some(part.as_bytes())
    };
    if part(&patterns.method).is_some_and(|method| method.len() > 32) {
        return Err(501);
    }
    let target = part(&patterns.target).filter(|target| str::from_utf8(target).is_ok());
    if target.is_some_and(|target| target.len() > limits.target) {
        return Err(414);
    }
    match (patterns.request.captures(line), target) {
        (Some(parts), Some(target)) => {
            let method = parts.get(1).map(|method| method.as_bytes());
            Ok((
                method.unwrap_or_default(),
                target,
                u8::from(&parts[3] == b"1"),
            ))
        }
        (None, Some(_)) if patterns.any_version.is_match(line) => Err(505),
        _ => Err(400),
    }
}

fn meaning(
    patterns: &Patterns,
    method: &[u8],
    target: &[u8],
    minor_version: u8,
    fields: &[(Vec<u8>, Vec<u8>)],
    size: usize,
) -> Result<Said, u16> {
    let values = |name: &str| -> Vec<&[u8]> {
        let fields = fields.iter();
        let fields = fields.filter(|field| field.0.to_ascii_lowercase() == name.as_bytes());
        fields.map(|field| field.1.as_slice()).collect()
    };
    let single = |name: &str| match values(name)[..] {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        _ => Err(400_u16),
    };
    let lists = |name: &str, element: &str| {
        values(name).iter().any(|value| {
            let value = String::from_utf8_lossy(value).to_ascii_lowercase();
            value
                .split(',')
                .any(|part| part.trim_matches([' ', '\t']) == element)
        })
    };
    let host = single("host")?;
    if host.map_or(minor_version == 1, |host| !patterns.host.is_match(host)) {
        return Err(400);
    }
    let url = patterns.url.captures(target);
    if let (Some(host), Some(url)) = (host, url)
        && !host.eq_ignore_ascii_case(&url[1])
    {
        return Err(400);
    }
    let body = body(
        minor_version,
        single("content-length")?,
        single("transfer-encoding")?,
    )
    .map_err(|error| error.status())?;
    let is_current = minor_version == 1;
    let upgrade = single("upgrade").unwrap_or_default();
    let upgrade = upgrade.filter(|_| is_current && lists("connection", "upgrade"));
    Ok(Said {
        method: shown(method),
        target: shown(target),
        minor_version,
        fields: fields
            .iter()
            .map(|(name, value)| (shown(name), shown(value)))
            .collect(),
        body,
        persistent: is_current && !lists("connection", "close"),
        upgrade: upgrade.map(shown),
        expects_continue: is_current
            && lists("expect", "100-continue")
            && !matches!(body, Body::None | Body::Length(0)),
        size,
    })
}
