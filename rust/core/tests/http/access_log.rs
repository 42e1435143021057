//! Lines of the access log, of usual requests and of hostile ones.

use ferroapi_core::http::access_log::{Entry, Field, Fields, write_json, write_text};
use proptest::prelude::*;

const ENTRY: Entry<'static> = Entry {
    client: "127.0.0.1:5000",
    method: b"GET",
    target: b"/x?q=1",
    minor_version: 1,
    status: 200,
    bytes: 17,
    seconds: 0.000_204_4,
    user_agent: Some(b"curl/8.5 (x)"),
    request_id: Some(b"a-1"),
    unix_time: 784_111_777.25,
};

fn text(entry: &Entry<'_>, fields: impl IntoIterator<Item = Field>) -> String {
    let mut out = Vec::new();
    write_text(&mut out, entry, &Fields::new(fields));
    String::from_utf8_lossy(&out).into_owned()
}

fn json(entry: &Entry<'_>, fields: impl IntoIterator<Item = Field>) -> String {
    let mut out = Vec::new();
    write_json(&mut out, entry, &Fields::new(fields));
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn a_line_has_the_words_of_uvicorn_unless_more_is_chosen() {
    let mut out = Vec::new();
    write_text(&mut out, &ENTRY, &Fields::default());
    assert_eq!(
        String::from_utf8_lossy(&out),
        "127.0.0.1:5000 - \"GET /x?q=1 HTTP/1.1\" 200 OK\n"
    );
}

#[test]
fn the_chosen_fields_follow() {
    for (fields, expected) in [
        (&[][..], ""),
        (&[Field::Time], " time=1994-11-06T08:49:37.250Z"),
        (&[Field::Duration], " duration=0.000204"),
        (&[Field::Bytes], " bytes=17"),
        (&[Field::RequestId], " request_id=\"a-1\""),
        (&[Field::UserAgent], " user_agent=\"curl/8.5 (x)\""),
        (
            &[Field::Bytes, Field::Duration],
            " duration=0.000204 bytes=17",
        ),
    ] {
        assert_eq!(
            text(&ENTRY, fields.iter().copied()),
            format!("\"GET /x?q=1 HTTP/1.1\" 200 OK{expected}\n")
        );
    }
}

#[test]
fn an_object_has_the_chosen_fields() {
    assert_eq!(
        json(&ENTRY, []),
        "{\"method\":\"GET\",\"target\":\"/x?q=1\",\"version\":\"1.1\",\"status\":200}\n"
    );
    assert_eq!(
        json(&ENTRY, Field::ALL),
        "{\"method\":\"GET\",\"target\":\"/x?q=1\",\"version\":\"1.1\",\"status\":200,\
         \"client\":\"127.0.0.1:5000\",\"time\":\"1994-11-06T08:49:37.250Z\",\
         \"duration\":0.000204,\"bytes\":17,\"request_id\":\"a-1\",\
         \"user_agent\":\"curl/8.5 (x)\"}\n"
    );
}

#[test]
fn what_a_request_has_not_is_left_out() {
    let entry = Entry {
        user_agent: None,
        request_id: None,
        ..ENTRY
    };
    let fields = [Field::RequestId, Field::UserAgent];
    assert_eq!(text(&entry, fields), text(&entry, []));
    assert_eq!(json(&entry, fields), json(&entry, []));
}

#[test]
fn a_status_without_a_reason_stands_alone() {
    let entry = Entry {
        status: 299,
        ..ENTRY
    };
    assert_eq!(text(&entry, []), "\"GET /x?q=1 HTTP/1.1\" 299\n");
}

#[test]
fn nothing_of_a_client_can_end_or_change_a_line() {
    let entry = Entry {
        client: "unix\n",
        method: b"G\"",
        target: b"/\r\n\x1b[31m\\x\xc3\xa9",
        ..ENTRY
    };
    assert_eq!(
        text(&entry, [Field::Client]),
        "unix\\x0a - \"G\\x22 /\\x0d\\x0a\\x1b[31m\\x5cx\\xc3\\xa9 HTTP/1.1\" 200 OK\n"
    );
    assert_eq!(
        json(&entry, []),
        "{\"method\":\"G\\\"\",\"target\":\"/\\r\\n\\u001b[31m\\\\x\\u00c3\\u00a9\",\
         \"version\":\"1.1\",\"status\":200}\n"
    );
}

#[test]
fn times_that_are_none_are_the_nearest_that_are() {
    for (number, time, duration) in [
        (-1.0, "1970-01-01T00:00:00.000Z", "0.000000"),
        (f64::NAN, "1970-01-01T00:00:00.000Z", "0.000000"),
        (12.345_678_9, "1970-01-01T00:00:12.346Z", "12.345679"),
    ] {
        let entry = Entry {
            seconds: number,
            unix_time: number,
            ..ENTRY
        };
        assert_eq!(
            text(&entry, [Field::Time, Field::Duration]),
            format!("\"GET /x?q=1 HTTP/1.1\" 200 OK time={time} duration={duration}\n")
        );
    }
}

proptest! {
    #[test]
    fn a_request_is_one_line_of_printable_ascii(
        client: String, method: Vec<u8>, target: Vec<u8>, agent: Option<Vec<u8>>,
        id: Option<Vec<u8>>, status: u16, seconds: f64, unix_time: f64,
    ) {
        let entry = Entry {
            client: &client,
            method: &method,
            target: &target,
            status,
            seconds,
            unix_time,
            user_agent: agent.as_deref(),
            request_id: id.as_deref(),
            ..ENTRY
        };
        for line in [text(&entry, Field::ALL), json(&entry, Field::ALL)] {
            let line = line.strip_suffix('\n');
            prop_assert!(line.is_some_and(|line| line.bytes().all(|byte| matches!(byte, b' '..=b'~'))));
        }
    }
}
