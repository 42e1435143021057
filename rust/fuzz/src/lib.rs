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
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use ferroapi_core::params::{Mode, Wanted};

const LARGEST: usize = 65_536;
const REPEATED: u32 = 4_096;
const LONGEST: Duration = Duration::from_millis(10);
/// Bytes that a naive twin, which may take quadratic time, is given.
const COMPARED: usize = 4_096;

/// Whether an input is small enough for the naive twin.
#[must_use]
pub fn is_compared(input: &[u8]) -> bool {
    input.len() <= COMPARED
}

/// Fails when `work` takes longer than [`LONGEST`] with an input of at most 64 KiB.
///
/// What grows faster than its input shows when it is long: one input of [`REPEATED`], told by a hash
/// of its bytes, is also repeated to 64 KiB.
///
/// # Panics
///
/// It is too slow.
pub fn assert_fast<T>(input: &[u8], work: impl Fn(&[u8]) -> T) {
    let run = |input: &[u8]| drop(black_box(work(black_box(input))));
    assert!(input.len() > LARGEST || !is_slow(|| run(input)), "slow");
    if !input.is_empty() && hash(input).is_multiple_of(REPEATED) {
        let repeated = input.repeat(LARGEST / input.len().min(LARGEST));
        assert!(
            !is_slow(|| run(&repeated)),
            "slow when it is repeated to {LARGEST} bytes"
        );
    }
}

/// Time is that of the processor, so that nothing else on the machine counts, and the shortest of
/// five. It takes longer to ask for than most input to read: the time of a clock, which is no less,
/// is looked at before.
fn is_slow(run: impl Fn()) -> bool {
    let start = Instant::now();
    run();
    start.elapsed() > LONGEST
        && (0..5).all(|_| {
            let start = ThreadTime::now();
            run();
            start.elapsed() > LONGEST
        })
}

/// FNV-1a. A sum of the bytes is the same for much of what a fuzzer makes of one input.
fn hash(input: &[u8]) -> u32 {
    let hash = input.iter().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    hash ^ hash >> 16
}

/// Names of parameters, and which of their values is taken: for the core, and for the naive twin.
pub type Slots = (Vec<Wanted>, Vec<(Vec<String>, Mode)>);

/// The same names for both.
#[must_use]
pub fn slots(slots: &[(&[&str], Mode)]) -> Slots {
    let wanted = slots
        .iter()
        .map(|(names, mode)| Wanted::new(names.iter().copied(), *mode));
    let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let naive = slots.iter().map(|(names, mode)| (owned(names), *mode));
    (wanted.collect(), naive.collect())
}
