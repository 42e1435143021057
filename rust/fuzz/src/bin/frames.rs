//! An event, whose fields are what lies between bytes of 255, and the event that a reader gets.
#![no_main]

use ferroapi_core::frames::Event;
use ferroapi_fuzz::reader::Reader;
use ferroapi_fuzz::{assert_fast, is_compared};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    assert_fast(input, |data| {
        let data = Some(data);
        let event = Event {
            data,
            event: None,
            id: None,
            retry: None,
            comment: None,
        };
        let mut buffer = Vec::new();
        event.append(&mut buffer).map(|()| buffer.len())
    });
    if !is_compared(input) {
        return;
    }
    let mut parts = input.split(|&byte| byte == 255);
    let mut part = || {
        parts
            .next()
            .map(|part| String::from_utf8_lossy(part).into_owned())
    };
    let (data, event, id, comment) = (part(), part(), part(), part());
    let written = Event {
        data: data.as_deref().map(str::as_bytes),
        event: event.as_deref(),
        id: id.as_deref(),
        retry: comment.as_deref().and_then(|comment| comment.parse().ok()),
        comment: comment.as_deref(),
    };
    let is_broken = |text: &Option<String>, characters: &[char]| {
        text.as_ref().is_some_and(|text| text.contains(characters))
    };
    let is_refused = is_broken(&event, &['\r', '\n']) || is_broken(&id, &['\r', '\n', '\0']);
    let mut buffer = Vec::new();
    assert_eq!(written.append(&mut buffer).is_err(), is_refused);
    if is_refused {
        assert!(buffer.is_empty());
        return;
    }
    let normalized = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    let dispatched = data
        .iter()
        .map(|data| (event.clone().unwrap_or_default(), normalized(data)));
    let comments = comment.iter().flat_map(|text| {
        let lines = normalized(text);
        lines.split('\n').map(str::to_owned).collect::<Vec<_>>()
    });
    let expected = Reader {
        dispatched: dispatched.collect(),
        retry: written.retry,
        comments: comments.collect(),
        last_event_id: id.clone().unwrap_or_default(),
    };
    let stream = String::from_utf8(buffer).expect("text is written");
    assert_eq!(Reader::read(&stream), expected);
});
