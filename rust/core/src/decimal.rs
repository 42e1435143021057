//! Decimal digits.

/// Appends a number.
pub fn push(out: &mut Vec<u8>, number: u64) {
    let first = out.len();
    let mut rest = number;
    loop {
        // The formatter of the standard library takes four times as many instructions.
        out.push(b'0' + u8::try_from(rest % 10).unwrap_or_default());
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if let Some(digits) = out.get_mut(first..) {
        digits.reverse();
    }
}

/// Appends the last digits of a number, with zeros in front.
pub fn push_digits(out: &mut Vec<u8>, number: u64, digits: usize) {
    let first = out.len();
    out.resize(first + digits, b'0');
    let mut rest = number;
    for digit in out.iter_mut().skip(first).rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
}
