//! The parts of a multipart body (RFC 2046, section 5.1), in whatever pieces it comes.
//!
//! Every byte is looked at a bounded number of times. Of a line that may become a boundary nothing is
//! kept but how much of it has come, for its bytes are those of the boundary. What is accepted is what
//! python-multipart accepts of a body in one piece.

use memchr::memmem::Finder;

use crate::octets::is_token_byte;

/// Headers that a part may have.
const MOST_HEADERS: usize = 8;
/// Bytes of a header line, without its end.
const LONGEST_HEADER: usize = 4096 + 128;

/// Names in lower case, and values.
pub type Headers = Vec<(Vec<u8>, Vec<u8>)>;

/// What comes in a body, in this order for each part.
pub enum Event<'c> {
    /// The headers of the next part.
    Headers(Headers),
    /// More of its content.
    Data(&'c [u8]),
    /// The end of its content.
    End,
}

/// The bytes are no multipart body.
pub struct Malformed;

#[derive(Debug)]
pub struct Scanner {
    /// A line break, two hyphens and the boundary.
    delimiter: Finder<'static>,
    state: State,
    /// Those of the part, up to the one that comes.
    headers: Headers,
    header_size: usize,
    name: Vec<u8>,
    value: Vec<u8>,
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum State {
    /// The first byte of the body.
    Start,
    /// The first hyphen of the body.
    Preamble,
    /// The first delimiter, of which that many bytes have come.
    FirstDelimiter(usize),
    AfterFirstDelimiter,
    FirstLineFeed,
    FirstHyphen,
    HeaderStart,
    HeadersLineFeed,
    Name,
    ValueStart,
    Value,
    ValueLineFeed,
    /// The content of a part, the last bytes of which may be the first of a delimiter.
    Data(usize),
    AfterDelimiter,
    DelimiterLineFeed,
    DelimiterHyphen,
    Padding,
    PaddingLineFeed,
    Closed,
}

impl Scanner {
    /// `boundary` must have no line break, so that a delimiter has none but its first.
    pub fn new(boundary: &[u8]) -> Self {
        let delimiter = [b"\r\n--", boundary].concat();
        Self {
            delimiter: Finder::new(&delimiter).into_owned(),
            state: State::Start,
            headers: Vec::new(),
            header_size: 0,
            name: Vec::new(),
            value: Vec::new(),
        }
    }

    /// Whether a body that ends here is a whole one; one of no byte is.
    pub fn may_end(&self) -> bool {
        matches!(self.state, State::Start | State::Closed)
    }

    /// Takes the next piece of the body, and gives what comes in it to `take`.
    pub fn write<E: From<Malformed>>(
        &mut self,
        piece: &[u8],
        mut take: impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = piece;
        while let Some(&byte) = rest.first() {
            let consumed = match self.state {
                State::Data(matched) => self.read_data(matched, rest, &mut take)?,
                State::AfterDelimiter => self.end_delimiter(byte, &mut take)?,
                State::DelimiterLineFeed | State::DelimiterHyphen => {
                    self.decide_delimiter(byte, &mut take)?
                }
                State::PaddingLineFeed if byte == b'\n' => {
                    take(Event::End)?;
                    self.go_on(State::HeaderStart)
                }
                State::HeadersLineFeed if byte == b'\n' => {
                    take(Event::Headers(std::mem::take(&mut self.headers)))?;
                    self.go_on(State::Data(0))
                }
                State::Closed => rest.len(),
                _ => self.read_structure(byte, rest)?,
            };
            rest = rest.get(consumed..).unwrap_or_default();
        }
        Ok(())
    }

    /// Reads what is not content, and says how many bytes it took.
    fn read_structure(&mut self, byte: u8, rest: &[u8]) -> Result<usize, Malformed> {
        Ok(match (self.state, byte) {
            (State::Start, b'\r' | b'\n') => self.go_on(State::Preamble),
            (State::Start, _) => self.read_again(State::FirstDelimiter(2)),
            (State::Preamble, _) => match memchr::memchr(b'-', rest) {
                Some(place) => {
                    self.state = State::FirstDelimiter(2);
                    place
                }
                None => rest.len(),
            },
            (State::FirstDelimiter(matched), _) => self.read_first_delimiter(matched, rest)?,
            (State::AfterFirstDelimiter, b'\r') => self.go_on(State::FirstLineFeed),
            (State::AfterFirstDelimiter, b'-') => self.go_on(State::FirstHyphen),
            (State::FirstLineFeed, b'\n') => self.go_on(State::HeaderStart),
            (State::FirstHyphen, b'-') => self.go_on(State::Closed),
            (State::HeaderStart, b'\r') => self.go_on(State::HeadersLineFeed),
            (State::HeaderStart, _) => self.begin_header()?,
            (State::Name, _) => self.read_name(rest)?,
            (State::ValueStart, b' ') => {
                self.grow_header(1)?;
                1
            }
            (State::ValueStart, _) => self.read_again(State::Value),
            (State::Value, _) => self.read_value(rest)?,
            (State::ValueLineFeed, b'\n') => self.end_header(),
            (State::Padding, b' ' | b'\t') => 1,
            (State::Padding, b'\r') => self.go_on(State::PaddingLineFeed),
            _ => return Err(Malformed),
        })
    }

    fn go_on(&mut self, state: State) -> usize {
        self.state = state;
        1
    }

    fn read_again(&mut self, state: State) -> usize {
        self.state = state;
        0
    }

    fn read_first_delimiter(&mut self, matched: usize, rest: &[u8]) -> Result<usize, Malformed> {
        let expected = self.delimiter.needle().get(matched..).unwrap_or_default();
        let length = expected.len().min(rest.len());
        if expected.get(..length) != rest.get(..length) {
            return Err(Malformed);
        }
        self.state = if length == expected.len() {
            State::AfterFirstDelimiter
        } else {
            State::FirstDelimiter(matched + length)
        };
        Ok(length)
    }

    fn begin_header(&mut self) -> Result<usize, Malformed> {
        if self.headers.len() == MOST_HEADERS {
            return Err(Malformed);
        }
        self.header_size = 0;
        Ok(self.read_again(State::Name))
    }

    fn grow_header(&mut self, bytes: usize) -> Result<(), Malformed> {
        self.header_size += bytes;
        if self.header_size > LONGEST_HEADER {
            return Err(Malformed);
        }
        Ok(())
    }

    fn read_name(&mut self, rest: &[u8]) -> Result<usize, Malformed> {
        let end = rest.iter().position(|&byte| !is_token_byte(byte));
        let name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.grow_header(name.len())?;
        self.name.extend(name.iter().map(u8::to_ascii_lowercase));
        match end.and_then(|end| rest.get(end)) {
            None => Ok(name.len()),
            Some(b':') if !self.name.is_empty() => {
                self.grow_header(1)?;
                self.state = State::ValueStart;
                Ok(name.len() + 1)
            }
            Some(_) => Err(Malformed),
        }
    }

    fn read_value(&mut self, rest: &[u8]) -> Result<usize, Malformed> {
        let end = memchr::memchr(b'\r', rest);
        let value = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.grow_header(value.len())?;
        self.value.extend_from_slice(value);
        if end.is_none() {
            return Ok(value.len());
        }
        self.state = State::ValueLineFeed;
        Ok(value.len() + 1)
    }

    fn end_header(&mut self) -> usize {
        let name = std::mem::take(&mut self.name);
        let value = std::mem::take(&mut self.value);
        self.headers.push((name, value));
        self.go_on(State::HeaderStart)
    }

    fn read_data<E>(
        &mut self,
        matched: usize,
        rest: &[u8],
        take: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let delimiter = self.delimiter.needle();
        if matched > 0 {
            let (come, expected) = delimiter.split_at(matched);
            let length = expected.len().min(rest.len());
            if expected.get(..length) == rest.get(..length) {
                self.state = if length == expected.len() {
                    State::AfterDelimiter
                } else {
                    State::Data(matched + length)
                };
                return Ok(length);
            }
            self.state = State::Data(0);
            take(Event::Data(come))?;
            return Ok(0);
        }
        let (data, consumed, state) = if let Some(place) = self.delimiter.find(rest) {
            (place, place + delimiter.len(), State::AfterDelimiter)
        } else {
            let matched = beginning_of(delimiter, rest);
            (rest.len() - matched, rest.len(), State::Data(matched))
        };
        self.state = state;
        if data > 0 {
            take(Event::Data(rest.get(..data).unwrap_or_default()))?;
        }
        Ok(consumed)
    }

    /// What follows the boundary in its line.
    fn end_delimiter<E>(
        &mut self,
        byte: u8,
        take: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        Ok(match byte {
            b'\r' => self.go_on(State::DelimiterLineFeed),
            b'-' => self.go_on(State::DelimiterHyphen),
            b' ' | b'\t' => self.go_on(State::Padding),
            _ => {
                take(Event::Data(self.delimiter.needle()))?;
                self.read_again(State::Data(0))
            }
        })
    }

    fn decide_delimiter<E>(
        &mut self,
        byte: u8,
        take: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let is_last = matches!(self.state, State::DelimiterHyphen);
        match (is_last, byte) {
            (true, b'-') => {
                take(Event::End)?;
                Ok(self.go_on(State::Closed))
            }
            (false, b'\n') => {
                take(Event::End)?;
                Ok(self.go_on(State::HeaderStart))
            }
            _ => {
                // It was content that looked like a delimiter.
                take(Event::Data(self.delimiter.needle()))?;
                take(Event::Data(if is_last { b"-" } else { b"\r" }))?;
                Ok(self.read_again(State::Data(0)))
            }
        }
    }
}

/// How many of the last bytes of `data` are the first of a delimiter.
fn beginning_of(delimiter: &[u8], data: &[u8]) -> usize {
    let start = data.len().saturating_sub(delimiter.len() - 1);
    let tail = data.get(start..).unwrap_or_default();
    // A delimiter has no carriage return but its first byte.
    memchr::memrchr(b'\r', tail)
        .and_then(|place| tail.get(place..))
        .filter(|last| delimiter.starts_with(last))
        .map_or(0, <[u8]>::len)
}
