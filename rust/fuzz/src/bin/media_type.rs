//! Content types and their parameters.
#![no_main]

use ferroapi_core::media_type::{MediaType, is_json};
use ferroapi_fuzz::naive_media_type as naive;
use ferroapi_fuzz::{assert_fast, is_compared};
use libfuzzer_sys::fuzz_target;

fn parameters(input: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let parameters = MediaType::parse(input)?.parameters();
    Some(
        parameters
            .map(|found| (found.name.to_vec(), found.value.into_owned()))
            .collect(),
    )
}

fuzz_target!(|input: &[u8]| {
    assert_fast(input, is_json);
    assert_fast(input, parameters);
    if is_compared(input) {
        assert_eq!(is_json(input), naive::is_json(input));
        assert_eq!(parameters(input), naive::parameters(input));
    }
});
