//! The lines of a head, which end with CR and LF (RFC 9112, section 2.2).

/// The lines of a head that have come.
#[derive(Default)]
pub struct Lines<'a> {
    /// The request line.
    pub first: &'a [u8],
    /// The lines up to the end of the head, or the first one with a wrong end, which is left out.
    pub whole: &'a [u8],
    /// Whether a line that was left out ends with LF alone.
    pub has_wrong_end: bool,
    /// Whether the request line has not come as a whole.
    pub first_has_no_end: bool,
    /// Whether the request line, or what has come of it, is longer than it may be.
    pub is_first_too_long: bool,
}

impl<'a> Lines<'a> {
    /// Looks up to the end of the head.
    pub fn read(text: &'a [u8], longest_first: usize) -> Self {
        let mut lines = Self {
            first_has_no_end: true,
            is_first_too_long: text.len() > longest_first,
            ..Self::default()
        };
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text) {
            let line = text.get(start..=end).unwrap_or_default();
            if lines.first_has_no_end {
                lines.first_has_no_end = false;
                lines.first = line;
                lines.is_first_too_long = line.len() > longest_first;
            }
            if !line.ends_with(b"\r\n") {
                lines.has_wrong_end = true;
                break;
            }
            start = end + 1;
            if line.len() == 2 {
                break;
            }
        }
        lines.whole = text.get(..start).unwrap_or_default();
        lines
    }
}
