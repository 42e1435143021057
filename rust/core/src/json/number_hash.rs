//! What Python hashes numbers and UUIDs to ("Hashing of numeric types" in the documentation of its
//! built-in types).

use std::hash::{BuildHasher, Hash, Hasher, RandomState};

/// What the hashes are residues of, 2 to the power of 61 minus 1.
const MODULUS: u64 = (1 << 61) - 1;

/// The hash of what has no residue: a fraction whose denominator is a multiple of the modulus.
const INFINITE: u64 = 314_159;

/// What a text may stand for.
pub struct Meant {
    /// What Python hashes it to.
    pub hash: u64,
    /// The same however it is written, and another one for anything else; nobody can choose it. Of
    /// fractions that are not in lowest terms it may be another one.
    pub identity: u64,
}

/// What a text may stand for: a number, a UUID, both or nothing.
pub fn meant(text: &[u8], secret: &RandomState) -> impl Iterator<Item = Meant> {
    [number(text, secret), uuid(text, secret)]
        .into_iter()
        .flatten()
}

/// A decimal, or a fraction of two.
fn number(text: &[u8], secret: &RandomState) -> Option<Meant> {
    let Some(slash) = text.iter().position(|byte| *byte == b'/') else {
        return decimal(text, secret);
    };
    let (above, below) = text.split_at_checked(slash)?;
    let above = decimal(above, secret)?;
    let below = decimal(below.split_first()?.1, secret)?;
    Some(Meant {
        hash: match below.hash {
            0 => INFINITE,
            residue => times(above.hash, inverse(residue)),
        },
        identity: secret.hash_one((above.identity, below.identity)),
    })
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
