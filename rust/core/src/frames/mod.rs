//! Frames of a streamed response: JSON Lines records and server-sent events.
//!
//! Both take data that is already serialized and append to a buffer of the caller, so that one
//! frame and a thousand frames go the same way. The cost is one search for line breaks (events
//! only) and one copy; nothing is allocated but the growth of the buffer.

mod jsonl;
mod sse;

pub use jsonl::append_record;
pub use sse::{Event, EventError, check_event, check_id};
