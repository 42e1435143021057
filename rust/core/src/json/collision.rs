use std::borrow::Cow;
use std::collections::HashMap;

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
    let mut known: HashMap<u64, Vec<&[u8]>> = HashMap::new();
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
        for hash in hashes(run).into_iter().flatten() {
            let texts = known.entry(hash).or_default();
            if !texts.contains(&run) {
                texts.push(run);
                if texts.len() > MOST {
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

/// The hashes of what a run may stand for: a number, a UUID, or both.
fn hashes(run: &[u8]) -> [Option<u64>; 2] {
    let text = unescaped(run);
    [decimal(&text), uuid(&text)]
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
                let code = value(*high)
                    .zip(value(*low))
                    .map(|(high, low)| high * 16 + low);
                text.push(
                    code.and_then(|code| u8::try_from(code).ok())
                        .unwrap_or(b'?'),
                );
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

/// The value of a hexadecimal digit.
fn value(digit: u8) -> Option<u64> {
    char::from(digit).to_digit(16).map(u64::from)
}

fn uuid(text: &[u8]) -> Option<u64> {
    let digits = || text.iter().filter(|byte| **byte != b'-');
    if digits().count() != 32 {
        return None;
    }
    digits().try_fold(0, |number, digit| Some(step(number, 16, value(*digit)?)))
}

/// The hash of a number with sign, fraction, exponent and underscores between digits, if it is one.
fn decimal(text: &[u8]) -> Option<u64> {
    let (negative, text) = signed(text);
    let end = text
        .iter()
        .position(|byte| matches!(byte, b'e' | b'E'))
        .unwrap_or(text.len());
    let (digits, exponent) = text.split_at_checked(end)?;
    let mut number = 0;
    let mut places = None;
    for byte in digits {
        match byte {
            b'_' => {}
            b'.' if places.is_none() => places = Some(0),
            b'0'..=b'9' => {
                number = step(number, 10, u64::from(byte - b'0'));
                places = places.map(|places| places + 1);
            }
            _ => return None,
        }
    }
    number = times(number, power(inverse(10), places.unwrap_or(0)));
    if let Some((_, exponent)) = exponent.split_first() {
        let (small, exponent) = signed(exponent);
        // Powers repeat with this period (Fermat's little theorem).
        let power_of_ten = exponent.iter().try_fold(0, |number, digit| {
            let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
            let longer = u128::from(number) * 10 + u128::from(digit);
            u64::try_from(longer % u128::from(MODULUS - 1)).ok()
        })?;
        let base = if small { inverse(10) } else { 10 };
        number = times(number, power(base, power_of_ten));
    }
    Some(if negative && number != 0 {
        MODULUS - number
    } else {
        number
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
