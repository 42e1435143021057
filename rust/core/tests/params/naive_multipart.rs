//! Multipart forms in the plainest way: the whole body, split where it says so.
#![allow(
    clippy::indexing_slicing,
    reason = "a naive twin that panics is one that is wrong, and says so"
)]

use ferroapi_core::params::form::multipart::{Fault, Form, Limits, decode};

/// A part: its name, that of a file with the headers, and its content.
pub type Part = (String, Option<(String, Vec<(Vec<u8>, Vec<u8>)>)>, Vec<u8>);

/// What the core reads of a body in these pieces.
pub fn read(pieces: &[&[u8]], boundary: &[u8], limits: Limits) -> Result<Vec<Part>, Fault> {
    let mut form = Form::new(boundary, limits);
    let mut spilled: Vec<(usize, Vec<u8>)> = Vec::new();
    for piece in pieces {
        form.write(piece)?;
        spilled.extend(form.spilled());
    }
    form.finish()?;
    let parts = form.items().zip(form.parts()).enumerate();
    Ok(parts
        .map(|(number, ((name, _), part))| {
            let of_part = spilled.iter().filter(|(spilled, _)| *spilled == number);
            let mut data: Vec<u8> = of_part.flat_map(|(_, data)| data.clone()).collect();
            data.extend_from_slice(part.data());
            let file = part.filename().map(|filename| {
                let name = decode(filename).into_owned();
                (name, part.headers().to_vec())
            });
            (name.into_owned(), file, data)
        })
        .collect())
}

/// The same, naively. What is cut off is told from what is wrong by how it begins.
pub fn naive(body: &[u8], boundary: &[u8], limits: Limits) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::new();
    let Some(first) = body.first() else {
        return Ok(parts);
    };
    let mut rest = body;
    if matches!(first, b'\r' | b'\n') {
        let hyphen = body.iter().position(|byte| *byte == b'-');
        rest = &body[hyphen.ok_or(Fault::Incomplete)?..];
    }
    rest = after(rest, &[b"--", boundary].concat())?;
    if rest.starts_with(b"-") {
        return after(rest, b"--").map(|_| parts);
    }
    rest = after(rest, b"\r\n")?;
    let delimiter = [b"\r\n--", boundary].concat();
    loop {
        let headers;
        (headers, rest) = naive_headers(rest)?;
        let mut part = begin(headers, &parts, limits)?;
        let ends: [&[u8]; 4] = [b"\r\n", b"--", b" ", b"\t"];
        let is_end = |place: &usize| {
            let after = rest[*place..].strip_prefix(delimiter.as_slice());
            after.is_some_and(|after| ends.iter().any(|end| after.starts_with(end)))
        };
        let end = (0..rest.len()).find(is_end);
        let come = end.unwrap_or_else(|| {
            let may_begin = |place: &usize| {
                let tail = &rest[*place..];
                ends.iter()
                    .any(|end| [delimiter.as_slice(), end].concat().starts_with(tail))
            };
            (0..rest.len()).find(may_begin).unwrap_or(rest.len())
        });
        part.2 = rest[..come].to_vec();
        if part.1.is_none() && come > limits.field_size {
            return Err(Fault::FieldSize);
        }
        parts.push(part);
        rest = &rest[end.ok_or(Fault::Incomplete)? + delimiter.len()..];
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        rest = after(rest.trim_ascii_start_of(b" \t"), b"\r\n")?;
    }
}

trait TrimStart {
    fn trim_ascii_start_of(&self, bytes: &[u8]) -> &Self;
}

impl TrimStart for [u8] {
    fn trim_ascii_start_of(&self, bytes: &[u8]) -> &Self {
        let start = self.iter().position(|byte| !bytes.contains(byte));
        &self[start.unwrap_or(self.len())..]
    }
}

/// What is behind `expected`.
fn after<'b>(bytes: &'b [u8], expected: &[u8]) -> Result<&'b [u8], Fault> {
    match bytes.strip_prefix(expected) {
        Some(rest) => Ok(rest),
        None if expected.starts_with(bytes) => Err(Fault::Incomplete),
        None => Err(Fault::Malformed),
    }
}

type Headers = Vec<(Vec<u8>, Vec<u8>)>;

fn naive_headers(mut rest: &[u8]) -> Result<(Headers, &[u8]), Fault> {
    let mut headers = Vec::new();
    loop {
        if rest.is_empty() || rest.starts_with(b"\r") {
            return Ok((headers, after(rest, b"\r\n")?));
        }
        let line_end = rest.iter().position(|byte| *byte == b'\r');
        let (line, behind) = rest.split_at(line_end.unwrap_or(rest.len()));
        let colon = line.iter().position(|byte| *byte == b':');
        let name = &line[..colon.unwrap_or(line.len())];
        let is_token =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
        if headers.len() == 8
            || line.len() > 4224
            || !name.iter().all(is_token)
            || colon == Some(0)
            || (colon.is_none() && line_end.is_some())
        {
            return Err(Fault::Malformed);
        }
        rest = after(behind, b"\r\n")?;
        let value = &line[colon.unwrap_or(line.len()) + 1..];
        headers.push((
            name.to_ascii_lowercase(),
            value.trim_ascii_start_of(b" ").to_vec(),
        ));
    }
}

fn begin(headers: Headers, parts: &[Part], limits: Limits) -> Result<Part, Fault> {
    let disposition = headers
        .iter()
        .rfind(|(name, _)| name == b"content-disposition");
    let options = disposition.map_or_else(Vec::new, |(_, value)| naive_options(value));
    let option = |wanted: &str| {
        let found = options.iter().rfind(|(name, _)| name == wanted);
        found.map(|(_, value)| {
            let bytes: Vec<u8> = value.chars().map(|c| c as u8).collect();
            String::from_utf8(bytes).unwrap_or_else(|_| value.clone())
        })
    };
    let name = option("name").ok_or(Fault::Unnamed)?;
    let filename = option("filename");
    let same = parts
        .iter()
        .filter(|part| part.1.is_some() == filename.is_some());
    let (most, fault) = match filename {
        None => (limits.fields, Fault::Fields),
        Some(_) => (limits.files, Fault::Files),
    };
    if same.count() >= most {
        return Err(fault);
    }
    Ok((name, filename.map(|name| (name, headers)), Vec::new()))
}

/// Names and values, in ISO 8859-1.
fn naive_options(value: &[u8]) -> Vec<(String, String)> {
    let text: String = value.iter().copied().map(char::from).collect();
    let mut segments: Vec<String> = Vec::new();
    for part in text.split(';') {
        let is_quoted = |last: &&mut String| {
            (last.matches('"').count() - last.matches("\\\"").count()) % 2 == 1
        };
        if let Some(last) = segments.last_mut().filter(is_quoted) {
            last.push(';');
            last.push_str(part);
        } else {
            segments.push(part.to_owned());
        }
    }
    let blank = [' ', '\t'];
    let mut options = Vec::new();
    // The first is what is in front of the options.
    for segment in segments.iter().skip(1) {
        let (name, value) = match segment.split_once('=') {
            Some((name, value)) => (name.trim_matches(blank).to_lowercase(), value),
            None => (segment.trim_matches(blank).to_owned(), ""),
        };
        let mut value = value.trim_matches(blank).to_owned();
        if value.len() > 1 && value.starts_with('"') && value.ends_with('"') {
            let inner = value[1..value.len() - 1].to_owned();
            value = inner.replace("\\\\", "\\").replace("\\\"", "\"");
        }
        let drive: String = value.chars().skip(1).take(2).collect();
        if name == "filename" && (drive == ":\\" || value.starts_with("\\\\")) {
            let last = value.rsplit('\\').next();
            value = last.map(ToOwned::to_owned).unwrap_or_default();
        }
        if !name.contains('*') {
            options.push((name, value));
        }
    }
    options
}
