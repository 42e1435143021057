//! The head of a request: its request line and its fields (RFC 9112, sections 2 to 5).
//!
//! The crate httparse reads it; what it lets pass and RFC 9112 does not, or leaves open, is refused
//! here. Only whole lines are looked at, so that the answer does not depend on where the input was
//! cut.

use std::fmt;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::length::{self, Body, LengthError};
use super::lines::Lines;
use super::meaning::Meaning;
use super::{host, target};

/// Empty lines before a request, which some clients send after a body (section 2.2).
const EMPTY_LINES: usize = 2;
/// Bytes of a method.
const METHOD: usize = 32;
/// What a request line has beside its target, in bytes: method, version, spaces and line end.
const REQUEST_LINE: usize = 64;
/// As many fields as are read without an allocation for them.
const FEW_FIELDS: usize = 128;

/// How large a head may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole head, empty lines before it included.
    pub size: usize,
    /// The number of fields.
    pub fields: usize,
    /// Bytes of the request target.
    pub target: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            size: 65_536,
            fields: 128,
            target: 32_768,
        }
    }
}

/// A part of the buffer that a head was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The place of `part`, a slice of `buffer`.
    fn of(buffer: &[u8], part: &[u8]) -> Self {
        let start = part.as_ptr().addr().wrapping_sub(buffer.as_ptr().addr());
        let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: place(start),
            end: place(start.saturating_add(part.len())),
        }
    }

    /// The part of `buffer`, which begins with the bytes that were parsed; nothing when it is too
    /// short.
    #[must_use]
    pub fn get<'a>(&self, buffer: &'a [u8]) -> &'a [u8] {
        buffer.get(self.range()).unwrap_or_default()
    }

    /// The offsets of the part.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        let offset = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
        offset(self.start)..offset(self.end)
    }
}

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, as it was sent.
    pub name: Span,
    /// The value, without the white space around it.
    pub value: Span,
}

/// The head of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The method, a token.
    pub method: Span,
    /// The request target, for [`super::target::parse`].
    pub target: Span,
    /// 1 for HTTP/1.1, 0 for HTTP/1.0.
    pub minor_version: u8,
    /// The fields in their order.
    pub fields: Vec<Field>,
    /// What follows the head.
    pub body: Body,
    /// Whether another request may follow (section 9.3): in HTTP/1.1 unless `Connection` says
    /// `close`, in HTTP/1.0 never.
    pub persistent: bool,
    /// The value of `Upgrade`, when `Connection` names it: in HTTP/1.1 only, and neither when there
    /// are several fields of that name nor before a body.
    pub upgrade: Option<Span>,
    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110, section
    /// 10.1.1): in HTTP/1.1 only, and only when there is a body.
    pub expects_continue: bool,
    /// Bytes of the head in the buffer, empty lines before it included.
    pub size: usize,
}

/// Why a head is refused. The connection has to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadError {
    /// More empty lines before the request line than two.
    EmptyLines,
    /// CR or LF without the other.
    LineEnd,
    /// No method, target and version with one space between them.
    RequestLine,
    /// A method of more than 32 bytes.
    MethodTooLong,
    /// A target, or a request line, over its limit.
    TargetTooLong,
    /// A version other than HTTP/1.1 and HTTP/1.0.
    Version,
    /// The name of a field that is no token with a colon behind it: also folded lines.
    FieldName,
    /// A control character in the value of a field.
    FieldValue,
    /// More fields than the limit.
    TooManyFields,
    /// A head over the limit of its size.
    TooLarge,
    /// A request of HTTP/1.1 without `Host`.
    MissingHost,
    /// A `Host` that is no host and port.
    InvalidHost,
    /// A `Host` that is not the one of an absolute target (section 3.2.2).
    OtherHost,
    /// `Host`, `Content-Length` or `Transfer-Encoding` more than once.
    Repeated,
    /// No one way to say how long the body is.
    Length(LengthError),
}

impl HeadError {
    /// The status that answers it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::TargetTooLong => 414,
            Self::TooManyFields | Self::TooLarge => 431,
            Self::MethodTooLong => 501,
            Self::Version => 505,
            Self::Length(error) => error.status(),
            _ => 400,
        }
    }
}

impl fmt::Display for HeadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::EmptyLines => "too many empty lines before a request",
            Self::LineEnd => "a line does not end with CR and LF",
            Self::RequestLine => "the request line is not well-formed",
            Self::MethodTooLong => "the method is too long",
            Self::TargetTooLong => "the request target is too long",
            Self::Version => "neither HTTP/1.1 nor HTTP/1.0",
            Self::FieldName => "the name of a field is not well-formed",
            Self::FieldValue => "the value of a field has a control character",
            Self::TooManyFields => "too many fields",
            Self::TooLarge => "the head is too large",
            Self::MissingHost => "no Host in HTTP/1.1",
            Self::InvalidHost => "Host is no host and port",
            Self::OtherHost => "Host is not that of the request target",
            Self::Repeated => "Host, Content-Length or Transfer-Encoding more than once",
            Self::Length(error) => return error.fmt(formatter),
        })
    }
}

impl std::error::Error for HeadError {}

impl From<LengthError> for HeadError {
    fn from(error: LengthError) -> Self {
        Self::Length(error)
    }
}

/// Reads the head at the beginning of `buffer`; `None` while more is needed.
///
/// Every beginning of a buffer gives `None` or what the whole buffer gives. A call takes time linear
/// in the head: who asks again only where [`may_decide`] says so asks at most once a line.
///
/// # Errors
///
/// A head that is not well-formed, not to be understood in one way only, or over a limit; the latter
/// as soon as it is, without waiting for its end.
///
/// ```
/// use ferroapi_core::http::head::{Limits, parse};
///
/// let request = b"GET /items HTTP/1.1\r\nHost: example.com\r\n\r\n";
/// let head = parse(request, &Limits::default())?.ok_or("more is needed")?;
/// assert_eq!(head.target.get(request), b"/items");
/// assert_eq!(head.size, request.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parse(buffer: &[u8], limits: &Limits) -> Result<Option<Head>, HeadError> {
    let window = buffer.get(..limits.size).unwrap_or(buffer);
    let is_full = window.len() == limits.size;
    let request = skip_empty_lines(window)?;
    let lines = Lines::read(request, limits.target.saturating_add(REQUEST_LINE));
    if lines.is_first_too_long || (is_full && lines.first_has_no_end) {
        return Err(HeadError::TargetTooLong);
    }
    let mut few = [const { MaybeUninit::uninit() }; FEW_FIELDS];
    let mut many = Vec::new();
    let slots = if limits.fields <= FEW_FIELDS {
        &mut few[..]
    } else {
        many.reserve(limits.fields);
        many.spare_capacity_mut()
    };
    let slots = slots.get_mut(..limits.fields).unwrap_or_default();
    let mut parsed = httparse::Request::new(&mut []);
    let result = parsed.parse_with_uninit_headers(lines.whole, slots);
    if parsed.method.is_some_and(|method| method.len() > METHOD) {
        return Err(HeadError::MethodTooLong);
    }
    if parsed.path.is_some_and(|path| path.len() > limits.target) {
        return Err(HeadError::TargetTooLong);
    }
    match result {
        Ok(httparse::Status::Complete(size)) => {
            let before = window.len() - request.len();
            head(buffer, &parsed, before + size).map(Some)
        }
        Ok(httparse::Status::Partial) if lines.has_wrong_end => Err(HeadError::LineEnd),
        Ok(httparse::Status::Partial) if is_full => Err(HeadError::TooLarge),
        Ok(httparse::Status::Partial) => Ok(None),
        Err(error) => Err(refused(error, &parsed, lines.first)),
    }
}

/// Whether [`parse`] may say something else of `buffer` than of its first `seen` bytes, of which it
/// has said that more is needed.
///
/// ```
/// use ferroapi_core::http::head::{Limits, may_decide};
///
/// assert!(may_decide(b"GET / HTTP/1.1\r\n", 0, &Limits::default()));
/// assert!(!may_decide(b"GET / HTTP/1.1\r\nHos", 16, &Limits::default()));
/// ```
#[must_use]
pub fn may_decide(buffer: &[u8], seen: usize, limits: &Limits) -> bool {
    let is_crossed = |limit: usize| seen < limit && limit <= buffer.len();
    let longest_line = limits.target.saturating_add(REQUEST_LINE);
    buffer.get(seen..).unwrap_or_default().contains(&b'\n')
        || is_crossed(limits.size)
        || (0..=EMPTY_LINES).any(|lines| is_crossed(longest_line.saturating_add(2 * lines + 1)))
}

/// Whether `buffer` has anything of a request: empty lines before it are nothing, nor is the
/// beginning of one.
///
/// ```
/// use ferroapi_core::http::head::has_begun;
///
/// assert!(has_begun(b"\r\nG"));
/// assert!(!has_begun(b"\r\n\r"));
/// ```
#[must_use]
pub fn has_begun(buffer: &[u8]) -> bool {
    !matches!(skip_empty_lines(buffer), Ok(b"" | b"\r"))
}

/// Whether the method of the request at the beginning of `buffer` is `HEAD`, be the rest well-formed
/// or not: no answer to it has content (RFC 9110, section 9.3.2).
///
/// ```
/// use ferroapi_core::http::head::is_for_head;
///
/// assert!(is_for_head(b"\r\nHEAD / HTTP/1.1\r\n\r\n"));
/// assert!(!is_for_head(b"HEADER / HTTP/1.1\r\n\r\n"));
/// ```
#[must_use]
pub fn is_for_head(buffer: &[u8]) -> bool {
    skip_empty_lines(buffer).is_ok_and(|request| request.starts_with(b"HEAD "))
}

/// What is behind the empty lines at the beginning.
fn skip_empty_lines(window: &[u8]) -> Result<&[u8], HeadError> {
    let mut rest = window;
    let mut count = 0;
    while let [b'\r', b'\n', after @ ..] = rest {
        rest = after;
        count += 1;
        if count > EMPTY_LINES {
            return Err(HeadError::EmptyLines);
        }
    }
    Ok(rest)
}

fn refused(
    error: httparse::Error,
    parsed: &httparse::Request<'_, '_>,
    request_line: &[u8],
) -> HeadError {
    match error {
        httparse::Error::HeaderName => HeadError::FieldName,
        httparse::Error::HeaderValue => HeadError::FieldValue,
        httparse::Error::NewLine => HeadError::LineEnd,
        httparse::Error::TooManyHeaders => HeadError::TooManyFields,
        httparse::Error::Version if has_other_version(parsed, request_line) => HeadError::Version,
        httparse::Error::Version | httparse::Error::Token | httparse::Error::Status => {
            HeadError::RequestLine
        }
    }
}

/// Whether what follows the target is a version all the same.
fn has_other_version(parsed: &httparse::Request<'_, '_>, request_line: &[u8]) -> bool {
    let length = |part: Option<&str>| part.map_or(0, |part| part.len() + 1);
    matches!(
        request_line.get(length(parsed.method) + length(parsed.path)..),
        Some([b'H', b'T', b'T', b'P', b'/', major, b'.', minor, b'\r', b'\n'])
            if major.is_ascii_digit() && minor.is_ascii_digit()
    )
}

/// What the fields of a well-formed head mean.
fn head(buffer: &[u8], parsed: &httparse::Request<'_, '_>, size: usize) -> Result<Head, HeadError> {
    let minor_version = parsed.version.unwrap_or_default();
    let is_current = minor_version > 0;
    let mut meaning = Meaning::default();
    let mut fields = Vec::with_capacity(parsed.headers.len());
    for header in parsed.headers.iter() {
        meaning.read(header.name.as_bytes(), header.value)?;
        fields.push(Field {
            name: Span::of(buffer, header.name.as_bytes()),
            value: Span::of(buffer, header.value),
        });
    }
    match meaning.host {
        Some(value) if !host::is_host(value) => return Err(HeadError::InvalidHost),
        None if is_current => return Err(HeadError::MissingHost),
        _ => {}
    }
    let requested = target::authority(parsed.path.unwrap_or_default().as_bytes());
    if let (Some(value), Some((authority, default_port))) = (meaning.host, requested)
        && !host::is_same(value, authority, default_port)
    {
        return Err(HeadError::OtherHost);
    }
    let body = length::body(
        minor_version,
        meaning.content_length,
        meaning.transfer_encoding,
    )?;
    let upgrade = meaning.upgrade.filter(|_| {
        is_current
            && matches!(body, Body::None)
            && meaning.connection.upgrade
            && !meaning.has_several_upgrades
    });
    let span = |part: Option<&str>| Span::of(buffer, part.unwrap_or_default().as_bytes());
    Ok(Head {
        method: span(parsed.method),
        target: span(parsed.path),
        minor_version,
        fields,
        body,
        persistent: meaning.connection.is_persistent(minor_version),
        upgrade: upgrade.map(|value| Span::of(buffer, value)),
        expects_continue: is_current && meaning.expects_continue && !matches!(body, Body::None),
        size,
    })
}
