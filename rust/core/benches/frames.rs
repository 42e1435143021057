//! A thousand small frames into one buffer, beside the copying of their bytes alone.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ferroapi_core::frames::{Event, append_record};

const FRAMES: usize = 1_000;
const PAYLOAD: &[u8] = br#"{"id": 1234, "name": "Portal Gun", "price": 12.5}"#;
const LINES: &[u8] = b"one\r\ntwo\n\nfour\rfive";

/// Benches `append`, once it has given `expected` for one frame.
fn bench(criterion: &mut Criterion, name: &str, expected: &[u8], append: impl Fn(&mut Vec<u8>)) {
    let mut buffer = Vec::new();
    append(&mut buffer);
    assert_eq!(buffer, expected);

    let mut group = criterion.benchmark_group("frames");
    group.throughput(Throughput::Elements(FRAMES as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            buffer.clear();
            for _ in 0..FRAMES {
                append(&mut buffer);
            }
            assert_eq!(buffer.len(), FRAMES * expected.len());
        });
    });
    group.finish();
}

fn bench_frames(criterion: &mut Criterion) {
    let payload = String::from_utf8_lossy(PAYLOAD);
    bench(criterion, "copy", PAYLOAD, |buffer| {
        buffer.extend_from_slice(black_box(PAYLOAD));
    });
    let record = format!("{payload}\n");
    bench(criterion, "jsonl", record.as_bytes(), |buffer| {
        append_record(buffer, black_box(PAYLOAD));
    });
    let data = Event {
        data: Some(PAYLOAD),
        ..Event::default()
    };
    let frame = format!("data: {payload}\n\n");
    bench(criterion, "sse_data", frame.as_bytes(), |buffer| {
        assert!(black_box(data).append(buffer).is_ok());
    });
    let full = Event {
        event: Some("item"),
        id: Some("1234"),
        retry: Some(5_000),
        comment: Some("ping"),
        ..data
    };
    let frame = format!(": ping\nevent: item\ndata: {payload}\nid: 1234\nretry: 5000\n\n");
    bench(criterion, "sse_full", frame.as_bytes(), |buffer| {
        assert!(black_box(full).append(buffer).is_ok());
    });
    let lines = Event {
        data: Some(LINES),
        ..Event::default()
    };
    let frame = b"data: one\ndata: two\ndata: \ndata: four\ndata: five\n\n";
    bench(criterion, "sse_lines", frame, |buffer| {
        assert!(black_box(lines).append(buffer).is_ok());
    });
}

criterion_group!(benches, bench_frames);
criterion_main!(benches);
