//! Multipart forms, in one piece and in two, and the boundaries that `Content-Type` declares.
#![no_main]

use ferroapi_core::params::form::multipart::{Limits, boundary};
use ferroapi_fuzz::naive_multipart::{naive, read};
use ferroapi_fuzz::{assert_fast, is_compared};
use libfuzzer_sys::fuzz_target;

const LARGE: Limits = Limits {
    fields: 1000,
    files: 1000,
    field_size: 1_048_576,
    kept: 1_048_576,
};

const SMALL: Limits = Limits {
    fields: 2,
    files: 2,
    field_size: 10,
    kept: 5,
};

fuzz_target!(|input: &[u8]| {
    assert_fast(input, |input| boundary(input).is_some());
    assert_fast(input, |input| read(&[input], b"B", LARGE).is_ok());
    if !is_compared(input) {
        return;
    }
    let pieces: Vec<&[u8]> = input.chunks(7).collect();
    for limits in [LARGE, SMALL] {
        let expected = naive(input, b"B", limits);
        assert_eq!(read(&[input], b"B", limits), expected);
        assert_eq!(read(&pieces, b"B", limits), expected);
    }
});
