//! Numbers that were chosen to have one hash in Python.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use crate::hexadecimal;

/// What Python's hashes of numbers are residues of, 2 to the power of 61 minus 1 ("Hashing of
/// numeric types" in the documentation of its built-in types).
const MODULUS: u64 = (1 << 61) - 1;

/// The bytes of the shortest number that can be made to share its hash with others: whatever is
/// shorter is smaller than the modulus, or one of a few.
const SHORTEST: usize = 17;

/// How many different numbers may have one hash. Of a million at random, no two have.
const MOST: usize = 8;

/// Bodies up to this many bytes are too short for their numbers to cost milliseconds.
const HARMLESS: usize = 1 << 14;

/// Finds where a JSON text has more different numbers of one hash than anybody has by chance.
///
/// Python's hashes of numbers have no secret: a set of n integers chosen to collide is made in
/// quadratic time. Looked at are integers, decimals and UUIDs, as numbers and as text. The time is
/// linear; text that is no long number is looked at once in 17 bytes.
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
        if run.len() < SHORTEST {
            continue;
        }
        let text = unescaped(run);
        for meant in [decimal(&text, &secret), uuid(&text, &secret)] {
            let Some(Meant { hash, identity }) = meant else {
                continue;
            };
            let identities = known.entry(hash).or_default();
            if !identities.contains(&identity) {
                identities.push(identity);
                if identities.len() > MOST {
                    return Some(start);
                }
            }
        }
    }
    None
}

/// Whether a byte may be in a number, or in the escape of such a character.
#[inline]
fn may_be_in_number(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'+' | b'.' | b'_' | b'\\' | b'u')
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

/// What a run may stand for.
struct Meant {
    /// What Python hashes it to.
    hash: u64,
    /// The same however it is written, and another one for anything else; nobody can choose it.
    identity: u64,
}

/// The characters that `\uXXXX` stand for, as far as they may be in a number.
fn unescaped(run: &[u8]) -> Cow<'_, [u8]> {
    if !run.contains(&b'\\') {
        return Cow::Borrowed(run);
    }
    let mut text = Vec::with_capacity(run.len());
    let mut rest = run;
    loop {
        match rest {
            [b'\\', b'u', b'0', b'0', high, low, after @ ..] => {
                text.push(hexadecimal::byte(*high, *low).unwrap_or(b'?'));
                rest = after;
            }
            [byte, after @ ..] => {
                text.push(*byte);
                rest = after;
            }
            [] => return Cow::Owned(text),
        }
    }
}

fn uuid(text: &[u8], secret: &RandomState) -> Option<Meant> {
    let digits = || text.iter().filter(|byte| **byte != b'-');
    if digits().count() != 32 {
        return None;
    }
    let mut hash = 0;
    let mut number = 0;
    for digit in digits() {
        let digit = char::from(*digit).to_digit(16)?;
        hash = step(hash, 16, u64::from(digit));
        number = number << 4 | u128::from(digit);
    }
    let identity = secret.hash_one(("UUID", number));
    Some(Meant { hash, identity })
}

/// A number with sign, fraction, exponent and underscores between digits, if it is one.
fn decimal(text: &[u8], secret: &RandomState) -> Option<Meant> {
    let (negative, text) = signed(text);
    let end = text
        .iter()
        .position(|byte| matches!(byte, b'e' | b'E'))
        .unwrap_or(text.len());
    let (digits, exponent) = text.split_at_checked(end)?;
    let mut number = 0;
    let mut places = None;
    let mut is_number = false;
    let mut identity = secret.build_hasher();
    // Those that count once another digit follows.
    let mut zeros = 0_u64;
    let mut significant = 0_u64;
    for byte in digits {
        match byte {
            b'_' => {}
            b'.' if places.is_none() => places = Some(0),
            b'0'..=b'9' => {
                is_number = true;
                number = step(number, 10, u64::from(byte - b'0'));
                places = places.map(|places| places + 1);
                if *byte == b'0' {
                    zeros += u64::from(significant != 0);
                } else {
                    significant += zeros + 1;
                    for _ in 0..std::mem::take(&mut zeros) {
                        identity.write_u8(b'0');
                    }
                    identity.write_u8(*byte);
                }
            }
            _ => return None,
        }
    }
    if !is_number {
        return None;
    }
    let places = places.unwrap_or(0);
    number = times(number, power(inverse(10), places));
    let mut tens = 0_i128;
    if let Some((_, exponent)) = exponent.split_first() {
        let (small, exponent) = signed(exponent);
        // Powers repeat with this period (Fermat's little theorem).
        let mut power_of_ten = 0;
        for digit in exponent {
            let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
            let longer = u128::from(power_of_ten) * 10 + u128::from(digit);
            power_of_ten = u64::try_from(longer % u128::from(MODULUS - 1)).ok()?;
            // Python has none as large as this.
            tens = tens.saturating_mul(10).saturating_add(i128::from(digit));
        }
        let base = if small { inverse(10) } else { 10 };
        number = times(number, power(base, power_of_ten));
        tens = if small { -tens } else { tens };
    }
    if significant == 0 {
        return Some(Meant {
            hash: 0,
            identity: 0,
        });
    }
    let last_place = tens
        .saturating_add(i128::from(zeros))
        .saturating_sub(i128::from(places));
    (negative, significant, last_place).hash(&mut identity);
    Some(Meant {
        hash: if negative && number != 0 {
            MODULUS - number
        } else {
            number
        },
        identity: identity.finish(),
    })
}

fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

fn step(number: u64, base: u64, digit: u64) -> u64 {
    (times(number, base) + digit) % MODULUS
}

fn times(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right) % u128::from(MODULUS);
    u64::try_from(product).unwrap_or_default()
}

fn power(base: u64, exponent: u64) -> u64 {
    let mut result = 1;
    let mut square = base;
    let mut rest = exponent;
    while rest != 0 {
        if rest & 1 == 1 {
            result = times(result, square);
        }
        square = times(square, square);
        rest >>= 1;
    }
    result
}

/// By Fermat's little theorem, since the modulus is a prime.
fn inverse(number: u64) -> u64 {
    power(number, MODULUS - 2)
}
