//! Decimal numbers.

/// Appends a number.
pub fn push(out: &mut Vec<u8>, number: u64) {
    push_padded(out, number, 1);
}

/// Appends a number with at least `width` digits, 20 at most.
pub fn push_padded(out: &mut Vec<u8>, number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut length = 0;
    for place in digits.iter_mut().rev() {
        if rest == 0 && length >= width {
            break;
        }
        *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        length += 1;
    }
    out.extend_from_slice(digits.get(digits.len() - length..).unwrap_or_default());
}
