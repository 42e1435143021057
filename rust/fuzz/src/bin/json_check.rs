//! What JSON bodies are checked for. What is said of other bodies does not matter.
#![no_main]

use std::sync::LazyLock;

use ferroapi_core::json::check;
use ferroapi_fuzz::naive_json_check::naive;
use ferroapi_fuzz::{assert_fast, is_compared};
use libfuzzer_sys::fuzz_target;
use regex::bytes::Regex;

/// JSON as far as a regular language goes: words and numbers are whole, and so are strings.
static LIKE_JSON: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?";
    let token = format!("(?:{number}|true|false|null|NaN|-?Infinity)");
    let string = r#""(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*""#;
    let pattern = format!(r"(?-u)\A(?:{token}?(?:[ \t\r\n\[\]{{}},:]|{string}))*{token}?\z");
    Regex::new(&pattern).expect("it is well-formed")
});

fuzz_target!(|input: &[u8]| {
    assert_fast(input, check);
    if is_compared(input) && LIKE_JSON.is_match(input) {
        assert_eq!(check(input), naive(input));
    }
});
