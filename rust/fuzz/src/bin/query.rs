//! Query strings: the values of a few names.
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
    assert_fast(input, |input| reading::read_query(wanted, input));
    if is_compared(input) {
        let expected = naive::take(&naive::query(input), slots);
        assert_eq!(reading::read_query(wanted, input), expected);
    }
});
