use ferroapi_core::json::{Fault, FaultKind, MAX_DEPTH, check};
use proptest::prelude::*;

use super::naive_check::naive;

fn found(kind: FaultKind, offset: usize) -> Fault {
    Fault { kind, offset }
}

mod interoperability {
    use super::*;
    use FaultKind::{LoneSurrogate, NonFinite};

    macro_rules! bodies {
        ($($name:ident: $body:expr => $expected:expr;)*) => {$(
            #[test]
            fn $name() {
                let body: &str = $body;
                let expected: Option<(FaultKind, usize)> = $expected;
                let expected = expected.map(|(kind, offset)| Fault { kind, offset });
                assert_eq!(check(body.as_bytes()), expected);
                // The same wherever it lies in the blocks that are looked at together.
                for shift in 1..130 {
                    let moved = format!("{}{body}", " ".repeat(shift));
                    let expected = expected.map(|fault| Fault {
                        offset: fault.offset + shift,
                        ..fault
                    });
                    assert_eq!(check(moved.as_bytes()), expected, "moved by {shift}");
                }
            }
        )*};
    }

    bodies! {
        empty: "" => None;
        ordinary: r#"{"a": [1, -2.5, 1e3, true, false, null, "x"]}"# => None;
        nan: "NaN" => Some((NonFinite, 0));
        infinity: "[1, Infinity]" => Some((NonFinite, 4));
        minus_infinity: "[-Infinity]" => Some((NonFinite, 1));
        tokens_in_text: r#"["NaN", "Infinity", "1e999", "[[", "\"NaN"]"# => None;
        token_as_key: r#"{"NaN": NaN}"# => Some((NonFinite, 8));
        first_of_two: "[Infinity, NaN]" => Some((NonFinite, 1));
        after_a_quote_in_text: r#"["\"", NaN]"# => Some((NonFinite, 7));
        after_a_backslash_in_text: r#"["\\", NaN]"# => Some((NonFinite, 7));
        after_many_backslashes: &format!(r#"["{}", NaN]"#, r"\\".repeat(70)) =>
            Some((NonFinite, 145));
        quote_after_many_backslashes: &format!(r#"["{}\", NaN]"#, r"\\".repeat(70)) => None;
        not_the_token: "[Nan, Inf, infinity]" => None;

        large_exponent: "1e999" => Some((NonFinite, 0));
        large_exponent_signed: "[-1E+400]" => Some((NonFinite, 1));
        large_exponent_with_fraction: "[0, 1.5e400]" => Some((NonFinite, 4));
        exponent_of_many_digits: "1e99999999999999999999999" => Some((NonFinite, 0));
        exponent_with_leading_zeros: "1e000000000000000000001" => None;
        small_exponent: "[1e-999, 1E-99999999999999999999]" => None;
        zero_with_large_exponent: "[0e999, -0.0e99999999999999999999]" => None;
        largest_double: "1.7976931348623157e308" => None;
        rounds_down_to_the_largest: "1.7976931348623158e308" => None;
        rounds_up_to_infinity: "1.7976931348623159e308" => Some((NonFinite, 0));
        small_digits_large_exponent: &format!("0.{}1e400", "0".repeat(200)) => None;
        small_digits_larger_exponent: &format!("0.{}1e510", "0".repeat(200)) =>
            Some((NonFinite, 0));
        long_integer: &"9".repeat(400) => None;
        long_integer_with_fraction: &format!("[-{}.0]", "9".repeat(400)) => Some((NonFinite, 1));
        long_integer_with_exponent: &format!("{}e0", "9".repeat(400)) => Some((NonFinite, 0));
        long_integer_made_small: &format!("{}.5e-200", "9".repeat(400)) => None;
        digits_of_the_largest: &format!("[1{0}.0, 9{0}.0]", "0".repeat(308)) =>
            Some((NonFinite, 314));
        long_fraction: &format!("0.{}", "9".repeat(400)) => None;
        exponents_in_words: "[true, false, 1e, e5, .e5]" => None;

        pair: r#""\ud83d\ude00""# => None;
        pair_in_capitals: r#""\uD83D\uDE00""# => None;
        lone_high: r#""\ud800""# => Some((LoneSurrogate, 1));
        lone_low: r#""\udc00""# => Some((LoneSurrogate, 1));
        reversed: r#""\ude00\ud83d""# => Some((LoneSurrogate, 1));
        two_high: r#""\ud800\ud800""# => Some((LoneSurrogate, 1));
        pair_then_low: r#""\ud83d\ude00\ude00""# => Some((LoneSurrogate, 13));
        high_then_other_escape: r#""\ud800\u0041""# => Some((LoneSurrogate, 1));
        high_then_line_feed: r#""\ud800\ndc00""# => Some((LoneSurrogate, 1));
        high_then_text: r#""\ud800udc00""# => Some((LoneSurrogate, 1));
        lone_in_key: r#"{"\udfff": 1}"# => Some((LoneSurrogate, 2));
        below_the_range: r#""\ud7ff""# => None;
        above_the_range: r#""\ue000""# => None;
        escaped_backslash: r#""\\ud800""# => None;
        escaped_backslash_and_escape: r#""\\\ud800""# => Some((LoneSurrogate, 3));
        unfinished: r#""\ud8"# => None;
        not_hexadecimal: r#""\ud8g0""# => None;

        number_before_surrogate: r#"[NaN, "\ud800"]"# => Some((NonFinite, 1));
        surrogate_before_number: r#"["\ud800", NaN]"# => Some((LoneSurrogate, 2));
    }

    #[test]
    fn raw_surrogates_are_not_its_concern() {
        assert_eq!(check(b"\"\xed\xa0\x80\""), None);
    }
}

/// Levels of brackets with `inside` in the innermost.
fn nested(levels: usize, open: &str, inside: &str, close: &str) -> String {
    format!("{}{inside}{}", open.repeat(levels), close.repeat(levels))
}

#[test]
fn depth_is_that_of_the_parser() {
    let limit = MAX_DEPTH;
    // (levels, opening, inside, closing, whether it is too deep)
    let table = [
        (limit, "[", "1", "]", false),
        (limit, "[", "", "]", false),
        (limit + 1, "[", "", "]", false),
        (limit + 1, "[", " \n\t\r", "]", false),
        (limit + 1, "[", "1", "]", true),
        (limit + 1, "[", "\"\"", "]", true),
        (limit + 2, "[", "", "]", true),
        (limit, "{\"a\":", "1", "}", false),
        (limit, "{\"a\":", "{}", "}", false),
        (limit, "{\"a\":", "{ }", "}", false),
        (limit + 1, "{\"a\":", "1", "}", true),
        (limit, "{\"[[[\":", "\"{{{[[[\"", "}", false),
        (limit / 2, "[{\"a\":", "1", "}]", false),
        (limit / 2, "[{\"a\":", "[1]", "}]", true),
        (limit / 2, "[{\"a\":", "[],[]", "}]", false),
    ];
    for (levels, open, inside, close, too_deep) in table {
        let body = nested(levels, open, inside, close);
        let expected = naive(body.as_bytes());
        assert_eq!(
            expected.is_some(),
            too_deep,
            "{levels} of {open}{inside}{close}"
        );
        for shift in [0, 1, 31, 63] {
            let body = format!("{}{body}", " ".repeat(shift));
            let expected = expected.map(|fault| Fault {
                offset: fault.offset + shift,
                ..fault
            });
            assert_eq!(check(body.as_bytes()), expected);
        }
    }
}

#[test]
fn of_a_number_and_a_depth_the_first_is_told() {
    let deep = "[".repeat(MAX_DEPTH);
    for (body, expected) in [
        (
            format!("{deep}NaN,[1"),
            found(FaultKind::NonFinite, MAX_DEPTH),
        ),
        (
            format!("{deep}[1,NaN"),
            found(FaultKind::TooDeep, MAX_DEPTH),
        ),
    ] {
        assert_eq!(naive(body.as_bytes()), Some(expected), "{body}");
        // The same wherever the blocks that are looked at together end.
        for shift in 0..64 {
            let body = format!("{}{body}", " ".repeat(shift));
            let offset = expected.offset + shift;
            assert_eq!(check(body.as_bytes()), Some(Fault { offset, ..expected }));
        }
    }
}

/// Such text is no JSON, so that any answer does, but not two.
#[test]
fn brackets_that_close_nothing_make_room_for_others() {
    for (more, is_too_deep) in [(2, false), (3, true)] {
        let body = format!("]]{}1", "[".repeat(MAX_DEPTH + more));
        let expected = is_too_deep.then(|| found(FaultKind::TooDeep, MAX_DEPTH + 4));
        assert_eq!(check(body.as_bytes()), expected);
        assert_eq!(naive(body.as_bytes()), expected);
    }
}

#[test]
fn depth_bombs_cost_no_stack() {
    let run = || {
        for exponent in 3..=6 {
            let levels = 10_usize.pow(exponent);
            let step = |open: &str| open.len() * MAX_DEPTH;
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let body = nested(levels, open, "1", close);
                assert_eq!(
                    check(body.as_bytes()),
                    Some(found(FaultKind::TooDeep, step(open)))
                );
                assert_eq!(
                    check(open.repeat(levels).as_bytes()),
                    Some(found(FaultKind::TooDeep, step(open)))
                );
            }
            assert_eq!(check("]".repeat(levels).as_bytes()), None);
            assert_eq!(check("[]".repeat(levels).as_bytes()), None);
        }
    };
    let thread = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(run);
    assert!(thread.is_ok_and(|thread| thread.join().is_ok()));
}

/// Texts that would be quadratic if a number, a gap or a run of escapes were read again and again.
#[test]
fn time_is_linear() {
    let inside_limit = "[".repeat(MAX_DEPTH);
    for piece in [
        "1.",
        "1e",
        "1e1",
        "1.1e1.",
        "9",
        "-",
        "\\",
        "\"\\",
        "[ ],",
        "\\ud800",
        "\\\\",
        "[{},",
        &format!("{}.", "9".repeat(309)),
        &format!("[{}],", " ".repeat(1_000)),
    ] {
        for start in ["", "\"", &inside_limit] {
            let body = format!("{start}{}", piece.repeat(500_000 / piece.len()));
            let clock = std::time::Instant::now();
            std::hint::black_box(check(body.as_bytes()));
            assert!(clock.elapsed().as_secs() < 5, "{piece:?} after {start:.9}");
        }
    }
}

/// JSON texts, nested a little, with the tokens that `check` looks for and those that look alike.
fn json_text() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        prop::sample::select(vec![
            "null",
            "true",
            "false",
            "0",
            "-1.5",
            "2e5",
            "1E-400",
            "1e308",
            "12.25e300",
            "NaN",
            "Infinity",
            "-Infinity",
            "1e309",
            "-1.8e308",
            "0e999",
        ])
        .prop_map(str::to_owned),
        (300_usize..320, -15_i32..15)
            .prop_map(|(digits, exponent)| { format!("{}.25e{exponent}", "7".repeat(digits)) }),
        (300_usize..320).prop_map(|digits| format!("-1{}.0", "2".repeat(digits))),
        any::<f64>()
            .prop_filter("finite", |value| value.is_finite())
            .prop_map(|v| format!("{v:e}")),
        json_string(),
    ];
    scalar.prop_recursive(6, 40, 5, |inner| {
        let space = prop::sample::select(vec!["", " ", "\n\t"]);
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..5), space)
                .prop_map(|(items, space)| format!("[{space}{}]", items.join(","))),
            prop::collection::vec((json_string(), inner), 0..5).prop_map(|entries| {
                let entries = entries.iter().map(|(key, value)| format!("{key}: {value}"));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

fn json_string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[ -!#-\\[\\]-~]{0,20}",
        4 => prop::sample::select(vec![
            "\\\\", "\\\"", "\\n", "\\u00e9", "\\ud83d\\ude00", "é", "[", "}", "NaN", "1e999",
        ])
        .prop_map(str::to_owned),
        1 => prop::sample::select(vec!["\\ud800", "\\udc00"]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn check_is_the_naive_check(body in json_text()) {
        prop_assert_eq!(check(body.as_bytes()), naive(body.as_bytes()));
    }

    #[test]
    fn check_takes_any_bytes(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let fault = check(&body);
        prop_assert!(fault.is_none_or(|fault| fault.offset < body.len()));
    }

    /// Broken JSON of the bytes that mean something; the offset lies in the body.
    #[test]
    fn check_takes_broken_json(body in "[\\[\\]{}\",\\\\ude0189.N+-]{0,300}") {
        let fault = check(body.as_bytes());
        prop_assert!(fault.is_none_or(|fault| fault.offset < body.len()));
    }
}

#[test]
fn brackets_beside_each_other_are_not_deep() {
    for pair in ["[]", "{}", "[1]", "{\"a\":[1]}"] {
        let body = format!("[{}{pair}]", format!("{pair},").repeat(10_000));
        assert_eq!(check(body.as_bytes()), None, "{pair}");
    }
}
