//! What comes next in the bytes of a client.

use ferroapi_core::http::chunked::{Chunked, Piece};
use ferroapi_core::http::head::{self, Head};
use ferroapi_core::http::length::Body;

use super::connection::{HTTPConnection, State};
use super::timing::WaitsFor;

/// What may wait for the request before it to be answered. More is left to the network.
const MOST_WAITING: usize = 1 << 16;

/// What is expected next from the client.
pub(super) enum Reading {
    Head,
    /// This many bytes of a body.
    Body(u64),
    ChunkedBody(Chunked),
    Nothing,
}

/// What comes next in the buffer.
pub(super) enum Next {
    Nothing,
    Request(Box<[u8]>, Head),
    Body(Vec<u8>, bool),
    Refused(u16, String),
    RefusedBody(u16, String),
}

impl HTTPConnection {
    /// Takes the next thing out of the buffer.
    pub(super) fn next(&self) -> Next {
        let settings = self.settings();
        let mut guard = self.state();
        let state = &mut *guard;
        match &mut state.reading {
            Reading::Nothing => {
                state.buffer = Vec::new();
                Next::Nothing
            }
            Reading::Head => {
                if state.exchange.is_some() || state.write_paused {
                    return Next::Nothing;
                }
                let may_decide = head::may_decide(&state.buffer, state.seen, &settings.limits);
                state.seen = state.buffer.len();
                let parsed = if may_decide {
                    head::parse(&state.buffer, &settings.limits)
                } else {
                    Ok(None)
                };
                match parsed {
                    Ok(None) => {
                        if head::has_begun(&state.buffer) {
                            state.wait_for(WaitsFor::Head, settings.head_time);
                        } else if state.deadline.is_none() {
                            // The body behind a response has ended.
                            state.wait_for(WaitsFor::Request, settings.keep_alive_time);
                        }
                        Next::Nothing
                    }
                    Ok(Some(head)) => {
                        let text = state.take(head.size).into_boxed_slice();
                        state.deadline = None;
                        state.reading = match head.body {
                            Body::None => Reading::Head,
                            Body::Length(length) => Reading::Body(length),
                            Body::Chunked => Reading::ChunkedBody(Chunked::new()),
                        };
                        Next::Request(text, head)
                    }
                    Err(error) => Next::Refused(error.status(), error.to_string()),
                }
            }
            Reading::Body(left) => {
                let size = usize::try_from(*left)
                    .unwrap_or(usize::MAX)
                    .min(state.buffer.len());
                if size == 0 {
                    state.wait_for_body(settings.body_time);
                    return Next::Nothing;
                }
                *left = left.saturating_sub(size as u64);
                let complete = *left == 0;
                let data = state.take(size);
                if complete {
                    state.body_ends();
                }
                Next::Body(data, complete)
            }
            Reading::ChunkedBody(chunked) => {
                let mut data = Vec::new();
                let mut position = 0;
                let complete = loop {
                    let rest = state.buffer.get(position..).unwrap_or_default();
                    match chunked.decode(rest) {
                        Err(error) => {
                            // Nobody knows what comes next, and nothing may be decoded again.
                            state.reading = Reading::Nothing;
                            return Next::RefusedBody(error.status(), error.to_string());
                        }
                        Ok((size, piece)) => {
                            position += size;
                            match piece {
                                Piece::Data(part) => data.extend_from_slice(part),
                                Piece::More => break false,
                                Piece::End => break true,
                            }
                        }
                    }
                };
                if position == 0 && !complete {
                    state.wait_for_body(settings.body_time);
                    return Next::Nothing;
                }
                state.take(position);
                if complete {
                    state.body_ends();
                }
                Next::Body(data, complete)
            }
        }
    }
}

impl State {
    /// Whether so much waits for a response, or for a client to read it, that no more is to come.
    pub(super) fn is_full(&self) -> bool {
        (self.exchange.is_some() || self.write_paused) && self.buffer.len() > MOST_WAITING
    }

    /// Takes bytes off the front of the buffer.
    pub(super) fn take(&mut self, size: usize) -> Vec<u8> {
        self.seen = 0;
        if size >= self.buffer.len() {
            return std::mem::take(&mut self.buffer);
        }
        let rest = self.buffer.split_off(size);
        std::mem::replace(&mut self.buffer, rest)
    }

    fn body_ends(&mut self) {
        self.reading = Reading::Head;
        self.deadline = None;
    }
}
