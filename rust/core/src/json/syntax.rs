//! Where Python's `json.loads` finds that a body is no JSON.

use super::number::has_long_integer;

/// Where a text is no JSON, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// The character where it is.
    pub position: usize,
}

/// The kinds of [`SyntaxError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// No value begins here.
    ExpectingValue,
    /// No member of an object begins here.
    ExpectingName,
    /// No colon follows a name.
    ExpectingColon,
    /// A value is followed by something else than a comma or the end of what it is in.
    ExpectingComma,
    /// A comma before the end of an array, where the reader tells it from a value that is missing.
    TrailingCommaInArray,
    /// The same of an object.
    TrailingCommaInObject,
    /// The string that begins here has no end.
    UnterminatedString,
    /// A control character in a string.
    ControlCharacter,
    /// A backslash in a string before something that needs none.
    Escape,
    /// The `u` of an escape without four hexadecimal digits, or at the very end of the text.
    UnicodeEscape,
    /// The value has ended before.
    ExtraData,
}

/// Finds where Python's `json.loads` finds that a body is no JSON.
///
/// `None` for JSON, `NaN` and infinities included, and for what has to be given to that function:
/// text that is not UTF-8 or begins with a byte order mark, and integers that it may refuse. The
/// time is linear in the length, and depth costs no stack.
///
/// Since Python 3.13 it tells commas that are too many (`tells_trailing_commas`).
///
/// ```
/// use ferroapi_core::json::{SyntaxErrorKind, syntax_error};
///
/// assert_eq!(syntax_error(br#"{"price": 1}"#, true), None);
/// let error = syntax_error(br#"{"price": }"#, true).unwrap();
/// assert_eq!((error.kind, error.position), (SyntaxErrorKind::ExpectingValue, 10));
/// ```
#[must_use]
pub fn syntax_error(body: &[u8], tells_trailing_commas: bool) -> Option<SyntaxError> {
    // A zero this early says that it is UTF-16 or UTF-32.
    let is_other_encoding =
        body.starts_with(b"\xEF\xBB\xBF") || body.iter().take(2).any(|b| *b == 0);
    if is_other_encoding || std::str::from_utf8(body).is_err() || has_long_integer(body) {
        return None;
    }
    let mut reader = Reader {
        text: body,
        at: 0,
        open: Vec::new(),
        tells_trailing_commas,
    };
    let (kind, offset) = reader.read().err()?;
    let before = body.get(..offset)?;
    // Of a character, all bytes but the first are continuations.
    let position = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    Some(SyntaxError { kind, position })
}

/// What is wrong, and the byte where it is.
type ErrorAt = (SyntaxErrorKind, usize);

#[derive(Clone, Copy)]
enum Container {
    Array,
    Object,
}

impl Container {
    fn end(self) -> u8 {
        match self {
            Self::Array => b']',
            Self::Object => b'}',
        }
    }

    fn trailing_comma(self) -> SyntaxErrorKind {
        match self {
            Self::Array => SyntaxErrorKind::TrailingCommaInArray,
            Self::Object => SyntaxErrorKind::TrailingCommaInObject,
        }
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    open: Vec<Container>,
    tells_trailing_commas: bool,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), ErrorAt> {
        self.blanks();
        loop {
            if self.begin_value()? {
                continue;
            }
            if self.end_values()? {
                break;
            }
        }
        self.blanks();
        if self.at == self.text.len() {
            Ok(())
        } else {
            Err((SyntaxErrorKind::ExtraData, self.at))
        }
    }

    /// Whether what begins here is followed by a value that is in it.
    fn begin_value(&mut self) -> Result<bool, ErrorAt> {
        let container = match self.peek() {
            Some(b'[') => Container::Array,
            Some(b'{') => Container::Object,
            Some(b'"') => return self.string().map(|()| false),
            _ => return self.literal().map(|()| false),
        };
        self.at += 1;
        self.blanks();
        if self.peek() == Some(container.end()) {
            self.at += 1;
            return Ok(false);
        }
        self.open.push(container);
        if matches!(container, Container::Object) {
            self.name()?;
        }
        Ok(true)
    }

    /// Reads what follows a value; whether it was the last one.
    fn end_values(&mut self) -> Result<bool, ErrorAt> {
        while let Some(container) = self.open.last().copied() {
            self.blanks();
            let end = container.end();
            match self.peek() {
                Some(byte) if byte == end => {
                    self.at += 1;
                    self.open.pop();
                }
                Some(b',') => {
                    let comma = self.at;
                    self.at += 1;
                    self.blanks();
                    if self.tells_trailing_commas && self.peek() == Some(end) {
                        return Err((container.trailing_comma(), comma));
                    }
                    if matches!(container, Container::Object) {
                        self.name()?;
                    }
                    return Ok(false);
                }
                _ => return Err((SyntaxErrorKind::ExpectingComma, self.at)),
            }
        }
        Ok(true)
    }

    fn name(&mut self) -> Result<(), ErrorAt> {
        if self.peek() != Some(b'"') {
            return Err((SyntaxErrorKind::ExpectingName, self.at));
        }
        self.string()?;
        self.blanks();
        if self.peek() != Some(b':') {
            return Err((SyntaxErrorKind::ExpectingColon, self.at));
        }
        self.at += 1;
        self.blanks();
        Ok(())
    }

    fn string(&mut self) -> Result<(), ErrorAt> {
        let begin = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err((SyntaxErrorKind::UnterminatedString, begin)),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape(begin)?,
                Some(0..0x20) => return Err((SyntaxErrorKind::ControlCharacter, self.at)),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self, begin: usize) -> Result<(), ErrorAt> {
        let letter = self.at + 1;
        match self.text.get(letter) {
            None => return Err((SyntaxErrorKind::UnterminatedString, begin)),
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at = letter + 1,
            Some(b'u') => {
                let end = letter + 5;
                let is_escape = self
                    .text
                    .get(letter + 1..end)
                    .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
                if !is_escape || end == self.text.len() {
                    return Err((SyntaxErrorKind::UnicodeEscape, letter));
                }
                self.at = end;
            }
            Some(_) => return Err((SyntaxErrorKind::Escape, self.at)),
        }
        Ok(())
    }

    fn literal(&mut self) -> Result<(), ErrorAt> {
        const WORDS: [&[u8]; 6] = [
            b"null",
            b"true",
            b"false",
            b"NaN",
            b"Infinity",
            b"-Infinity",
        ];
        let rest = self.text.get(self.at..).unwrap_or_default();
        if let Some(word) = WORDS.iter().find(|word| rest.starts_with(word)) {
            self.at += word.len();
            return Ok(());
        }
        self.number()
    }

    fn number(&mut self) -> Result<(), ErrorAt> {
        let begin = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err((SyntaxErrorKind::ExpectingValue, begin)),
        }
        // What has no digits is not of the number.
        if self.peek() == Some(b'.') {
            self.digits_behind(1);
        }
        if let Some(b'e' | b'E') = self.peek() {
            let is_signed = matches!(self.text.get(self.at + 1), Some(b'+' | b'-'));
            self.digits_behind(1 + usize::from(is_signed));
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    /// Reads some bytes and the digits behind them; nothing where there are none.
    fn digits_behind(&mut self, bytes: usize) {
        let first = self.text.get(self.at + bytes);
        if first.is_some_and(u8::is_ascii_digit) {
            self.at += bytes;
            self.digits();
        }
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}
