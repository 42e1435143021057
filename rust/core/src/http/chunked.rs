//! Chunked bodies, decoded as they come (RFC 9112, section 7.1).
//!
//! Lines end with CR and LF and nothing else. Extensions and trailers are checked, bounded and
//! thrown away. What is decoded does not depend on where the input was cut, and each byte is looked
//! at once.

use std::fmt;

use crate::octets::{is_field_value_byte, is_token_byte};

/// Digits of a size.
const DIGITS: u8 = 16;
/// Bytes of all extensions of a body.
const EXTENSIONS: u32 = 4_096;
/// Bytes of all trailers of a body, line ends not counted.
const TRAILERS: u32 = 8_192;
/// Lines of trailers.
const TRAILER_LINES: u8 = 64;

/// The state of one body.
#[derive(Clone, Debug)]
pub struct Chunked {
    state: State,
    /// The size that is read, then what is left of the data.
    size: u64,
    extensions: u32,
    trailers: u32,
    trailer_lines: u8,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A size, of which so many digits have come.
    Size(u8),
    Extension(Extension),
    SizeEnd,
    Data,
    DataReturn,
    DataEnd,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerEnd,
    LastEnd,
    Done,
}

/// What comes next in an extension: a name, and a value that is a token or quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extension {
    Start,
    Name,
    ValueStart,
    Value,
    Quoted,
    QuotedPair,
    QuotedEnd,
}

/// What was decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Data of the body, never empty; more may follow in the same input.
    Data(&'a [u8]),
    /// Everything was consumed and the body goes on.
    More,
    /// The body has ended. What was not consumed is the next request's.
    End,
}

/// Why a chunked body is refused. The connection has to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkError {
    /// A size that is no hexadecimal number of at most 16 digits, below 2^63.
    Size,
    /// An extension that is no name, or no name and value.
    Extension,
    /// More than 4 KiB of extensions.
    TooManyExtensions,
    /// CR or LF without the other, or data that is longer than its size.
    LineEnd,
    /// A trailer that is no field.
    Trailer,
    /// More than 8 KiB or 64 lines of trailers.
    TooManyTrailers,
}

impl ChunkError {
    /// The status that answers it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::TooManyTrailers => 431,
            _ => 400,
        }
    }
}

impl fmt::Display for ChunkError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Size => "the size of a chunk is no hexadecimal number below 2^63",
            Self::Extension => "the extension of a chunk is not well-formed",
            Self::TooManyExtensions => "too many extensions of chunks",
            Self::LineEnd => "a line of a chunked body does not end with CR and LF",
            Self::Trailer => "a trailer is not well-formed",
            Self::TooManyTrailers => "too many trailers",
        })
    }
}

impl std::error::Error for ChunkError {}

impl Default for Chunked {
    fn default() -> Self {
        Self::new()
    }
}

impl Chunked {
    /// The beginning of a body.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: State::Size(0),
            size: 0,
            extensions: 0,
            trailers: 0,
            trailer_lines: 0,
        }
    }

    /// Decodes up to the next data: how many bytes of `input` that took, and what came of it.
    ///
    /// To be called with what was not consumed until it answers [`Piece::More`] or [`Piece::End`].
    /// After the end it consumes nothing.
    ///
    /// # Errors
    ///
    /// A body that is not well-formed or goes over a limit. Nothing more may be decoded then.
    ///
    /// ```
    /// use ferroapi_core::http::chunked::{Chunked, Piece};
    ///
    /// let mut body = Chunked::new();
    /// assert_eq!(body.decode(b"3\r\nabc\r\n0"), Ok((6, Piece::Data(b"abc"))));
    /// assert_eq!(body.decode(b"\r\n0"), Ok((3, Piece::More)));
    /// assert_eq!(body.decode(b"\r\n\r\nGET"), Ok((4, Piece::End)));
    /// ```
    pub fn decode<'a>(&mut self, input: &'a [u8]) -> Result<(usize, Piece<'a>), ChunkError> {
        let mut rest = input;
        loop {
            if self.state == State::Done {
                return Ok((input.len() - rest.len(), Piece::End));
            }
            if self.state == State::Data && !rest.is_empty() {
                let (data, rest) = self.data(rest);
                return Ok((input.len() - rest.len(), Piece::Data(data)));
            }
            let Some((&byte, after)) = rest.split_first() else {
                return Ok((input.len(), Piece::More));
            };
            self.state = self.step(byte)?;
            rest = after;
        }
    }

    /// Splits off what belongs to the chunk.
    fn data<'a>(&mut self, rest: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let (data, rest) = rest.split_at(size.min(rest.len()));
        self.size -= data.len() as u64;
        if self.size == 0 {
            self.state = State::DataReturn;
        }
        (data, rest)
    }

    /// The state after a byte.
    fn step(&mut self, byte: u8) -> Result<State, ChunkError> {
        match (self.state, byte) {
            (State::Size(1..), b'\r') => Ok(State::SizeEnd),
            (State::Size(1..), b';') => {
                self.count_extension()?;
                Ok(State::Extension(Extension::Start))
            }
            (State::Size(digits), _) => self.digit(digits, byte),
            (State::Extension(extension), _) => self.extension(extension, byte),
            (State::SizeEnd, b'\n') if self.size == 0 => Ok(State::TrailerStart),
            (State::SizeEnd, b'\n') => Ok(State::Data),
            (State::DataReturn, b'\r') => Ok(State::DataEnd),
            (State::DataEnd, b'\n') => Ok(State::Size(0)),
            (State::TrailerStart, b'\r') => Ok(State::LastEnd),
            (State::TrailerStart, _) => {
                self.trailer_lines += 1;
                if self.trailer_lines > TRAILER_LINES {
                    return Err(ChunkError::TooManyTrailers);
                }
                self.trailer_name(byte)
            }
            (State::TrailerName, b':') => {
                self.count_trailer()?;
                Ok(State::TrailerValue)
            }
            (State::TrailerName, _) => self.trailer_name(byte),
            (State::TrailerValue, b'\r') => Ok(State::TrailerEnd),
            (State::TrailerValue, _) if is_field_value_byte(byte) => {
                self.count_trailer()?;
                Ok(State::TrailerValue)
            }
            (State::TrailerValue, _) => Err(ChunkError::Trailer),
            (State::TrailerEnd, b'\n') => Ok(State::TrailerStart),
            (State::LastEnd, b'\n') => Ok(State::Done),
            (State::Data | State::Done, _) => Ok(self.state),
            (
                State::SizeEnd
                | State::DataReturn
                | State::DataEnd
                | State::TrailerEnd
                | State::LastEnd,
                _,
            ) => Err(ChunkError::LineEnd),
        }
    }

    fn digit(&mut self, digits: u8, byte: u8) -> Result<State, ChunkError> {
        let digit = char::from(byte).to_digit(16).ok_or(ChunkError::Size)?;
        if digits == 0 {
            self.size = 0;
        }
        if digits == DIGITS || self.size >> 59 != 0 {
            return Err(ChunkError::Size);
        }
        self.size = self.size << 4 | u64::from(digit);
        Ok(State::Size(digits + 1))
    }

    /// White space is refused, though RFC 9112 would have it parsed: it has no use, and h11 and
    /// llhttp do not parse it.
    fn extension(&mut self, extension: Extension, byte: u8) -> Result<State, ChunkError> {
        use Extension::{Name, Quoted, QuotedEnd, QuotedPair, Start, Value, ValueStart};
        if byte == b'\r' && matches!(extension, Name | Value | QuotedEnd) {
            return Ok(State::SizeEnd);
        }
        self.count_extension()?;
        Ok(State::Extension(match (extension, byte) {
            (Name | Value | QuotedEnd, b';') => Start,
            (Name, b'=') => ValueStart,
            (Start | Name, _) if is_token_byte(byte) => Name,
            (ValueStart, b'"') => Quoted,
            (ValueStart | Value, _) if is_token_byte(byte) => Value,
            (Quoted, b'"') => QuotedEnd,
            (Quoted, b'\\') => QuotedPair,
            (Quoted | QuotedPair, _) if is_field_value_byte(byte) => Quoted,
            _ => return Err(ChunkError::Extension),
        }))
    }

    fn trailer_name(&mut self, byte: u8) -> Result<State, ChunkError> {
        self.count_trailer()?;
        if is_token_byte(byte) {
            Ok(State::TrailerName)
        } else {
            Err(ChunkError::Trailer)
        }
    }

    fn count_extension(&mut self) -> Result<(), ChunkError> {
        self.extensions += 1;
        if self.extensions > EXTENSIONS {
            return Err(ChunkError::TooManyExtensions);
        }
        Ok(())
    }

    fn count_trailer(&mut self) -> Result<(), ChunkError> {
        self.trailers += 1;
        if self.trailers > TRAILERS {
            return Err(ChunkError::TooManyTrailers);
        }
        Ok(())
    }
}
