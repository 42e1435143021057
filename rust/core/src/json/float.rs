//! Floats as Python writes them.

use std::io::Write;

/// Appends a finite number with the fewest digits that read back as the same double, laid out as
/// Python's `float.__repr__` does: `1.0`, `0.0001`, `1e-05`, `1e+16`, `-0.0`.
///
/// Returns `false` and appends nothing for NaN and the infinities, which JSON does not have.
///
/// ```
/// let mut out = Vec::new();
/// assert!(ferroapi_core::json::write_float(&mut out, 1e22));
/// assert_eq!(out, b"1e+22");
/// assert!(!ferroapi_core::json::write_float(&mut out, f64::NAN));
/// ```
#[inline]
#[must_use]
pub fn write_float(out: &mut Vec<u8>, value: f64) -> bool {
    if !value.is_finite() {
        return false;
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    if value == 0.0 || (1e-4..1e16).contains(&value.abs()) {
        out.extend_from_slice(text.as_bytes());
    } else {
        write_scientific(out, text);
    }
    true
}

/// Lays out the number in `text`, not zero and in any notation, as one digit, the fraction if there
/// is one, and a signed exponent of at least two digits.
fn write_scientific(out: &mut Vec<u8>, text: &str) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = match whole.strip_prefix('-') {
        Some(whole) => {
            out.push(b'-');
            whole
        }
        None => whole,
    };

    let first = out.len();
    out.extend(
        whole
            .bytes()
            .chain(fraction.bytes())
            .skip_while(|digit| *digit == b'0'),
    );
    let leading_zeros = whole.len() + fraction.len() - (out.len() - first);
    while out.len() > first + 1 && out.ends_with(b"0") {
        out.pop();
    }
    if out.len() > first + 1 {
        out.insert(first + 1, b'.');
    }

    // A double's text has at most some hundred digits and an exponent of three.
    let point = i32::try_from(whole.len()).unwrap_or(0) - i32::try_from(leading_zeros).unwrap_or(0);
    let exponent = exponent.parse().unwrap_or(0) + point - 1;
    let sign = if exponent < 0 { '-' } else { '+' };
    // Writing to a vector cannot fail.
    let _ = write!(out, "e{sign}{:02}", exponent.unsigned_abs());
}
