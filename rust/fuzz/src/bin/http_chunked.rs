//! Chunked bodies. The first byte says how long the parts are that the others come in.
#![no_main]

use ferroapi_core::http::chunked::ChunkError;
use ferroapi_fuzz::naive_chunked::{decode, naive};
use ferroapi_fuzz::{assert_fast, is_compared};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((length, body)) = input.split_first() else {
        return;
    };
    assert_fast(body, |body| decode([body]));
    let whole = decode([body]);
    assert_eq!(decode(body.chunks(usize::from(*length).max(1))), whole);
    assert_eq!(decode(body.chunks(1)), whole);
    // The naive way has no limits.
    let is_limited = matches!(
        whole,
        Err(ChunkError::TooManyExtensions | ChunkError::TooManyTrailers)
    );
    if is_compared(body) && !is_limited {
        assert_eq!(whole.map_err(drop), naive(body));
    }
});
