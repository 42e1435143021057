//! Numbers beyond the range of a double.

/// A number with this many digits before the point, or fewer, is in the range of a double.
const MAX_INTEGER_DIGITS: usize = 308;

/// Whether more than 308 digits follow each other, in a number or in text: no shorter integer is
/// beyond the range of a double.
///
/// Looks at one byte of 309, and around it when it is a digit.
///
/// ```
/// use ferroapi_core::json::has_long_integer;
///
/// assert!(has_long_integer("9".repeat(309).as_bytes()));
/// assert!(!has_long_integer(b"[1, 22, 333]"));
/// ```
#[must_use]
pub fn has_long_integer(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some((window, _)) = rest.split_at_checked(MAX_INTEGER_DIGITS + 1) {
        let digits = digits_at_end(window);
        if digits == window.len() {
            return true;
        }
        rest = rest.get(window.len() - digits..).unwrap_or_default();
    }
    false
}

/// Where the non-finite number starts that has its telling byte (`N`, `I`, `.`, `e` or `E`, outside
/// of strings) at `offset`, if there is one.
///
/// A byte of the text is looked at a fixed number of times, however often this is called.
pub(super) fn non_finite(text: &[u8], offset: usize) -> Option<usize> {
    let (before, at) = text.split_at_checked(offset)?;
    let number = match at.first()? {
        b'N' => return at.starts_with(b"NaN").then_some(offset),
        b'I' => {
            let sign = usize::from(before.ends_with(b"-"));
            return at.starts_with(b"Infinity").then(|| offset - sign);
        }
        b'.' => long_integer_part(before, at)?,
        _ => exponent(before, at)?,
    };
    let start = offset - number.before;
    let digits = text.get(start..offset + number.after)?;
    let value: f64 = str::from_utf8(digits).ok()?.parse().ok()?;
    let sign = usize::from(text.get(..start)?.ends_with(b"-"));
    value.is_infinite().then(|| start - sign)
}

/// A number that may be too large, without its sign: so many bytes before the telling one, and from
/// there on.
struct Candidate {
    before: usize,
    after: usize,
}

/// A number with a fraction overflows without an exponent only when hundreds of digits come first.
fn long_integer_part(before: &[u8], at: &[u8]) -> Option<Candidate> {
    let digits = digits_at_end(before);
    if digits <= MAX_INTEGER_DIGITS {
        return None;
    }
    let fraction = 1 + digits_at_start(at.get(1..)?);
    let exponent = exponent_length(at.get(fraction..)?);
    Some(Candidate {
        before: digits,
        after: fraction + exponent,
    })
}

fn exponent(before: &[u8], at: &[u8]) -> Option<Candidate> {
    let last_digits = digits_at_end(before);
    if last_digits == 0 {
        return None;
    }
    let (head, _) = before.split_at_checked(before.len() - last_digits)?;
    // With a point before them they are the fraction.
    let (length, integer_digits) = match head.strip_suffix(b".") {
        Some(head) => {
            let digits = digits_at_end(head);
            (digits + 1 + last_digits, digits)
        }
        None => (last_digits, last_digits),
    };
    let after = exponent_length(at);
    // Below ten to the power of the sum; most numbers end here.
    if integer_digits + exponent_bound(at.get(..after)?) <= MAX_INTEGER_DIGITS {
        return None;
    }
    Some(Candidate {
        before: length,
        after,
    })
}

/// The length of `e`, a sign and digits, or zero.
fn exponent_length(text: &[u8]) -> usize {
    let [b'e' | b'E', rest @ ..] = text else {
        return 0;
    };
    match rest {
        [b'+' | b'-', digits @ ..] => 2 + digits_at_start(digits),
        digits => 1 + digits_at_start(digits),
    }
}

/// No less than the value of an exponent; exact up to 999, zero when it is negative.
fn exponent_bound(exponent: &[u8]) -> usize {
    let digits = match exponent {
        [_, b'-', ..] | [] => return 0,
        [_, b'+', digits @ ..] | [_, digits @ ..] => digits,
    };
    if digits.len() > 3 {
        return usize::MAX / 2;
    }
    digits.iter().fold(0, |value, digit| {
        value * 10 + usize::from(digit.wrapping_sub(b'0'))
    })
}

fn digits_at_end(text: &[u8]) -> usize {
    text.iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count()
}

fn digits_at_start(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}
