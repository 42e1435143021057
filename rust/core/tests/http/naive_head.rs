//! The rules of heads in the plainest way: line by line, by regular expressions.

use std::net::Ipv6Addr;
use std::sync::LazyLock;

use ferroapi_core::http::head::{Head, HeadError, Limits, parse};
use ferroapi_core::http::length::Body;
use regex::bytes::Regex;

/// All that a head says, with its parts as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub method: String,
    pub target: String,
    pub minor_version: u8,
    pub fields: Vec<(String, String)>,
    pub body: Body,
    pub persistent: bool,
    pub upgrade: Option<String>,
    pub expects_continue: bool,
    pub size: usize,
}

/// What a head says that was read from `buffer`.
fn said(head: &Head, buffer: &[u8]) -> Said {
    Said {
        method: shown(head.method.get(buffer)),
        target: shown(head.target.get(buffer)),
        minor_version: head.minor_version,
        fields: head
            .fields
            .iter()
            .map(|field| {
                (
                    shown(field.name.get(buffer)),
                    shown(field.value.get(buffer)),
                )
            })
            .collect(),
        body: head.body,
        persistent: head.persistent,
        upgrade: head.upgrade.map(|value| shown(value.get(buffer))),
        expects_continue: head.expects_continue,
        size: head.size,
    }
}

/// Reads a head.
pub fn read(buffer: &[u8], limits: &Limits) -> Result<Option<Said>, HeadError> {
    Ok(parse(buffer, limits)?.map(|head| said(&head, buffer)))
}

/// Bytes as text, one character a byte.
fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

struct Patterns {
    request: Regex,
    any_version: Regex,
    method: Regex,
    target: Regex,
    field: Regex,
    host: Regex,
    address: Regex,
    later_address: Regex,
    length: Regex,
    token: Regex,
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
        address: pattern(r"\[([^\]]*)\](?::[0-9]*)?\z".to_owned())?,
        later_address: pattern(r"[vV][0-9A-Fa-f]+\.[0-9A-Za-z._~!$&'()*+,;=:-]+\z".to_owned())?,
        length: pattern(r"[0-9]{1,19}\z".to_owned())?,
        token: pattern(format!(r"{token}\z"))?,
        url: pattern(r"((?i)https?)://([^/?]*)".to_owned())?,
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
    if host.map_or(minor_version == 1, |host| !is_host(host)) {
        return Err(400);
    }
    let url = patterns.url.captures(target);
    if let (Some(host), Some(url)) = (host, url)
        && without_port(host, &url[1]) != without_port(&url[2], &url[1])
    {
        return Err(400);
    }
    let body = body(
        patterns,
        minor_version,
        single("content-length")?,
        single("transfer-encoding")?,
    )?;
    let is_current = minor_version == 1;
    let upgrade = single("upgrade").unwrap_or_default();
    let upgrade = upgrade
        .filter(|_| is_current && matches!(body, Body::None) && lists("connection", "upgrade"));
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

static NOT_BEGUN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u)\A(?:\r\n){0,2}\r?\z").ok());

static FOR_HEAD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u)\A(?:\r\n){0,2}HEAD ").ok());

/// Whether a request has begun, and whether it is for a head.
pub fn naive_beginning(buffer: &[u8]) -> (bool, bool) {
    let is_match =
        |pattern: &Option<Regex>| pattern.as_ref().is_some_and(|regex| regex.is_match(buffer));
    (!is_match(&NOT_BEGUN), is_match(&FOR_HEAD))
}

/// A host in small letters, without a port that says no more than its scheme.
fn without_port(host: &[u8], scheme: &[u8]) -> Vec<u8> {
    let host = host.to_ascii_lowercase();
    let port: &[u8] = if scheme.len() == 4 { b":80" } else { b":443" };
    let without = host.strip_suffix(port).or(host.strip_suffix(b":"));
    without.unwrap_or(&host).to_vec()
}

/// Whether it is a host with or without a port, or empty.
pub fn is_host(host: &[u8]) -> bool {
    let Some(patterns) = PATTERNS.as_ref() else {
        return false;
    };
    let Some(address) = patterns.address.captures(host) else {
        return patterns.host.is_match(host);
    };
    let text = String::from_utf8_lossy(&address[1]);
    text.parse::<Ipv6Addr>().is_ok() || patterns.later_address.is_match(&address[1])
}

fn body(
    patterns: &Patterns,
    minor_version: u8,
    length: Option<&[u8]>,
    coding: Option<&[u8]>,
) -> Result<Body, u16> {
    let codings = match (length, coding) {
        (None, None) => return Ok(Body::None),
        (Some(_), Some(_)) => return Err(400),
        (Some(length), None) => {
            let digits = patterns.length.find(length).ok_or(400_u16)?;
            let digits = String::from_utf8_lossy(digits.as_bytes()).into_owned();
            let length: i64 = digits.parse().map_err(|_| 400_u16)?;
            return Ok(if length == 0 {
                Body::None
            } else {
                Body::Length(length.unsigned_abs())
            });
        }
        (None, Some(_)) if minor_version == 0 => return Err(400),
        (None, Some(codings)) => String::from_utf8_lossy(codings).to_ascii_lowercase(),
    };
    let codings: Vec<_> = codings
        .split(',')
        .map(|coding| coding.trim_matches([' ', '\t']))
        .collect();
    let are_tokens = codings
        .iter()
        .all(|coding| patterns.token.is_match(coding.as_bytes()));
    match codings.iter().position(|&coding| coding == "chunked") {
        Some(0) if codings.len() == 1 => Ok(Body::Chunked),
        Some(place) if place + 1 < codings.len() => Err(400),
        _ if !are_tokens => Err(400),
        _ => Err(501),
    }
}
