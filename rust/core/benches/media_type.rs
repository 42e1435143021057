//! Telling JSON from the rest, for a usual value and for hostile ones of 60 KB.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ferroapi_core::media_type::{MediaType, is_json};

const HOSTILE: usize = 60_000;

fn bench_is_json(criterion: &mut Criterion) {
    let subtype = [b"application/".as_slice(), &b"+json".repeat(HOSTILE / 5)].concat();
    let quotes = [
        b"application/json;a=\"".as_slice(),
        &b"\\\"".repeat(HOSTILE / 2),
    ]
    .concat();
    let mut group = criterion.benchmark_group("media_type/is_json");
    for (name, value, expected) in [
        ("plain", b"application/json".as_slice(), true),
        ("charset", b"application/json; charset=utf-8", true),
        ("problem", b"APPLICATION/PROBLEM+JSON", true),
        ("form", b"application/x-www-form-urlencoded", false),
        ("60_kb_subtype", &subtype, true),
        ("60_kb_quotes", &quotes, true),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| assert_eq!(is_json(black_box(value)), expected));
        });
    }
    group.finish();
}

fn bench_parameters(criterion: &mut Criterion) {
    let many = b";a=\"\\b\"".repeat(HOSTILE / 8);
    let mut group = criterion.benchmark_group("media_type/parameters");
    for (name, rest, expected) in [
        ("charset", b"; charset=utf-8".as_slice(), 1),
        ("60_kb", &many, HOSTILE / 8),
    ] {
        let value = [b"application/json", rest].concat();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let media_type = MediaType::parse(black_box(&value));
                let count = media_type.map(|media_type| media_type.parameters().count());
                assert_eq!(count, Some(expected));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench_is_json, bench_parameters);
criterion_main!(benches);
