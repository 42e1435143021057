//! Frames against the bytes they are specified to be, and against a reader that follows the HTML
//! standard.

mod reader;

use ferroapi_core::frames::{Event, EventError, append_record};
use proptest::prelude::*;

use reader::Reader;

const NOTHING: Event<'static> = Event {
    data: None,
    event: None,
    id: None,
    retry: None,
    comment: None,
};

fn data(data: &[u8]) -> Event<'_> {
    Event {
        data: Some(data),
        ..NOTHING
    }
}

fn comment(comment: &str) -> Event<'_> {
    Event {
        comment: Some(comment),
        ..NOTHING
    }
}

fn named(event: &str) -> Event<'_> {
    Event {
        event: Some(event),
        ..NOTHING
    }
}

fn identified(id: &str) -> Event<'_> {
    Event {
        id: Some(id),
        ..NOTHING
    }
}

macro_rules! events {
    ($($name:ident: $event:expr => $expected:expr;)*) => {$(
        #[test]
        fn $name() {
            let mut buffer = b"before\n\n".to_vec();
            let result = $event.append(&mut buffer).map(|()| buffer.split_off(8));
            let expected: Result<&str, EventError> = $expected;
            assert_eq!(result, expected.map(|text| text.as_bytes().to_vec()));
            assert_eq!(buffer, b"before\n\n");
        }
    )*};
}

events! {
    nothing_set: NOTHING => Ok("\n");
    one_line: data(b"hello") => Ok("data: hello\n\n");
    empty_data: data(b"") => Ok("data: \n\n");
    line_feed: data(b"a\nb") => Ok("data: a\ndata: b\n\n");
    carriage_return: data(b"a\rb") => Ok("data: a\ndata: b\n\n");
    both: data(b"a\r\nb") => Ok("data: a\ndata: b\n\n");
    the_other_way_round: data(b"a\n\rb") => Ok("data: a\ndata: \ndata: b\n\n");
    trailing_breaks: data(b"a\r\n\r\r\n") => Ok("data: a\ndata: \ndata: \ndata: \n\n");
    leading_break: data(b"\na") => Ok("data: \ndata: a\n\n");
    leading_space: data(b" a") => Ok("data:  a\n\n");
    other_separators: data("a\u{b}\u{c}\u{85}\u{2028}b".as_bytes()) =>
        Ok("data: a\u{b}\u{c}\u{85}\u{2028}b\n\n");
    comment_lines: comment("ping\npong") => Ok(": ping\n: pong\n\n");
    empty_comment: comment("") => Ok(": \n\n");
    every_field: Event {
        data: Some(b"d1\nd2"),
        event: Some("e"),
        id: Some("i"),
        retry: Some(10),
        comment: Some("c"),
    } => Ok(": c\nevent: e\ndata: d1\ndata: d2\nid: i\nretry: 10\n\n");
    no_wait: Event { retry: Some(0), ..NOTHING } => Ok("retry: 0\n\n");
    longest_wait: Event { retry: Some(u64::MAX), ..NOTHING } =>
        Ok("retry: 18446744073709551615\n\n");
    empty_event: named("") => Ok("event: \n\n");
    empty_id: identified("") => Ok("id: \n\n");
    event_with_line_feed: named("a\nb") => Err(EventError::EventLineBreak);
    event_with_carriage_return: named("a\r") => Err(EventError::EventLineBreak);
    event_with_nul: named("a\0") => Ok("event: a\0\n\n");
    id_with_line_feed: identified("\na") => Err(EventError::IdLineBreak);
    id_with_carriage_return: identified("\r") => Err(EventError::IdLineBreak);
    id_with_nul: identified("a\0") => Err(EventError::IdNul);
    id_with_both: identified("\0\n") => Err(EventError::IdNul);
    both_wrong: Event { id: Some("\n"), ..named("\n") } => Err(EventError::EventLineBreak);
}

#[test]
fn errors_name_the_field() {
    let texts = [
        EventError::EventLineBreak,
        EventError::IdLineBreak,
        EventError::IdNul,
    ]
    .map(|error| error.to_string());

    let expected = [
        "SSE 'event' must be a single line",
        "SSE 'id' must be a single line",
        "SSE 'id' must not contain null characters",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn records_follow_each_other() {
    let mut buffer = Vec::new();
    append_record(&mut buffer, b"{}");
    append_record(&mut buffer, b"");
    append_record(&mut buffer, "\"é\"".as_bytes());

    assert_eq!(buffer, "{}\n\n\"é\"\n".as_bytes());
}

/// Text in which the characters that mean something to a reader are frequent.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        3 => prop::sample::select(vec![
            '\r', '\n', '\0', ':', ' ', '\u{feff}', '\u{85}', '\u{2028}', 'd', 'i',
        ]),
        2 => any::<char>(),
    ];
    prop::collection::vec(character, 0..12).prop_map(String::from_iter)
}

fn normalized(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// One event in, exactly that event out, or an error.
    #[test]
    fn a_reader_gets_the_event_back(
        data in prop::option::of(text()),
        event in prop::option::of(text()),
        id in prop::option::of(text()),
        retry in prop::option::of(any::<u64>()),
        comment in prop::option::of(text()),
    ) {
        let written = Event {
            data: data.as_deref().map(str::as_bytes),
            event: event.as_deref(),
            id: id.as_deref(),
            retry,
            comment: comment.as_deref(),
        };
        let mut buffer = Vec::new();
        let broken = |text: &Option<String>, characters: &[char]| {
            text.as_ref().is_some_and(|text| text.contains(characters))
        };
        let refused = broken(&event, &['\r', '\n']) || broken(&id, &['\r', '\n', '\0']);

        let result = written.append(&mut buffer);

        prop_assert_eq!(result.is_err(), refused);
        if refused {
            prop_assert_eq!(buffer, Vec::<u8>::new());
            return Ok(());
        }
        let expected = Reader {
            dispatched: data
                .iter()
                .map(|data| (event.clone().unwrap_or_default(), normalized(data)))
                .collect(),
            last_event_id: id.unwrap_or_default(),
            retry,
            comments: comment
                .iter()
                .flat_map(|text| normalized(text).split('\n').map(str::to_owned).collect::<Vec<_>>())
                .collect(),
        };
        let stream = String::from_utf8(buffer).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(Reader::read(&stream), expected);
    }

    /// Bytes are not looked at beyond their line breaks.
    #[test]
    fn data_may_be_any_bytes(data in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut buffer = Vec::new();
        let event = Event { data: Some(&data), ..NOTHING };

        prop_assert_eq!(event.append(&mut buffer), Ok(()));

        let mut expected = Vec::new();
        let mut bytes = data.iter().copied().peekable();
        expected.extend_from_slice(b"data: ");
        while let Some(byte) = bytes.next() {
            if byte == b'\r' {
                bytes.next_if_eq(&b'\n');
            }
            if matches!(byte, b'\r' | b'\n') {
                expected.extend_from_slice(b"\ndata: ");
            } else {
                expected.push(byte);
            }
        }
        expected.extend_from_slice(b"\n\n");
        prop_assert_eq!(buffer, expected);
    }
}
