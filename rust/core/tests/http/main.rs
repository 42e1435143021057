//! What an HTTP/1.1 server decides about bytes: tables of cases, and the plainest reading of the
//! same rules as oracle.

mod access_log;
mod chunked;
mod faults;
mod head;
mod length;
mod moment;
mod naive_chunked;
mod naive_head;
mod naive_target;
mod response;
mod target;

use proptest::prelude::*;

/// Bytes as text, one character a byte.
fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// Input with up to three bytes replaced, inserted or taken out, of those that mean something.
fn mutated(input: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let special = prop_oneof![
        4 => prop::sample::select(b"\r\n\r\n \t:;=,0\\\0\x0b\x7f\x80\xff\"/".to_vec()),
        1 => any::<u8>(),
    ];
    let mutation = (any::<prop::sample::Index>(), 0..4, special);
    (input, prop::collection::vec(mutation, 0..4)).prop_map(|(mut input, mutations)| {
        for (place, kind, byte) in mutations {
            let place = place.index(input.len() + 1);
            let end = (place + 1).min(input.len());
            match kind {
                0 => input.insert(place, byte),
                1 => drop(input.drain(place..end)),
                2 => drop(input.splice(place..end, [byte])),
                _ => input.truncate(place),
            }
        }
        input
    })
}
