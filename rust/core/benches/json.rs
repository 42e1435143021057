//! The check of a body, by what the body is made of, and the writing of strings and floats.
//! Throughput is in bytes of JSON.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ferroapi_core::json::{
    FaultKind, check, write_ascii_string, write_float, write_integer, write_string,
};

const MEGABYTE: usize = 1 << 20;

/// An array of `item` repeated to about a megabyte.
fn array_of(item: &str) -> Vec<u8> {
    let items = vec![item; MEGABYTE / (item.len() + 1)];
    format!("[{}]", items.join(",")).into_bytes()
}

fn bodies() -> [(&'static str, Vec<u8>); 6] {
    let record = r#"{"id": 1234, "name": "Portal Gun", "price": 12.5, "tags": ["a", "b"], "active": true, "note": null}"#;
    let text = format!(
        r#""{}""#,
        "The quick brown fox jumps over the lazy dog. ".repeat(100)
    );
    [
        ("records", array_of(record)),
        ("floats", array_of("-12.0625")),
        ("exponents", array_of("1.5e300")),
        ("text", array_of(&text)),
        ("escapes", array_of(r#""\"\n\\\u00e9\ud83d\ude00""#)),
        ("brackets", array_of(r"[[{}],[]]")),
    ]
}

fn bench_check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    for (name, body) in bodies() {
        assert_eq!(check(&body), None);
        let mut faulty = body.clone();
        faulty.truncate(body.len() - 1);
        faulty.extend_from_slice(b",NaN]");
        let fault = check(&faulty).map(|fault| (fault.kind, fault.offset));
        assert_eq!(fault, Some((FaultKind::NonFinite, body.len())));

        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| check(black_box(&body))));
    }
    group.finish();
}

fn bench_strings(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write_string");
    let cases = [
        ("short", "Portal Gun".to_owned()),
        ("long", "The quick brown fox. ".repeat(50)),
        ("breaks", "one line\n".repeat(50)),
        ("accents", "déjà vu ".repeat(50)),
    ];
    for (name, text) in cases {
        for (style, write) in [
            ("utf8", write_string as fn(&mut Vec<u8>, &str)),
            ("ascii", write_ascii_string),
        ] {
            let mut out = Vec::new();
            write(&mut out, &text);
            assert!(out.starts_with(b"\"") && out.ends_with(b"\"") && out.len() >= text.len() + 2);

            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(format!("{name}_{style}"), |bencher| {
                bencher.iter(|| {
                    out.clear();
                    write(&mut out, black_box(&text));
                    out.len()
                });
            });
        }
    }
    group.finish();
}

fn bench_numbers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write_number");
    let mut out = Vec::new();
    for (name, value, expected) in [
        ("price", 1234.5, "1234.5"),
        ("digits", 0.123_456_789_012_345_68, "0.12345678901234568"),
        ("scientific", 1.5e-7, "1.5e-07"),
    ] {
        out.clear();
        assert!(write_float(&mut out, value));
        assert_eq!(out, expected.as_bytes());
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                out.clear();
                write_float(&mut out, black_box(value))
            });
        });
    }
    group.bench_function("integer", |bencher| {
        bencher.iter(|| {
            out.clear();
            write_integer(&mut out, black_box(1_234_567));
            assert_eq!(out.len(), 7);
        });
    });
    group.finish();
}

criterion_group!(benches, bench_check, bench_strings, bench_numbers);
criterion_main!(benches);
