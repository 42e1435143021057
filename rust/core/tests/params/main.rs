//! Parameters: tables of cases, and a naive reading of the same rules as oracle.

mod form;
mod multipart;
mod naive;
mod naive_multipart;
mod reading;

use std::borrow::Cow;
use std::time::{Duration, Instant};

use ferroapi_core::params::header::{self, Header, HeaderNameError};
use ferroapi_core::params::{Mode, Wanted};
use ferroapi_core::params::{cookie, query};
use proptest::prelude::*;

use reading::{Filled, read_cookies, read_headers, read_query};

fn text(values: &Filled) -> Vec<Option<String>> {
    let joined = values.iter().map(|v| v.as_ref().map(|v| v.join("|")));
    joined.collect()
}

#[test]
fn query_names_are_found_and_values_decoded() {
    let cases: &[(&[u8], &str, &str)] = &[
        (b"q=1", "q", "1"),
        (b"q", "q", ""),
        (b"q=", "q", ""),
        (b"&&q=1&&", "q", "1"),
        (b"q=1=2", "q", "1=2"),
        (b"q=1;r=2", "q", "1;r=2"),
        (b"=1", "", "1"),
        (b"a%71=1", "aq", "1"),
        (b"a+b=1", "a b", "1"),
        (b"a%2Bb=1", "a+b", "1"),
        (b"\xe9=1", "\u{e9}", "1"),
        (b"%C3%A9=1", "\u{e9}", "1"),
        (b"q=a+b%2B%20", "q", "a b+ "),
        (b"q=%zz%u1234%", "q", "%zz%u1234%"),
        (b"q=%4", "q", "%4"),
        (b"q=%%41", "q", "%A"),
        (b"q=%F0%9F%98%80", "q", "\u{1f600}"),
        (b"q=%C3\xa9", "q", "\u{fffd}\u{a9}"),
        (b"q=%C3x%A9", "q", "\u{fffd}x\u{fffd}"),
        (b"q=%ED%A0%80", "q", "\u{fffd}\u{fffd}\u{fffd}"),
        (b"q=\xff\x00", "q", "\u{ff}\0"),
    ];
    for &(query_string, name, value) in cases {
        let filled = read_query(&[Wanted::new([name], Mode::Last)], query_string);
        let expected = [Some(value.to_owned())];
        assert_eq!(text(&filled), expected, "{}", query_string.escape_ascii());
    }
}

#[test]
fn raw_bytes_that_decode_to_something_else_are_not_the_name() {
    for (query_string, name) in [(&b"a+b"[..], "a+b"), (b"%41", "%41"), (b"Q=1", "q")] {
        let wanted = [Wanted::new([name], Mode::Last)];
        assert_eq!(read_query(&wanted, query_string), [None]);
    }
}

#[test]
fn modes_and_names_choose_among_values() {
    let wanted = [
        Wanted::new(["a"], Mode::First),
        Wanted::new(["a"], Mode::Last),
        Wanted::new(["a"], Mode::All),
        Wanted::new(["b", "a"], Mode::Last),
        Wanted::new(["missing", "c", "a"], Mode::All),
        Wanted::new(["missing"], Mode::All),
        Wanted::new([""; 0], Mode::First),
    ];
    let filled = read_query(&wanted, b"a=1&b=2&a=3&c=4&a=5");
    let expected = [
        Some("1"),
        Some("5"),
        Some("1|3|5"),
        Some("2"),
        Some("4"),
        None,
        None,
    ];
    assert_eq!(text(&filled), expected.map(|v| v.map(str::to_owned)));
}

#[test]
fn many_names_are_found_like_few() {
    let wanted: Vec<_> = (0..100)
        .map(|number| Wanted::new([format!("n{number}")], Mode::First))
        .collect();
    let query_string: Vec<String> = (0..200).map(|n| format!("n{n}={n}")).collect();
    let filled = read_query(&wanted, query_string.join("&").as_bytes());
    let expected: Filled = (0..100).map(|n| Some(vec![n.to_string()])).collect();
    assert_eq!(filled, expected);
}

#[test]
fn header_names_have_no_case() {
    let wanted = [
        Wanted::new(["X-Token"], Mode::First),
        Wanted::new(["x-token"], Mode::All),
        Wanted::new(["x_token"], Mode::All),
        Wanted::new(["\u{e9}"], Mode::First),
    ];
    let headers = [
        (b"x-token".to_vec(), b"a\xe9".to_vec()),
        (b"X-TOKEN".to_vec(), b" b ".to_vec()),
        (b"\xe9".to_vec(), b"c".to_vec()),
    ];
    let filled = read_headers(&wanted, &headers).map(|filled| text(&filled));
    let expected = [Some("a\u{e9}"), Some("a\u{e9}| b "), None, Some("c")];
    assert_eq!(filled, Ok(expected.map(|v| v.map(str::to_owned)).to_vec()));
}

#[test]
fn a_header_name_beyond_latin1_is_an_error() {
    let error = Header::new([Wanted::new(["\u{142}"], Mode::First)]).err();
    let name = "\u{142}".to_owned();
    assert_eq!(error, Some(HeaderNameError { name: name.clone() }));
    assert_eq!(
        HeaderNameError { name }.to_string(),
        "no header can have the name \"\u{142}\""
    );
}

#[test]
fn cookies_are_split_trimmed_and_unquoted() {
    let cases: &[(&[u8], &str, Option<&str>)] = &[
        (b"a=b", "a", Some("b")),
        (b"a=b=c", "a", Some("b=c")),
        (b" a \xa0=\x1f b\x85;x", "a", Some("b")),
        (b"a=1; a=2", "a", Some("2")),
        (b"A=1", "a", None),
        (b"a=1,b=2", "a", Some("1,b=2")),
        (b"a=", "a", Some("")),
        (b"a", "", Some("a")),
        (b"=a", "", Some("a")),
        (b" = ;;", "", None),
        (b"a=\xff", "a", Some("\u{ff}")),
        (b"a=\"", "a", Some("\"")),
        (b"a=\"\"", "a", Some("")),
        (b"a=\"b", "a", Some("\"b")),
        (b"a=\"b\\", "a", Some("\"b\\")),
        (b"a=\"x;y\"", "a", Some("\"x")),
        (br#"a="\101\102""#, "a", Some("AB")),
        (br#"a="\377\400\0\08\18""#, "a", Some("\u{ff}40000818")),
        (br#"a="\"\\\c\""#, "a", Some("\"\\c\\")),
        (b"a=\"\\\n\"", "a", Some("\\\n")),
        (br"a=\101", "a", Some("\\101")),
        ("a=\u{142}".as_bytes(), "\u{142}", None),
    ];
    for &(header, name, value) in cases {
        let filled = read_cookies(&[Wanted::new([name], Mode::Last)], &[header.to_vec()]);
        let expected = [value.map(str::to_owned)];
        assert_eq!(text(&filled), expected, "{}", header.escape_ascii());
    }
}

#[test]
fn cookie_headers_are_read_as_one() {
    let wanted = [
        Wanted::new(["a"], Mode::Last),
        Wanted::new(["b"], Mode::Last),
    ];
    let filled = read_cookies(&wanted, &[b"a=1; b=2".to_vec(), b"a=3".to_vec()]);
    assert_eq!(text(&filled), [Some("3".to_owned()), Some("2".to_owned())]);
}

#[test]
fn plain_values_are_borrowed() {
    for decode in [query::decode, header::decode, cookie::decode] {
        assert!(matches!(decode(b"plain value"), Cow::Borrowed(_)));
    }
    assert!(matches!(cookie::decode(b"\"quoted\""), Cow::Borrowed(_)));
}

fn bytes(pieces: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        9 => prop::sample::select(pieces).prop_map(<[u8]>::to_vec),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn slots(
    count: impl Into<prop::collection::SizeRange>,
) -> impl Strategy<Value = Vec<(Vec<String>, Mode)>> {
    let name = prop_oneof![
        prop::sample::select(&["", "a", "b", "A", "a b", "\u{e9}", "\u{fffd}", "\u{142}"][..])
            .prop_map(str::to_owned),
        "[a-c%+]{0,2}",
    ];
    let mode = prop::sample::select(&[Mode::First, Mode::Last, Mode::All][..]);
    prop::collection::vec((prop::collection::vec(name, 0..3), mode), count)
}

fn wanted(slots: &[(Vec<String>, Mode)]) -> Vec<Wanted> {
    let slots = slots.iter();
    slots
        .map(|(names, mode)| Wanted::new(names.iter().cloned(), *mode))
        .collect()
}

proptest! {
    #[test]
    fn query_is_the_naive_one(
        slots in slots(0..20),
        query_string in bytes(&[
            b"a", b"b", b"=", b"=", b"&", b"&", b"+", b"%", b"%C3", b"%a9", b"%41", b"%F0",
            b"%9F", b"%98", b"%80", b"%ED", b"%A0", b"4", b"\xe9", b"\xc3", b";",
        ]),
    ) {
        let expected = naive::take(&naive::query(&query_string), &slots);
        prop_assert_eq!(read_query(&wanted(&slots), &query_string), expected);
    }

    #[test]
    fn headers_are_the_naive_ones(
        slots in slots(0..20),
        headers in prop::collection::vec((bytes(&[b"a", b"A", b"b", b"\xe9"]), any::<Vec<u8>>()), 0..9),
    ) {
        let lower = |name: &String| name.to_ascii_lowercase();
        let is_latin1 = |name: &String| name.chars().all(|c| c <= '\u{ff}');
        let slots: Vec<_> = slots
            .into_iter()
            .map(|(names, mode)| (names.into_iter().filter(is_latin1).collect::<Vec<_>>(), mode))
            .collect();
        let lowered: Vec<_> = slots
            .iter()
            .map(|(names, mode)| (names.iter().map(lower).collect(), *mode))
            .collect();
        let expected = naive::take(&naive::headers(&headers), &lowered);
        prop_assert_eq!(read_headers(&wanted(&slots), &headers), Ok(expected));
    }

    #[test]
    fn cookies_are_the_naive_ones(
        slots in slots(0..20),
        headers in prop::collection::vec(
            bytes(&[
                b"a", b"b", b"=", b"=", b";", b";", b" ", b"\"", b"=\"", b"\";", b"\\", b"\\10",
                b"\\3", b"\\4", b"1", b"7", b"\n", b"\x1f", b"\xa0", b"\x85", b"\xe9",
            ]),
            0..4,
        ),
    ) {
        let expected = naive::take(&naive::cookies(&headers), &slots);
        prop_assert_eq!(read_cookies(&wanted(&slots), &headers), expected);
    }
}

#[test]
fn hostile_input_takes_linear_time() {
    const LENGTH: usize = 1 << 20;
    let start = Instant::now();
    let wanted = [
        Wanted::new(["a"], Mode::All),
        Wanted::new(["", "b"], Mode::Last),
    ];
    for piece in [
        "&",
        "=",
        "a&",
        "a=&",
        "%",
        "%61&",
        "%C3",
        "%41%",
        "+",
        "\u{e9}",
        ";",
        "a;",
        "\\",
        "\\\"",
        "\\\\",
        "\\101",
        "\"",
        " ",
        "a=\"\\\";",
    ] {
        let hostile = piece.repeat(LENGTH / piece.len());
        let value = [b"a=\"", hostile.as_bytes(), b"\""].concat();
        for input in [hostile.as_bytes(), &value] {
            read_query(&wanted, input);
            read_cookies(&wanted, &[input.to_vec()]);
            assert!(header::decode(input).len() >= input.len());
        }
    }
    assert!(start.elapsed() < Duration::from_secs(30));
}
