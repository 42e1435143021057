//! Numbers that were chosen to have one hash in Python.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::RandomState;

use super::number_hash::{self, Meant};
use super::unicode_digits;
use crate::hexadecimal;

/// The bytes of the shortest number that can be made to share its hash with others: whatever is
/// shorter is smaller than the modulus, or one of a few.
const SHORTEST: usize = 17;

/// How many different numbers may have one hash. Of a million at random, no two have.
const MOST: usize = 8;

/// Stands for characters that are in no number.
const OTHER: u8 = b' ';

/// Bodies up to this many bytes are too short for their numbers to cost milliseconds.
const HARMLESS: usize = 1 << 14;

/// Finds where a JSON text has more different numbers of one hash than anybody has by chance.
///
/// Python's hashes of numbers have no secret: a set of n integers chosen to collide is made in
/// quadratic time. Looked at are integers, decimals, fractions and UUIDs, as numbers and as text,
/// with the digits of any script. The time is linear; text that is no long number is looked at once
/// in 17 bytes.
///
/// ```
/// use ferroapi_core::json::collision;
///
/// let multiples = (0..2000u128).map(|n| format!("{}", n * ((1 << 61) - 1)));
/// assert!(collision(format!("{:?}", multiples.collect::<Vec<_>>()).as_bytes()).is_some());
/// ```
#[must_use]
pub fn collision(body: &[u8]) -> Option<usize> {
    if body.len() <= HARMLESS {
        return None;
    }
    let mut known: HashMap<u64, Vec<u64>> = HashMap::new();
    let secret = RandomState::new();
    let mut from = 0;
    // A run this long covers one of the bytes that are looked at.
    while let Some(&byte) = body.get(from + SHORTEST - 1) {
        if !may_be_in_number(byte) {
            from += SHORTEST;
            continue;
        }
        let (start, run) = run_around(body, from, from + SHORTEST - 1);
        from = start + run.len();
        if run.len() < SHORTEST || !run.iter().any(|byte| may_begin_digit(*byte)) {
            continue;
        }
        let text = in_ascii(run);
        let numbers = text.split(|byte| *byte == OTHER);
        for number in numbers.filter(|number| number.len() >= SHORTEST) {
            for Meant { hash, identity } in number_hash::meant(number, &secret) {
                let identities = known.entry(hash).or_default();
                if !identities.contains(&identity) {
                    identities.push(identity);
                    if identities.len() > MOST {
                        return Some(start);
                    }
                }
            }
        }
    }
    None
}

/// Whether a byte may be in a number, or in what stands for such a character.
#[inline]
fn may_be_in_number(byte: u8) -> bool {
    is_of_number(byte) || !byte.is_ascii() || matches!(byte, b'\\' | b'u')
}

/// Whether a digit, or an escape of one, may begin with a byte.
#[inline]
fn may_begin_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || unicode_digits::may_begin(byte)
}

/// Whether a character may be in a number.
#[inline]
fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'+' | b'.' | b'_' | b'/')
}

/// The bytes around `inside` that may be in one number, those before `first` left out.
fn run_around(body: &[u8], first: usize, inside: usize) -> (usize, &[u8]) {
    let before = body.get(first..inside).unwrap_or_default();
    let after = body.get(inside..).unwrap_or_default();
    let start = before
        .iter()
        .rposition(|byte| !may_be_in_number(*byte))
        .map_or(first, |index| first + index + 1);
    let end = after
        .iter()
        .position(|byte| !may_be_in_number(*byte))
        .map_or(body.len(), |index| inside + index);
    (start, body.get(start..end).unwrap_or_default())
}

/// The characters of a run, those of escapes too: digits of any script as those of ASCII, and
/// `OTHER` for what is in no number, so that a number is what is between white space.
fn in_ascii(run: &[u8]) -> Cow<'_, [u8]> {
    if run.iter().all(|byte| is_of_number(*byte)) {
        return Cow::Borrowed(run);
    }
    let mut text = Vec::with_capacity(run.len());
    let mut rest = run;
    while let Some((character, after)) = first_character(rest) {
        let ascii = character.and_then(|character| match u8::try_from(character) {
            Ok(byte) if is_of_number(byte) => Some(byte),
            _ => unicode_digits::value(character).map(|digit| b'0' + digit),
        });
        text.push(ascii.unwrap_or(OTHER));
        rest = after;
    }
    Cow::Owned(text)
}

/// The first character, unless it is half of one or no text, and what is behind it.
fn first_character(text: &[u8]) -> Option<(Option<char>, &[u8])> {
    match text {
        [b'\\', b'u', ..] => {
            let (unit, after) = code_unit(text)?;
            if let Some(character) = char::from_u32(unit) {
                return Some((Some(character), after));
            }
            let pair = code_unit(after)
                .map(|(low, after)| (char::decode_utf16([unit, low].map(low_half)).next(), after));
            match pair {
                Some((Some(Ok(character)), after)) => Some((Some(character), after)),
                _ => Some((None, after)),
            }
        }
        [b'\\', b'/', after @ ..] => Some((Some('/'), after)),
        [b'\\', _, after @ ..] => Some((None, after)),
        [byte, after @ ..] if byte.is_ascii() => Some((Some(char::from(*byte)), after)),
        [byte, ..] => {
            let size = (byte.leading_ones() as usize).clamp(1, text.len());
            let (first, after) = text.split_at_checked(size)?;
            let character = std::str::from_utf8(first).ok();
            Some((character.and_then(|first| first.chars().next()), after))
        }
        [] => None,
    }
}

/// What the escape of a code unit of UTF-16 at the beginning stands for, and what is behind it.
fn code_unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let [b'\\', b'u', a, b, c, d, after @ ..] = text else {
        return None;
    };
    let high = hexadecimal::byte(*a, *b)?;
    let low = hexadecimal::byte(*c, *d)?;
    Some((u32::from(high) << 8 | u32::from(low), after))
}

fn low_half(unit: u32) -> u16 {
    u16::try_from(unit & 0xFFFF).unwrap_or_default()
}
