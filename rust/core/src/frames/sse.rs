//! Server-sent events.

use std::fmt;

use memchr::{memchr, memchr2};

use crate::decimal;

/// One event of an event stream (HTML standard, section server-sent events).
///
/// Fields that are `None` are not written. `data` and `comment` may have any number of lines; a
/// reader gets them back with every line break turned into a line feed.
///
/// ```
/// use ferroapi_core::frames::Event;
///
/// let event = Event { data: Some(b"one\ntwo"), id: Some("7"), ..Event::default() };
/// let mut buffer = Vec::new();
/// event.append(&mut buffer)?;
/// assert_eq!(buffer, b"data: one\ndata: two\nid: 7\n\n");
/// # Ok::<(), ferroapi_core::frames::EventError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Event<'a> {
    /// The payload, in UTF-8.
    pub data: Option<&'a [u8]>,
    /// The type of the event, one line.
    pub event: Option<&'a str>,
    /// What a reader sends back as `Last-Event-ID`, one line without NUL.
    pub id: Option<&'a str>,
    /// The reconnection time in milliseconds.
    pub retry: Option<u64>,
    /// Lines that readers skip.
    pub comment: Option<&'a str>,
}

impl Event<'_> {
    /// Appends the event and the empty line that ends it.
    ///
    /// # Errors
    ///
    /// Nothing is appended when `event` or `id` could not be read back as it is.
    pub fn append(&self, buffer: &mut Vec<u8>) -> Result<(), EventError> {
        self.event.map_or(Ok(()), check_event)?;
        self.id.map_or(Ok(()), check_id)?;
        if let Some(comment) = self.comment {
            append_lines(buffer, b": ", comment.as_bytes());
        }
        if let Some(event) = self.event {
            append_line(buffer, b"event: ", event.as_bytes());
        }
        if let Some(data) = self.data {
            append_lines(buffer, b"data: ", data);
        }
        if let Some(id) = self.id {
            append_line(buffer, b"id: ", id.as_bytes());
        }
        if let Some(retry) = self.retry {
            buffer.extend_from_slice(b"retry: ");
            decimal::push(buffer, retry);
            buffer.push(b'\n');
        }
        buffer.push(b'\n');
        Ok(())
    }
}

/// Why an [`Event`] cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventError {
    /// `event` has a carriage return or a line feed.
    EventLineBreak,
    /// `id` has a carriage return or a line feed.
    IdLineBreak,
    /// `id` has a NUL, which makes readers ignore it.
    IdNul,
}

impl fmt::Display for EventError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::EventLineBreak => "SSE 'event' must be a single line",
            Self::IdLineBreak => "SSE 'id' must be a single line",
            Self::IdNul => "SSE 'id' must not contain null characters",
        })
    }
}

impl std::error::Error for EventError {}

/// Whether a reader gets `event` back as the type of an event.
///
/// # Errors
///
/// It is not a single line.
pub fn check_event(event: &str) -> Result<(), EventError> {
    if has_line_break(event) {
        return Err(EventError::EventLineBreak);
    }
    Ok(())
}

/// Whether a reader keeps `id` as the last event's.
///
/// # Errors
///
/// It is not a single line, or has a NUL.
pub fn check_id(id: &str) -> Result<(), EventError> {
    if memchr(0, id.as_bytes()).is_some() {
        return Err(EventError::IdNul);
    }
    if has_line_break(id) {
        return Err(EventError::IdLineBreak);
    }
    Ok(())
}

fn has_line_break(text: &str) -> bool {
    memchr2(b'\r', b'\n', text.as_bytes()).is_some()
}

/// Appends every line of `text`, the empty ones too, split at CR, LF and CRLF.
fn append_lines(buffer: &mut Vec<u8>, field: &[u8], text: &[u8]) {
    let mut rest = text;
    while let Some((line, after)) = split_line(rest) {
        append_line(buffer, field, line);
        rest = after;
    }
    append_line(buffer, field, rest);
}

#[inline]
fn append_line(buffer: &mut Vec<u8>, field: &[u8], line: &[u8]) {
    buffer.reserve(field.len() + line.len() + 2);
    buffer.extend_from_slice(field);
    buffer.extend_from_slice(line);
    buffer.push(b'\n');
}

/// The first line of `text` and what follows its line break; `None` without a line break.
#[inline]
fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, line_break) = text.split_at_checked(memchr2(b'\r', b'\n', text)?)?;
    let after = line_break
        .strip_prefix(b"\r\n")
        .or_else(|| line_break.get(1..))?;
    Some((line, after))
}
