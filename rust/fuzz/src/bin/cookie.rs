//! Cookies: the values of a few names in one or two fields.
#![no_main]

use std::sync::LazyLock;

use ferroapi_core::params::Mode;
use ferroapi_fuzz::{Slots, assert_fast, is_compared, slots};
use ferroapi_fuzz::{naive_params as naive, reading};
use libfuzzer_sys::fuzz_target;

const SLOTS: &[(&[&str], Mode)] = &[
    (&["a"], Mode::First),
    (&["a", "b"], Mode::Last),
    (&["b", "a"], Mode::All),
    (&["é", "a b", ""], Mode::All),
];

static WANTED: LazyLock<Slots> = LazyLock::new(|| slots(SLOTS));

fuzz_target!(|input: &[u8]| {
    let (wanted, slots) = &*WANTED;
    assert_fast(input, |input| {
        reading::read_cookies(wanted, &[input.to_vec()])
    });
    if is_compared(input) {
        let (first, second) = input.split_at(input.len() / 2);
        for fields in [vec![input.to_vec()], vec![first.to_vec(), second.to_vec()]] {
            let expected = naive::take(&naive::cookies(&fields), slots);
            assert_eq!(reading::read_cookies(wanted, &fields), expected);
        }
    }
});
