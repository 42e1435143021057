use ferroapi_core::json::{SyntaxErrorKind, syntax_error};

use SyntaxErrorKind::{
    ControlCharacter, Escape, ExpectingColon, ExpectingComma, ExpectingName, ExpectingValue,
    ExtraData, TrailingCommaInArray, TrailingCommaInObject, UnicodeEscape, UnterminatedString,
};

macro_rules! bodies {
    ($($name:ident: $body:expr => $expected:expr;)*) => {$(
        #[test]
        fn $name() {
            let body = $body;
            let body: &[u8] = body.as_ref();
            let expected: Option<(SyntaxErrorKind, usize)> = $expected;
            let found = syntax_error(body, false).map(|error| (error.kind, error.position));
            assert_eq!(found, expected);
        }
    )*};
}

// Python's `json.loads` says the same of all of these: `tests/core/test_json.py`.
bodies! {
    ordinary: r#" {"a": [1, -2.5, 1e3, true, false, null, "x"], "b": {}, "c": []} "# => None;
    not_finite: "[NaN, Infinity, -Infinity]" => None;
    deep: "[".repeat(100_000) + &"]".repeat(100_000) => None;
    empty: "" => Some((ExpectingValue, 0));
    blank: " \n" => Some((ExpectingValue, 2));
    no_value: r#"{"a": }"# => Some((ExpectingValue, 6));
    no_value_in_array: "[1, ]" => Some((ExpectingValue, 4));
    cut_array: "[1, " => Some((ExpectingValue, 4));
    only_a_sign: "[-]" => Some((ExpectingValue, 1));
    part_of_a_word: "[nul]" => Some((ExpectingValue, 1));
    cut_object: "{" => Some((ExpectingName, 1));
    single_quotes: "{'a': 1}" => Some((ExpectingName, 1));
    no_name: r#"{"a": 1, }"# => Some((ExpectingName, 9));
    no_colon: r#"{"a" 1}"# => Some((ExpectingColon, 5));
    no_comma: "[1 2]" => Some((ExpectingComma, 3));
    no_comma_in_object: r#"{"a": 1 "b": 2}"# => Some((ExpectingComma, 8));
    leading_zero: "[01]" => Some((ExpectingComma, 2));
    no_fraction: "[1.]" => Some((ExpectingComma, 2));
    no_exponent: "[1e+]" => Some((ExpectingComma, 2));
    cut_string: r#"["a\"b"# => Some((UnterminatedString, 1));
    cut_escape: r#"["a\"# => Some((UnterminatedString, 1));
    line_in_string: "[\"a\nb\"]" => Some((ControlCharacter, 3));
    escape_of_nothing: r#"["a\x"]"# => Some((Escape, 3));
    short_unicode_escape: r#"["\u12"]"# => Some((UnicodeEscape, 3));
    unicode_escape_at_the_end: r#"["\u1234"# => Some((UnicodeEscape, 3));
    second_value: "{} {}" => Some((ExtraData, 3));
    exponent_without_digits: "1e" => Some((ExtraData, 1));
    characters_are_counted: r#"{"ключ": "😀" x"# => Some((ExpectingComma, 13));

    not_utf_8: b"[\xff" => None;
    byte_order_mark: "\u{feff}[" => None;
    utf_16: b"[\0" => None;
    long_integer: format!("[{} x]", "9".repeat(400)) => None;
}

#[test]
fn newer_readers_tell_trailing_commas() {
    for (body, kind, position) in [
        ("[1, ]", TrailingCommaInArray, 2),
        (r#"{"a": 1 , }"#, TrailingCommaInObject, 8),
    ] {
        let error = syntax_error(body.as_bytes(), true);
        let found = error.map(|error| (error.kind, error.position));
        assert_eq!(found, Some((kind, position)));
    }
}
