//! The access log: one request is one line, whatever its client sends.

use super::moment::Moment;
use super::response;
use crate::params::latin1;
use crate::{decimal, hexadecimal, json};

/// What is known of a request that was answered.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The client: `127.0.0.1:5000`.
    pub client: &'a str,
    /// The method as it was sent.
    pub method: &'a [u8],
    /// The request target as it was sent.
    pub target: &'a [u8],
    /// The version of the request: 1 for HTTP/1.1.
    pub minor_version: u8,
    /// The status of the response.
    pub status: u16,
    /// Bytes of the response's content.
    pub bytes: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// The field `User-Agent`.
    pub user_agent: Option<&'a [u8]>,
    /// The identifier of the request.
    pub request_id: Option<&'a [u8]>,
    /// When it was answered, in seconds since the beginning of 1970.
    pub unix_time: f64,
}

/// A part of a line that may be left out. Method, target, version and status are always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Who asked.
    Client,
    /// When it was answered, in universal time.
    Time,
    /// How long it took, in seconds.
    Duration,
    /// Bytes of the response's content.
    Bytes,
    /// The identifier of the request, where it has one.
    RequestId,
    /// The field `User-Agent`, where there is one.
    UserAgent,
}

impl Field {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 6] = [
        Self::Client,
        Self::Time,
        Self::Duration,
        Self::Bytes,
        Self::RequestId,
        Self::UserAgent,
    ];

    /// Its name in options and in lines: `request_id`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Bytes => "bytes",
            Self::RequestId => "request_id",
            Self::UserAgent => "user_agent",
        }
    }
}

/// Which optional parts are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields(u8);

impl Default for Fields {
    /// Those of uvicorn's lines: the client.
    fn default() -> Self {
        Self::new([Field::Client])
    }
}

impl Fields {
    /// These and no others.
    #[must_use]
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Self {
        let bits = fields.into_iter().map(|field| 1 << field as u8);
        Self(bits.fold(0, |all, bit| all | bit))
    }

    /// Whether a field is shown.
    #[must_use]
    pub fn contains(&self, field: Field) -> bool {
        self.0 & (1 << field as u8) != 0
    }
}

/// Appends an entry in uvicorn's words, then the chosen fields as `name=value`, and a line feed:
/// `127.0.0.1:5000 - "GET /x?q=1 HTTP/1.1" 200 OK duration=0.000204`.
///
/// Everything but printable ASCII is written as `\x1b`, and so are quotes and backslashes.
pub fn write_text(out: &mut Vec<u8>, entry: &Entry<'_>, fields: &Fields) {
    if fields.contains(Field::Client) {
        write_escaped(out, entry.client.as_bytes());
        out.extend_from_slice(b" - ");
    }
    out.push(b'"');
    write_escaped(out, entry.method);
    out.push(b' ');
    write_escaped(out, entry.target);
    out.extend_from_slice(b" HTTP/1.");
    decimal::push(out, u64::from(entry.minor_version));
    out.extend_from_slice(b"\" ");
    decimal::push(out, u64::from(entry.status));
    let reason = response::reason(entry.status);
    if !reason.is_empty() {
        out.push(b' ');
        out.extend_from_slice(reason.as_bytes());
    }
    for field in shown(fields).filter(|field| *field != Field::Client) {
        let Some(value) = value(entry, field) else {
            continue;
        };
        out.push(b' ');
        out.extend_from_slice(field.name().as_bytes());
        out.push(b'=');
        match value {
            Value::Text(text) => {
                out.push(b'"');
                write_escaped(out, text);
                out.push(b'"');
            }
            Value::Count(count) => decimal::push(out, count),
            Value::Seconds(seconds) => write_seconds(out, seconds),
            Value::Time(time) => write_time(out, time),
        }
    }
    out.push(b'\n');
}

/// Appends an entry as a JSON object and a line feed. Bytes beyond ASCII are the characters of their
/// numbers (ISO 8859-1), as escapes.
pub fn write_json(out: &mut Vec<u8>, entry: &Entry<'_>, fields: &Fields) {
    out.extend_from_slice(b"{\"method\":");
    write_string(out, entry.method);
    out.extend_from_slice(b",\"target\":");
    write_string(out, entry.target);
    out.extend_from_slice(b",\"version\":\"1.");
    decimal::push(out, u64::from(entry.minor_version));
    out.extend_from_slice(b"\",\"status\":");
    decimal::push(out, u64::from(entry.status));
    for field in shown(fields) {
        let Some(value) = value(entry, field) else {
            continue;
        };
        out.extend_from_slice(b",\"");
        out.extend_from_slice(field.name().as_bytes());
        out.extend_from_slice(b"\":");
        match value {
            Value::Text(text) => write_string(out, text),
            Value::Count(count) => decimal::push(out, count),
            Value::Seconds(seconds) => write_seconds(out, seconds),
            Value::Time(time) => {
                out.push(b'"');
                write_time(out, time);
                out.push(b'"');
            }
        }
    }
    out.extend_from_slice(b"}\n");
}

/// What an optional field says.
enum Value<'a> {
    Text(&'a [u8]),
    Count(u64),
    Seconds(f64),
    Time(f64),
}

fn shown(fields: &Fields) -> impl Iterator<Item = Field> {
    let fields = *fields;
    Field::ALL
        .into_iter()
        .filter(move |field| fields.contains(*field))
}

fn value<'a>(entry: &Entry<'a>, field: Field) -> Option<Value<'a>> {
    match field {
        Field::Client => Some(Value::Text(entry.client.as_bytes())),
        Field::Time => Some(Value::Time(entry.unix_time)),
        Field::Duration => Some(Value::Seconds(entry.seconds)),
        Field::Bytes => Some(Value::Count(entry.bytes)),
        Field::RequestId => entry.request_id.map(Value::Text),
        Field::UserAgent => entry.user_agent.map(Value::Text),
    }
}

fn write_string(out: &mut Vec<u8>, text: &[u8]) {
    json::write_ascii_string(out, &latin1(text));
}

fn write_escaped(out: &mut Vec<u8>, text: &[u8]) {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&byte| !is_plain(byte))
        && let (plain, [special, after @ ..]) = rest.split_at(at)
    {
        out.extend_from_slice(plain);
        out.extend_from_slice(b"\\x");
        out.extend([special >> 4, special & 0xF].map(hexadecimal::digit));
        rest = after;
    }
    out.extend_from_slice(rest);
}

/// Seconds with six decimals.
fn write_seconds(out: &mut Vec<u8>, seconds: f64) {
    let microseconds = whole(seconds * 1e6);
    decimal::push(out, microseconds / 1_000_000);
    out.push(b'.');
    decimal::push_digits(out, microseconds % 1_000_000, 6);
}

/// A moment with milliseconds, as RFC 3339 writes it.
fn write_time(out: &mut Vec<u8>, unix_time: f64) {
    let milliseconds = whole(unix_time * 1e3);
    let moment = Moment::new(milliseconds / 1_000);
    for (number, digits, end) in [
        (moment.year, 4, b'-'),
        (moment.month, 2, b'-'),
        (moment.day, 2, b'T'),
        (moment.hour, 2, b':'),
        (moment.minute, 2, b':'),
        (moment.second, 2, b'.'),
        (milliseconds % 1_000, 3, b'Z'),
    ] {
        decimal::push_digits(out, number, digits);
        out.push(end);
    }
}

/// The nearest whole number; nothing below zero, and zero for what is no number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast of a float saturates"
)]
fn whole(number: f64) -> u64 {
    number.round() as u64
}
