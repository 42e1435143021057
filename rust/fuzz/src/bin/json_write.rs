//! Text and numbers written as JSON. The first eight bytes are the number.
#![no_main]

use ferroapi_core::json::{write_ascii_string, write_float, write_integer, write_string};
use ferroapi_fuzz::naive_json_write::{naive_float, naive_strings};
use ferroapi_fuzz::{assert_fast, is_compared};
use libfuzzer_sys::fuzz_target;

fn written(text: &str, write: fn(&mut Vec<u8>, &str)) -> String {
    let mut out = Vec::new();
    write(&mut out, text);
    String::from_utf8(out).expect("text is written")
}

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    assert_fast(text.as_bytes(), |text| {
        str::from_utf8(text).map(|text| written(text, write_ascii_string))
    });
    if !is_compared(input) {
        return;
    }
    let strings = [write_string, write_ascii_string].map(|write| written(&text, write));
    assert_eq!(strings, naive_strings(&text));
    let Some(bytes) = input.first_chunk() else {
        return;
    };
    let mut out = Vec::new();
    write_integer(&mut out, i64::from_le_bytes(*bytes));
    assert_eq!(out, i64::from_le_bytes(*bytes).to_string().into_bytes());
    let value = f64::from_le_bytes(*bytes);
    out.clear();
    assert_eq!(write_float(&mut out, value), value.is_finite());
    if value.is_finite() {
        let text = String::from_utf8(out).expect("text is written");
        assert_eq!(text.parse(), Ok(value));
        assert_eq!(text.len(), naive_float(value).len());
    }
});
