//! What other readers of JSON refuse or change in a body.

use memchr::memchr;

use super::collision::collision;
use super::number;

/// The deepest nesting of arrays and objects that [`check`] accepts: the limit of the parser
/// behind pydantic.
pub const MAX_DEPTH: usize = 200;

/// Something in a JSON text that other readers refuse or change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// The byte where it starts.
    pub offset: usize,
}

/// The kinds of [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// `NaN`, `Infinity`, `-Infinity`, or a number with fraction or exponent that no finite double
    /// is near to. Integers may be of any size.
    NonFinite,
    /// The escape of one half of a surrogate pair without the other.
    LoneSurrogate,
    /// A bracket that opens one level more than [`MAX_DEPTH`] and has something in it.
    TooDeep,
    /// One more different number of the same hash than anybody has by chance: see [`collision`].
    Collision,
}

/// Finds the first thing in a JSON text in UTF-8 that is not interoperable (RFC 7493, sections 2.1
/// and 2.2) or too deep.
///
/// This is no parser: text that is not JSON may have a fault or none, whatever else is wrong with
/// it. The time is linear in the length, about half a nanosecond a byte for ordinary records, and depth
/// costs no stack. Colliding numbers are told only of a text without another fault.
///
/// ```
/// use ferroapi_core::json::{Fault, FaultKind, check};
///
/// assert_eq!(check(br#"{"price": 1e3, "name": "NaN"}"#), None);
/// let fault = Fault { kind: FaultKind::NonFinite, offset: 10 };
/// assert_eq!(check(br#"{"price": NaN}"#), Some(fault));
/// ```
#[must_use]
pub fn check(body: &[u8]) -> Option<Fault> {
    // Escapes are self-delimiting, so that surrogates need no knowledge of strings. Whatever the
    // second pass finds comes before what the first one found.
    let surrogate = lone_surrogate(body);
    let end = surrogate.map_or(body.len(), |fault| fault.offset);
    let before = body.get(..end).unwrap_or(body);
    Structure::default().scan(before).or(surrogate).or_else(|| {
        Some(Fault {
            kind: FaultKind::Collision,
            offset: collision(body)?,
        })
    })
}

fn lone_surrogate(body: &[u8]) -> Option<Fault> {
    let mut from = 0;
    while let Some(offset) = next_backslash(body, from) {
        from = match escaped_surrogate(body, offset) {
            None => offset + 2,
            Some(Surrogate::High) if is_low_surrogate(body, offset + 6) => offset + 12,
            Some(_) => {
                return Some(Fault {
                    kind: FaultKind::LoneSurrogate,
                    offset,
                });
            }
        };
    }
    None
}

fn next_backslash(body: &[u8], from: usize) -> Option<usize> {
    let rest = body.get(from..)?;
    // Escapes come in runs, where a search costs more than a look.
    let found = match rest.first()? {
        b'\\' => 0,
        _ => memchr(b'\\', rest)?,
    };
    Some(from + found)
}

#[derive(PartialEq, Eq)]
enum Surrogate {
    High,
    Low,
}

/// Which half of a surrogate pair the `\uXXXX` at `offset` is, if it is one.
#[inline]
fn escaped_surrogate(body: &[u8], offset: usize) -> Option<Surrogate> {
    let half = match body.get(offset..offset + 6)? {
        [b'\\', b'u', b'd' | b'D', half, third, fourth]
            if third.is_ascii_hexdigit() && fourth.is_ascii_hexdigit() =>
        {
            half
        }
        _ => return None,
    };
    match half {
        b'8' | b'9' | b'a' | b'b' | b'A' | b'B' => Some(Surrogate::High),
        b'c'..=b'f' | b'C'..=b'F' => Some(Surrogate::Low),
        _ => None,
    }
}

fn is_low_surrogate(body: &[u8], offset: usize) -> bool {
    escaped_surrogate(body, offset) == Some(Surrogate::Low)
}

const BLOCK: usize = 64;

/// The pass over brackets and numbers.
///
/// 64 bytes at a time are turned into sets of positions, one bit a byte, and strings are cut out
/// of the sets by integer arithmetic (Langdale and Lemire, "Parsing gigabytes of JSON per second",
/// section 3.1). Single bytes are looked at only where a number has an exponent or a fraction, and
/// in the block that crosses the depth limit.
#[derive(Default)]
struct Structure {
    /// Openers minus closers so far.
    depth: isize,
    /// All ones inside a string, else zero.
    in_string: u64,
    /// Whether the next byte is escaped.
    escape: bool,
}

impl Structure {
    fn scan(mut self, body: &[u8]) -> Option<Fault> {
        let (blocks, rest) = body.as_chunks::<BLOCK>();
        for (index, block) in blocks.iter().enumerate() {
            if let Some(fault) = self.block(body, index * BLOCK, block) {
                return Some(fault);
            }
        }
        let mut last = [b' '; BLOCK];
        for (byte, value) in last.iter_mut().zip(rest) {
            *byte = *value;
        }
        self.block(body, body.len() - rest.len(), &last)
    }

    #[inline]
    fn block(&mut self, body: &[u8], start: usize, block: &[u8; BLOCK]) -> Option<Fault> {
        let quotes = positions(block, |byte| byte == b'"') & !self.escaped(block);
        let strings = prefix_parity(quotes) ^ self.in_string;
        self.in_string = if strings >> 63 == 1 { u64::MAX } else { 0 };

        // Bit 0x20 is all that tells `[` from `{`, `]` from `}`, and `E` from `e`.
        let openers = positions(block, |byte| byte | 0x20 == b'{') & !strings;
        let closers = positions(block, |byte| byte | 0x20 == b'}') & !strings;
        let too_deep = if self.depth + count(openers) > LIMIT {
            first_too_deep(body, start, self.depth, openers, closers)
        } else {
            None
        };
        self.depth += count(openers) - count(closers);

        let numbers = sparse_positions(block, |byte| {
            byte | 0x20 == b'e' || byte == b'.' || byte == b'N' || byte == b'I'
        });
        let non_finite = bits(numbers & !strings)
            .find_map(|bit| number::non_finite(body, start + bit))
            .map(|offset| Fault {
                kind: FaultKind::NonFinite,
                offset,
            });
        match (too_deep, non_finite) {
            (Some(deep), Some(number)) if number.offset < deep.offset => Some(number),
            (deep, number) => deep.or(number),
        }
    }

    /// The positions that a backslash before them takes the meaning of.
    #[inline]
    fn escaped(&mut self, block: &[u8; BLOCK]) -> u64 {
        let mut escaped = u64::from(self.escape);
        let mut backslashes = sparse_positions(block, |byte| byte == b'\\') & !escaped;
        self.escape = false;
        while backslashes != 0 {
            let backslash = backslashes & backslashes.wrapping_neg();
            self.escape = backslash >> 63 == 1;
            escaped |= backslash << 1;
            backslashes &= !(backslash | backslash << 1);
        }
        escaped
    }
}

const LIMIT: isize = MAX_DEPTH.cast_signed();

/// The positions of the bytes that `is` holds for, the first byte lowest.
#[inline]
fn positions(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    gather(words(block, is))
}

/// [`positions`], quicker when there are none.
#[inline]
fn sparse_positions(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    let words = words(block, is);
    if words.iter().fold(0, |any, word| any | word) == 0 {
        return 0;
    }
    gather(words)
}

/// A byte that is 1 for each byte that `is` holds for, else 0.
#[inline]
fn words(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> [u64; BLOCK / 8] {
    let found = block.map(|byte| u8::from(is(byte)));
    let mut words = [0; BLOCK / 8];
    for (word, bytes) in words.iter_mut().zip(found.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    words
}

/// Makes one bit of each byte.
#[inline]
fn gather(words: [u64; BLOCK / 8]) -> u64 {
    // Multiplying by this moves the lowest bits of eight bytes into the topmost byte.
    const TOGETHER: u64 = 0x0102_0408_1020_4080;
    words.iter().enumerate().fold(0, |set, (index, word)| {
        set | word.wrapping_mul(TOGETHER) >> 56 << (8 * index)
    })
}

/// Each bit becomes the parity of itself and all lower ones.
#[inline]
fn prefix_parity(set: u64) -> u64 {
    [1, 2, 4, 8, 16, 32]
        .iter()
        .fold(set, |parity, shift| parity ^ parity << shift)
}

#[inline]
fn count(set: u64) -> isize {
    // At most 64.
    set.count_ones().cast_signed() as isize
}

/// The positions in a set, lowest first.
fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (set != 0).then(|| set.trailing_zeros() as usize);
        set &= set.wrapping_sub(1);
        bit
    })
}

#[cold]
fn first_too_deep(
    body: &[u8],
    start: usize,
    mut depth: isize,
    openers: u64,
    closers: u64,
) -> Option<Fault> {
    for bit in bits(openers | closers) {
        if openers >> bit & 1 == 0 {
            depth -= 1;
            continue;
        }
        depth += 1;
        let offset = start + bit;
        if depth > LIMIT && !is_empty(body.get(offset + 1..)?) {
            return Some(Fault {
                kind: FaultKind::TooDeep,
                offset,
            });
        }
    }
    None
}

/// Whether the array or object whose inside starts here ends at once.
fn is_empty(inside: &[u8]) -> bool {
    let next = inside
        .iter()
        .find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    matches!(next, Some(b']' | b'}'))
}
