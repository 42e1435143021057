"""Streams: responses whose body is what a generator yields."""

from ferroapi.streaming import jsonl, raw, sse
from ferroapi.streaming.encoder import Dump, Encoder
from ferroapi.streaming.response import GeneratorStream
from ferroapi.streaming.shutdown import end_streams, set_grace_period
from ferroapi.streaming.worker import current_thread_limiter

__all__ = [
    "Dump",
    "Encoder",
    "GeneratorStream",
    "current_thread_limiter",
    "end_streams",
    "jsonl",
    "raw",
    "set_grace_period",
    "sse",
]
