//! What the fuzzers share: the naive twins of the core's tests, and a limit of time.

#[path = "../../core/tests/http/naive_chunked.rs"]
pub mod naive_chunked;
#[path = "../../core/tests/http/naive_head.rs"]
pub mod naive_head;
#[path = "../../core/tests/json/naive_check.rs"]
pub mod naive_json_check;
#[path = "../../core/tests/json/naive_write.rs"]
pub mod naive_json_write;
#[path = "../../core/tests/media_type/naive.rs"]
pub mod naive_media_type;
#[path = "../../core/tests/params/naive_multipart.rs"]
pub mod naive_multipart;
#[path = "../../core/tests/params/naive.rs"]
pub mod naive_params;
#[path = "../../core/tests/router_oracle/naive.rs"]
pub mod naive_router;
#[path = "../../core/tests/http/naive_target.rs"]
pub mod naive_target;
#[path = "../../core/tests/frames/reader.rs"]
pub mod reader;
#[path = "../../core/tests/params/reading.rs"]
pub mod reading;

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use ferroapi_core::params::{Mode, Wanted};

const LARGEST: usize = 65_536;
/// 10 ms of a build for use, and up to four times as long with what a fuzzer counts by.
const LONGEST: Duration = Duration::from_millis(40);
/// Bytes that a naive twin, which may take quadratic time, is given.
const COMPARED: usize = 4_096;

/// Whether an input is small enough for the naive twin.
#[must_use]
pub fn is_compared(input: &[u8]) -> bool {
    input.len() <= COMPARED
}

/// Fails when `work` takes longer than [`LONGEST`] with an input of at most 64 KiB.
///
/// What grows faster than its input shows when it is long: one input of sixty-four, told by the sum
/// of its bytes, is also repeated to 64 KiB. Time is that of the processor, so that nothing else on
/// the machine counts, and the shortest of five.
///
/// # Panics
///
/// It is too slow.
pub fn assert_fast<T>(input: &[u8], work: impl Fn(&[u8]) -> T) {
    let is_slow = |input: &[u8]| {
        (0..5).all(|_| {
            let start = ThreadTime::now();
            black_box(work(black_box(input)));
            start.elapsed() > LONGEST
        })
    };
    assert!(input.len() > LARGEST || !is_slow(input), "slow");
    let sum = input.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    if !input.is_empty() && sum.is_multiple_of(64) {
        let repeated = input.repeat(LARGEST / input.len().min(LARGEST));
        assert!(
            !is_slow(&repeated),
            "slow when it is repeated to {LARGEST} bytes"
        );
    }
}

/// Names of parameters, and which of their values is taken: for the core, and for the naive twin.
#[must_use]
pub fn slots(slots: &[(&[&str], Mode)]) -> (Vec<Wanted>, Vec<(Vec<String>, Mode)>) {
    let wanted = slots
        .iter()
        .map(|(names, mode)| Wanted::new(names.iter().copied(), *mode));
    let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let naive = slots.iter().map(|(names, mode)| (owned(names), *mode));
    (wanted.collect(), naive.collect())
}
