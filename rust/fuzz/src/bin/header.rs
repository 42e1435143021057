//! Headers: the values of a few names. A field is a line with a colon behind its name.
#![no_main]

use std::sync::LazyLock;

use ferroapi_core::params::{Mode, header};
use ferroapi_fuzz::{Slots, assert_fast, is_compared, slots};
use ferroapi_fuzz::{naive_params as naive, reading};
use libfuzzer_sys::fuzz_target;

const SLOTS: &[(&[&str], Mode)] = &[
    (&["a"], Mode::First),
    (&["x-a", "a"], Mode::Last),
    (&["a", "x-a"], Mode::All),
    (&["content-type", ""], Mode::All),
];

fn fields(input: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let lines = input.split(|&byte| byte == b'\n');
    let fields = lines.map(|line| {
        let mut sides = line.splitn(2, |&byte| byte == b':');
        let mut side = || sides.next().unwrap_or_default().to_vec();
        (side(), side())
    });
    fields.collect()
}

static WANTED: LazyLock<Slots> = LazyLock::new(|| slots(SLOTS));

fuzz_target!(|input: &[u8]| {
    let (wanted, slots) = &*WANTED;
    assert_fast(input, |input| header::decode(input).len());
    if is_compared(input) {
        let fields = fields(input);
        let expected = naive::take(&naive::headers(&fields), slots);
        assert_eq!(reading::read_headers(wanted, &fields), Ok(expected));
    }
});
