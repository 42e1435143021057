//! Heads of requests: a table of what is accepted and refused, and a reading line by line as oracle,
//! cut everywhere.

use ferroapi_core::http::head::{Head, HeadError, Limits, parse};

use super::shown;

/// What is asked of a head in one line: method, target, minor version and fields.
fn summary(head: &Head, buffer: &[u8]) -> String {
    let fields = head.fields.iter();
    let fields = fields.map(|field| {
        (
            shown(field.name.get(buffer)),
            shown(field.value.get(buffer)),
        )
    });
    format!(
        "{} {} {} {:?}",
        shown(head.method.get(buffer)),
        shown(head.target.get(buffer)),
        head.minor_version,
        fields.collect::<Vec<_>>()
    )
}

#[test]
fn a_head_is_ranges_of_its_buffer() -> Result<(), HeadError> {
    let buffer = b"POST /a?b HTTP/1.1\r\nHost: x\r\nA:  b c\t\r\na:\r\n\r\nbody";
    let head = parse(buffer, &Limits::default())?;
    assert_eq!(
        head.map(|head| (summary(&head, buffer), head.size)),
        Some((
            r#"POST /a?b 1 [("Host", "x"), ("A", "b c"), ("a", "")]"#.to_owned(),
            buffer.len() - 4
        ))
    );
    Ok(())
}
