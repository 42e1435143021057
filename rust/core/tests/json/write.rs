use ferroapi_core::json::{write_ascii_string, write_float, write_integer, write_string};
use proptest::prelude::*;

use super::naive_write::{naive_float, naive_strings};

fn float(value: f64) -> Option<String> {
    let mut out = b"before".to_vec();
    let written = write_float(&mut out, value);
    let text = String::from_utf8(out.split_off(6)).ok();
    text.filter(|text| written || !text.is_empty())
}

#[test]
fn floats_as_python_writes_them() {
    let table = [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (-1.5, "-1.5"),
        (0.1, "0.1"),
        (100.0, "100.0"),
        (0.0001, "0.0001"),
        (0.000_123, "0.000123"),
        (0.000_099_999, "9.9999e-05"),
        (0.000_01, "1e-05"),
        (-1.234e-7, "-1.234e-07"),
        (1e15, "1000000000000000.0"),
        (9_999_999_999_999_998.0, "9999999999999998.0"),
        (1e16, "1e+16"),
        (-1e16, "-1e+16"),
        (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
        (1e22, "1e+22"),
        (1e23, "1e+23"),
        (1e100, "1e+100"),
        (f64::MAX, "1.7976931348623157e+308"),
        (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        (5e-324, "5e-324"),
        (0.1 + 0.2, "0.30000000000000004"),
        (2.0_f64.powi(53), "9007199254740992.0"),
        (9_007_199_254_740_993.0, "9007199254740992.0"),
    ];
    for (value, expected) in table {
        assert_eq!(float(value).as_deref(), Some(expected));
        assert_eq!(naive_float(value), expected);
    }
}

#[test]
fn non_finite_floats_are_not_written() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(float(value), None);
    }
}

#[test]
fn integers() {
    for value in [0, 1, -1, 42, i64::MAX, i64::MIN] {
        let mut out = Vec::new();
        write_integer(&mut out, value);
        assert_eq!(out, value.to_string().into_bytes());
    }
}

fn strings(text: &str) -> [String; 2] {
    [write_string, write_ascii_string].map(|write: fn(&mut Vec<u8>, &str)| {
        let mut out = Vec::new();
        write(&mut out, text);
        String::from_utf8_lossy(&out).into_owned()
    })
}

#[test]
fn strings_as_python_writes_them() {
    let table = [
        ("", r#""""#, r#""""#),
        ("plain", r#""plain""#, r#""plain""#),
        ("a\"b\\c/d", r#""a\"b\\c/d""#, r#""a\"b\\c/d""#),
        ("\u{8}\u{c}\n\r\t", r#""\b\f\n\r\t""#, r#""\b\f\n\r\t""#),
        ("\0\u{1f}", r#""\u0000\u001f""#, r#""\u0000\u001f""#),
        ("\u{7f}", "\"\u{7f}\"", r#""\u007f""#),
        ("\u{80}é€", "\"\u{80}é€\"", r#""\u0080\u00e9\u20ac""#),
        (
            "\u{ffff}\u{10000}",
            "\"\u{ffff}\u{10000}\"",
            r#""\uffff\ud800\udc00""#,
        ),
        ("\u{2028}", "\"\u{2028}\"", r#""\u2028""#),
    ];
    for (text, utf8, ascii) in table {
        assert_eq!(strings(text), [utf8, ascii]);
        assert_eq!(naive_strings(text), [utf8, ascii]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn floats_are_as_short_as_the_naive_floats(value in any::<f64>()) {
        prop_assume!(value.is_finite());
        // Of two shortest texts as near to the value, either is right; `repr` decides in the
        // tests of the extension.
        let written = float(value).unwrap_or_default();
        prop_assert_eq!(written.parse(), Ok(value));
        prop_assert_eq!(written.len(), naive_float(value).len());
    }

    #[test]
    fn short_decimals_are_the_naive_floats(digits in any::<i32>(), scale in -25_i32..25) {
        let value: f64 = format!("{digits}e{scale}").parse().unwrap_or(f64::NAN);
        prop_assert_eq!(float(value), Some(naive_float(value)));
    }

    #[test]
    fn strings_are_the_naive_strings(
        text in prop_oneof![any::<String>(), "[ -~\\x00-\\x20é😀\"\\\\]{0,80}"],
    ) {
        prop_assert_eq!(strings(&text), naive_strings(&text));
    }
}
