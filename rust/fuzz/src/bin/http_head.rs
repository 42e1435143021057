//! Heads of requests: parser, length of the body, target and host.
#![no_main]

use ferroapi_core::http::head::{Limits, has_begun, is_for_head, parse};
use ferroapi_core::http::target;
use ferroapi_fuzz::naive_head::{naive, naive_beginning, read};
use ferroapi_fuzz::naive_target::{naive_decode, naive_parse};
use ferroapi_fuzz::{assert_fast, is_compared};
use libfuzzer_sys::fuzz_target;

const SMALL: Limits = Limits {
    size: 100,
    fields: 3,
    target: 20,
};

fuzz_target!(|input: &[u8]| {
    assert_fast(input, |input| parse(input, &Limits::default()));
    assert_fast(input, |input| target::parse(b"GET", input).is_ok());
    assert_fast(input, |input| target::decode_path(input).len());
    if !is_compared(input) {
        return;
    }
    let beginning = (has_begun(input), is_for_head(input));
    assert_eq!(beginning, naive_beginning(input));
    for limits in [Limits::default(), SMALL] {
        let whole = read(input, &limits);
        let statuses = whole.clone().map_err(|error| error.status());
        assert_eq!(statuses, naive(input, &limits));
        // A beginning says the same, or nothing.
        let part = read(&input[..input.len() / 2], &limits);
        assert!(part == Ok(None) || part == whole, "{part:?} {whole:?}");
    }
    let parts = target::parse(b"GET", input)
        .map(|target| (target.path.to_vec(), target.query.to_vec()))
        .ok();
    assert_eq!(parts, naive_parse(input));
    assert_eq!(target::decode_path(input), naive_decode(input));
});
