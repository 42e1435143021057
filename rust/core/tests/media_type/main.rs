//! Media types: a table of spellings, and regular expressions as oracle.

mod naive;

use std::time::{Duration, Instant};

use ferroapi_core::media_type::{MediaType, is_json};
use proptest::prelude::*;

const SPELLINGS: &[(&[u8], bool)] = &[
    (b"application/json", true),
    (b"application/JSON", true),
    (b"application/json;", true),
    (b"application/json;;;=\"", true),
    (b"application/json ; charset=utf-16", true),
    (b" \tapplication/json\t ", true),
    (b"application/+json", true),
    (b"application/*+json", true),
    (b"application/vnd.api+json", true),
    (b"APPLICATION/PROBLEM+JSON; x=\"y;z\"", true),
    (b"", false),
    (b" ", false),
    (b"json", false),
    (b"/json", false),
    (b"application", false),
    (b"application/", false),
    (b"application/;json", false),
    (b";application/json", false),
    (b"text/json", false),
    (b"application/json/", false),
    (b"application//json", false),
    (b"application /json", false),
    (b"application/ json", false),
    (b"application/jsonp", false),
    (b"application/xjson", false),
    (b"application/x+json+y", false),
    (b"application/x y+json", false),
    (b"application/json, text/plain", false),
    (b"application/json charset=utf-8", false),
    (b"application/json\0", false),
    (b"application/json\r\n", false),
    (b"\xffapplication/json", false),
    (b"application/\xe9+json", false),
    (b"multipart/form-data; boundary=application/json", false),
];

#[test]
fn json_is_told_from_the_rest() {
    for &(value, expected) in SPELLINGS {
        assert_eq!(is_json(value), expected, "{}", value.escape_ascii());
    }
}

#[test]
fn a_media_type_is_two_tokens() {
    let media_type = MediaType::parse(b"\tText/X-y ;a=b");
    let parts = media_type.map(|media_type| (media_type.type_(), media_type.subtype()));
    assert_eq!(parts, Some((&b"Text"[..], &b"X-y"[..])));
}

/// What the parameters after `a/b` are, written as `name=value` with `,` between.
fn parameters(rest: &[u8]) -> Option<String> {
    let value = [b"a/b", rest].concat();
    let parameters: Vec<String> = MediaType::parse(&value)?
        .parameters()
        .map(|parameter| {
            let name = parameter.name.escape_ascii();
            format!("{name}={}", parameter.value.escape_ascii())
        })
        .collect();
    Some(parameters.join(","))
}

#[test]
fn parameters_are_read_and_bad_ones_passed_over() {
    for (rest, expected) in [
        (&b""[..], ""),
        (b";", ""),
        (b";;a=b;", "a=b"),
        (b"; charset=utf-8 ;\tA=B", "charset=utf-8,A=B"),
        (b";a=\"x;y\";b=c", "a=x;y,b=c"),
        (b";a=\"\"", "a="),
        (b";a=\"\\\"\\\\\\c\"", "a=\\\"\\\\c"),
        (b";a=\"x\"y;b=c", "b=c"),
        (b";a=;b=c", "b=c"),
        (b";a;b=c", "b=c"),
        (b";=a;b=c", "b=c"),
        (b";a =b;c=d", "c=d"),
        (b";a= b;c=d", "c=d"),
        (b";a=b c;d=e", "d=e"),
        (b";a=\xff;b=c", "b=c"),
        (b";a=b;c=\"d;e=f", "a=b"),
        (b";a=\"b\\", ""),
    ] {
        assert_eq!(
            parameters(rest).as_deref(),
            Some(expected),
            "{}",
            rest.escape_ascii()
        );
    }
}

fn pieces(pieces: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        9 => prop::sample::select(pieces).prop_map(<[u8]>::to_vec),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn is_json_is_a_regular_expression(
        value in pieces(&[
            b"application", b"APPLICATION", b"/", b"/", b"json", b"+json", b"x", b"+", b" ",
            b"\t", b";", b"\"", b"=", b"\\", b",",
        ])
    ) {
        prop_assert_eq!(is_json(&value), naive::is_json(&value));
    }

    #[test]
    fn written_parameters_are_read_back(
        written in prop::collection::vec(("[!#-'*+.^-`a-z|~-]{1,5}", prop::collection::vec(any::<u8>(), 0..9)), 0..6)
    ) {
        let mut value = b"a/b".to_vec();
        for (name, content) in &written {
            value.extend_from_slice(format!(" ; {name}=\"").as_bytes());
            for byte in content {
                if matches!(byte, b'"' | b'\\') {
                    value.push(b'\\');
                }
                value.push(*byte);
            }
            value.push(b'"');
        }
        let read: Vec<_> = MediaType::parse(&value)
            .into_iter()
            .flat_map(|media_type| media_type.parameters())
            .map(|parameter| (parameter.name.to_vec(), parameter.value.into_owned()))
            .collect();
        let written: Vec<_> = written
            .into_iter()
            .map(|(name, content)| (name.into_bytes(), content))
            .collect();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn any_bytes_have_the_naive_parameters(rest in pieces(&[b";", b"a", b"=", b"\"", b"\\", b" "])) {
        let value = [b"a/b;".as_slice(), &rest].concat();
        let parameters: Option<Vec<_>> = MediaType::parse(&value).map(|media_type| {
            let parameters = media_type.parameters();
            parameters.map(|found| (found.name.to_vec(), found.value.into_owned())).collect()
        });
        prop_assert_eq!(parameters, naive::parameters(&value));
    }
}

#[test]
fn hostile_values_take_linear_time() {
    const LENGTH: usize = 1 << 20;
    let start = Instant::now();
    for piece in [
        &b" "[..],
        b"a",
        b"/",
        b";",
        b"\"",
        b"\\",
        b"a=\"",
        b";a=\"\\",
        b";a=\"b\"c",
        b"; a",
    ] {
        let hostile = piece.repeat(LENGTH / piece.len());
        assert!(!is_json(&hostile));
        for prefix in [&b"a/b;a=\""[..], b"a/b;"] {
            let value = [prefix, &hostile].concat();
            let parameters = MediaType::parse(&value).map(|media_type| media_type.parameters());
            assert!(parameters.is_some_and(|parameters| parameters.count() <= LENGTH));
        }
    }
    assert!(start.elapsed() < Duration::from_secs(5));
}
