//! Chunked bodies, decoded as they come, and read at once in the plainest way.

use std::sync::LazyLock;

use ferroapi_core::http::chunked::{ChunkError, Chunked, Piece};
use regex::bytes::Regex;

/// The data of a body, and how many bytes of the input were its; `None` for a body without an end.
pub type Decoded = Result<Option<(Vec<u8>, usize)>, ChunkError>;

/// Decodes input that comes in these parts.
pub fn decode<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    let mut chunked = Chunked::new();
    let mut data = Vec::new();
    let mut size = 0;
    for mut part in parts {
        loop {
            let (consumed, piece) = chunked.decode(part)?;
            size += consumed;
            part = part.get(consumed..).unwrap_or_default();
            match piece {
                Piece::Data(piece) => data.extend_from_slice(piece),
                Piece::More => {
                    assert!(part.is_empty());
                    break;
                }
                Piece::End => return Ok(Some((data, size))),
            }
        }
    }
    Ok(None)
}

/// A line of a size and one of a trailer, whole and begun.
static LINES: LazyLock<Option<[Regex; 4]>> = LazyLock::new(|| {
    let token = "[0-9A-Za-z!#$%&'*+.^_`|~-]";
    let value = r"[\t -~\x80-\xff]*";
    let quoted = r#""(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"#;
    let extensions = format!("(?:;{token}+(?:={token}+|={quoted}\")?)*");
    let begun = format!("{extensions}(?:;{token}*|;{token}+=|;{token}+={quoted}\\\\?|\r)?");
    let pattern = |pattern: String| Regex::new(&format!("(?-u)\\A(?:{pattern})\\z")).ok();
    Some([
        pattern(format!("([0-9A-Fa-f]{{1,16}}){extensions}"))?,
        pattern(format!(
            "|(?:[0-7][0-9A-Fa-f]{{15}}|[0-9A-Fa-f]{{1,15}}){begun}"
        ))?,
        pattern(format!("{token}+:{value}"))?,
        pattern(format!(r"\r|{token}*|{token}+:{value}\r?"))?,
    ])
});

/// Takes off a line, which has to be like the first pattern, or like the second when it has no end:
/// `Err` otherwise, `Ok(None)` without an end.
fn line<'a>(rest: &mut &'a [u8], whole: &Regex, begun: &Regex) -> Result<Option<&'a [u8]>, ()> {
    let end = rest.windows(2).position(|pair| pair == b"\r\n");
    let Some((line, [_, _, after @ ..])) = end.and_then(|end| rest.split_at_checked(end)) else {
        return if begun.is_match(rest) {
            Ok(None)
        } else {
            Err(())
        };
    };
    *rest = after;
    if line.is_empty() || whole.is_match(line) {
        Ok(Some(line))
    } else {
        Err(())
    }
}

/// The whole body at once, limits left out.
pub fn naive(input: &[u8]) -> Result<Option<(Vec<u8>, usize)>, ()> {
    let [size_line, size_begun, trailer, trailer_begun] = LINES.as_ref().ok_or(())?;
    let mut rest = input;
    let mut data = Vec::new();
    loop {
        let Some(line) = line(&mut rest, size_line, size_begun)? else {
            return Ok(None);
        };
        let digits = size_line.captures(line).ok_or(())?;
        let size = String::from_utf8_lossy(&digits[1]).into_owned();
        let size = i64::from_str_radix(&size, 16).map_err(drop)?;
        if size == 0 {
            break;
        }
        let size = usize::try_from(size).map_err(drop)?;
        let Some((chunk, after)) = rest.split_at_checked(size) else {
            return Ok(None);
        };
        data.extend_from_slice(chunk);
        match after {
            [] | [b'\r'] => return Ok(None),
            [b'\r', b'\n', after @ ..] => rest = after,
            _ => return Err(()),
        }
    }
    while let Some(line) = line(&mut rest, trailer, trailer_begun)? {
        if line.is_empty() {
            return Ok(Some((data, input.len() - rest.len())));
        }
    }
    Ok(None)
}
