//! The options of a header (`; name="a"`), as python-multipart reads those of forms.
//!
//! A quote behind a backslash does not end a quoted value, nor does a semicolon in one. What RFC 5987
//! extends (`filename*=`) is passed over, as RFC 7578, section 4.2 wants.

use std::borrow::Cow;

use crate::octets::trim;

/// The names in lower case and the values, in their order. Linear.
pub fn options(value: &[u8]) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    segments(value).skip(1).filter_map(|segment| {
        let equals = memchr::memchr(b'=', segment);
        let (name, value) = segment.split_at(equals.unwrap_or(segment.len()));
        if name.contains(&b'*') {
            return None;
        }
        let Some(value) = value.get(1..) else {
            // Without a value, a name has to be in lower case already.
            return Some((Cow::Borrowed(trim(name)), Cow::Borrowed(value)));
        };
        let name = lower(trim(name));
        let value = unquote(trim(value));
        if *name == *b"filename" {
            return Some((name, without_path(value)));
        }
        Some((name, value))
    })
}

/// What is in front of the options.
pub fn kind(value: &[u8]) -> &[u8] {
    trim(segments(value).next().unwrap_or_default())
}

/// What is between the semicolons that are not quoted.
fn segments(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let whole = rest?;
        let (segment, after) = whole.split_at(segment_end(whole));
        rest = after.get(1..);
        Some(segment)
    })
}

fn segment_end(value: &[u8]) -> usize {
    let mut is_quoted = false;
    let mut before = b';';
    for (place, &byte) in value.iter().enumerate() {
        match byte {
            b';' if !is_quoted => return place,
            b'"' if before != b'\\' => is_quoted = !is_quoted,
            _ => {}
        }
        before = byte;
    }
    value.len()
}

fn lower(name: &[u8]) -> Cow<'_, [u8]> {
    if name.iter().any(u8::is_ascii_uppercase) {
        return Cow::Owned(name.to_ascii_lowercase());
    }
    Cow::Borrowed(name)
}

fn unquote(value: &[u8]) -> Cow<'_, [u8]> {
    let [b'"', inner @ .., b'"'] = value else {
        return Cow::Borrowed(value);
    };
    if memchr::memchr(b'\\', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    // One after the other: a backslash that was doubled may escape the quote behind it.
    let single = without_first_of(inner, *br"\\");
    Cow::Owned(without_first_of(&single, *b"\\\""))
}

/// The bytes with the second of a pair in the place of each such pair.
fn without_first_of(bytes: &[u8], pair: [u8; 2]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        if rest.starts_with(&pair) {
            kept.push(pair[1]);
            rest = after.get(1..).unwrap_or_default();
        } else {
            kept.push(*first);
            rest = after;
        }
    }
    kept
}

/// The name of a file of which an old browser for Windows has sent the whole path.
fn without_path(filename: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if filename.get(1..3) != Some(br":\") && !filename.starts_with(br"\\") {
        return filename;
    }
    let start = memchr::memrchr(b'\\', &filename).map_or(0, |place| place + 1);
    Cow::Owned(filename.get(start..).unwrap_or_default().to_vec())
}
