//! Records of JSON Lines.

/// Appends one [JSON Lines](https://jsonlines.org) record: `data` and a line feed.
///
/// `data` is one JSON text on one line. That is not checked: serializers write no raw line breaks
/// unless they are told to indent.
///
/// ```
/// let mut buffer = Vec::new();
/// ferroapi_core::frames::append_record(&mut buffer, br#"{"n":1}"#);
/// assert_eq!(buffer, b"{\"n\":1}\n");
/// ```
#[inline]
pub fn append_record(buffer: &mut Vec<u8>, data: &[u8]) {
    buffer.reserve(data.len() + 1);
    buffer.extend_from_slice(data);
    buffer.push(b'\n');
}
