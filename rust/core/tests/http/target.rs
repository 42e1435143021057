//! Request targets: tables of forms, and regular expressions as oracle.

use ferroapi_core::http::target::{Target, TargetError, decode_path, encode_path, parse};
use proptest::prelude::*;

use super::naive_target::{naive_decode, naive_parse};
use super::shown;

type Parts = Result<(&'static [u8], &'static [u8]), TargetError>;

const FORMS: &[(&[u8], &[u8], Parts)] = &[
    (b"GET", b"/", Ok((b"/", b""))),
    (b"GET", b"/a/b", Ok((b"/a/b", b""))),
    (b"GET", b"/a?", Ok((b"/a", b""))),
    (b"GET", b"/a?b?c=/d", Ok((b"/a", b"b?c=/d"))),
    (b"GET", b"/?b", Ok((b"/", b"b"))),
    (b"GET", b"//host/a", Ok((b"//host/a", b""))),
    (b"GET", b"/http://b/c", Ok((b"/http://b/c", b""))),
    (b"GET", b"/%00/..", Ok((b"/%00/..", b""))),
    (b"GET", b"/a\"<>\\^`{|}", Ok((b"/a\"<>\\^`{|}", b""))),
    (b"GET", b"http://a.example/b?c", Ok((b"/b", b"c"))),
    (b"GET", b"HTTPS://a.example:80/b", Ok((b"/b", b""))),
    (b"GET", b"http://a.example", Ok((b"/", b""))),
    (b"GET", b"http://a.example?c", Ok((b"/", b"c"))),
    (b"GET", b"http://a?b@c/d", Ok((b"/", b"b@c/d"))),
    (b"GET", b"http://[::1]:8000/b", Ok((b"/b", b""))),
    (b"GET", b"http://[::0]", Ok((b"/", b""))),
    (b"GET", b"http://[v1.a:b]/", Ok((b"/", b""))),
    (b"OPTIONS", b"*", Ok((b"*", b""))),
    (b"OPTIONS", b"/a", Ok((b"/a", b""))),
    (b"GET", b"", Err(TargetError::Form)),
    (b"GET", b"*", Err(TargetError::Form)),
    (b"options", b"*", Err(TargetError::Form)),
    (b"OPTIONS", b"*/", Err(TargetError::Form)),
    (b"OPTIONS", b"**", Err(TargetError::Form)),
    (b"GET", b"a", Err(TargetError::Form)),
    (b"GET", b"?a", Err(TargetError::Form)),
    (b"GET", b"..", Err(TargetError::Form)),
    (b"GET", b"\\a", Err(TargetError::Form)),
    (b"GET", b"a.example:80", Err(TargetError::Form)),
    (b"GET", b"ftp://a.example/", Err(TargetError::Form)),
    (b"GET", b"http:/a", Err(TargetError::Form)),
    (b"GET", b"http:a", Err(TargetError::Form)),
    (b"GET", b"http", Err(TargetError::Form)),
    (b"GET", b"http://", Err(TargetError::Authority)),
    (b"GET", b"http:///a", Err(TargetError::Authority)),
    (b"GET", b"http://?a", Err(TargetError::Authority)),
    (b"GET", b"http://:80/a", Err(TargetError::Authority)),
    (b"GET", b"http://u@a.example/", Err(TargetError::Authority)),
    (
        b"GET",
        b"http://u:p@a.example/",
        Err(TargetError::Authority),
    ),
    (b"GET", b"http://a.example:x/", Err(TargetError::Authority)),
    (b"GET", b"http://a\\b/", Err(TargetError::Authority)),
    (b"GET", b"http://[::g]/", Err(TargetError::Authority)),
    (b"GET", b"http://[::1/", Err(TargetError::Authority)),
    (b"GET", b"http://[::1]x/", Err(TargetError::Authority)),
    (b"GET", b"http://[]/", Err(TargetError::Authority)),
    (b"GET", b"http://[v1.]/", Err(TargetError::Authority)),
    (
        b"GET",
        b"http://[fe80::1%25a]/",
        Err(TargetError::Authority),
    ),
    (b"GET", b"http://a%zz/", Err(TargetError::Authority)),
    (b"CONNECT", b"a.example:80", Err(TargetError::Connect)),
    (b"CONNECT", b"/", Err(TargetError::Connect)),
    (b"GET", b"/a#b", Err(TargetError::Fragment)),
    (b"GET", b"/a?b#", Err(TargetError::Fragment)),
    (b"GET", b"http://a.example#b", Err(TargetError::Fragment)),
    (b"GET", b"/a b", Err(TargetError::Byte)),
    (b"GET", b"/a\tb", Err(TargetError::Byte)),
    (b"GET", b"/a\0", Err(TargetError::Byte)),
    (b"GET", b"/a\x7f", Err(TargetError::Byte)),
    (b"GET", b"/caf\xc3\xa9", Err(TargetError::Byte)),
    (b"GET", b"/\xff", Err(TargetError::Byte)),
];

#[test]
fn a_target_has_one_of_the_forms_of_its_method() {
    for &(method, target, expected) in FORMS {
        let expected = expected.map(|(path, query)| Target { path, query });
        assert_eq!(parse(method, target), expected, "{}", shown(target));
        if method == b"GET" {
            let parts = expected.map(|target| (target.path.to_vec(), target.query.to_vec()));
            assert_eq!(parts.ok(), naive_parse(target), "{}", shown(target));
        }
    }
}

#[test]
fn a_refusal_is_a_bad_request_or_a_tunnel_that_is_not_implemented() {
    for error in [
        TargetError::Byte,
        TargetError::Fragment,
        TargetError::Form,
        TargetError::Authority,
    ] {
        assert_eq!(error.status(), 400, "{error}");
    }
    assert_eq!(TargetError::Connect.status(), 501);
}

const PATHS: &[(&[u8], &str)] = &[
    (b"", ""),
    (b"/a", "/a"),
    (b"/a+b", "/a+b"),
    (b"/a%20b", "/a b"),
    (b"/a%2Fb%2fc", "/a/b/c"),
    (b"/%25%32%30", "/%20"),
    (b"/%2525", "/%25"),
    (b"/%", "/%"),
    (b"/%4", "/%4"),
    (b"/%4g%41", "/%4gA"),
    (b"/%%41", "/%A"),
    (b"/%u0041", "/%u0041"),
    (b"/%+1", "/%+1"),
    (b"/%00", "/\0"),
    (b"/%C3%A9", "/\u{e9}"),
    (b"/%C3", "/\u{fffd}"),
    (b"/%C3a", "/\u{fffd}a"),
    (b"/%E2%82", "/\u{fffd}"),
    (b"/%E2%82x%AC", "/\u{fffd}x\u{fffd}"),
    (b"/%C0%AF", "/\u{fffd}\u{fffd}"),
    (b"/%ED%A0%80", "/\u{fffd}\u{fffd}\u{fffd}"),
    (b"/%F0%9F%98%80", "/\u{1f600}"),
    (b"/%F0%9F%98", "/\u{fffd}"),
    (b"/%F4%90%80%80", "/\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
    (b"/%FF%FE", "/\u{fffd}\u{fffd}"),
];

#[test]
fn the_text_of_a_path_is_python_s() {
    for &(path, expected) in PATHS {
        assert_eq!(decode_path(path), expected, "{}", shown(path));
    }
}

#[test]
fn text_is_encoded_as_python_quotes_it() {
    for (text, expected) in [
        ("", ""),
        ("/a/b_c.d-e~", "/a/b_c.d-e~"),
        ("/a b", "/a%20b"),
        ("/%20?#\"\\", "/%2520%3F%23%22%5C"),
        (
            "/a:@!$&'()*+,;=",
            "/a%3A%40%21%24%26%27%28%29%2A%2B%2C%3B%3D",
        ),
        ("/\0\n\x7f", "/%00%0A%7F"),
        ("/\u{e9}\u{1f600}", "/%C3%A9%F0%9F%98%80"),
    ] {
        assert_eq!(encode_path(text), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn paths_are_decoded_as_the_naive_way_does(
        path in "(/|[a-f]|%|%[0-9A-Fa-f]|%(C3%A9|E2%82%AC|F0%9F%98%80)|%[0-9A-Fa-f]{2}|é|\u{1f600}){0,20}",
    ) {
        prop_assert_eq!(decode_path(path.as_bytes()), naive_decode(path.as_bytes()));
    }

    #[test]
    fn any_bytes_are_decoded_as_the_naive_way_does(path: Vec<u8>) {
        prop_assert_eq!(decode_path(&path), naive_decode(&path));
    }

    #[test]
    fn encoded_text_is_ascii_and_decodes_to_itself(text: String) {
        let encoded = encode_path(&text);
        prop_assert!(encoded.is_ascii());
        prop_assert_eq!(decode_path(encoded.as_bytes()), text.as_str());
    }

    #[test]
    fn targets_are_taken_apart_as_the_naive_way_does(
        target in "((https?|HTTP|ftp)?:?/{0,3})?([a-z.@:%*#? é]|\\[(::1|::|:|x)\\]?|%4[0-9A-G]|/){0,12}",
    ) {
        let parts = parse(b"GET", target.as_bytes())
            .map(|target| (target.path.to_vec(), target.query.to_vec()));
        prop_assert_eq!(parts.ok(), naive_parse(target.as_bytes()));
    }
}
