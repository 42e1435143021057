//! One request's parameters, usual ones and hostile ones of 60 KB.

use std::borrow::Cow;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ferroapi_core::params::cookie::{self, Cookie};
use ferroapi_core::params::header::{self, Header};
use ferroapi_core::params::query::{self, Query};
use ferroapi_core::params::{Found, Mode, Value, Wanted};

const HOSTILE: usize = 60_000;

const HEADERS: &[(&[u8], &[u8])] = &[
    (b"host", b"127.0.0.1:8000"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64)"),
    (b"accept", b"application/json"),
    (b"accept-language", b"en-US,en;q=0.5"),
    (b"accept-encoding", b"gzip, deflate, br"),
    (b"connection", b"keep-alive"),
    (b"x-token", b"secret"),
    (
        b"cookie",
        b"theme=dark; session=\"0123456789abcdef\"; _ga=GA1.2.3",
    ),
];

/// The length of all text that fills the slots.
fn length<T>(found: &Found<'_, T>, decode: impl Fn(&T) -> Cow<'_, str>) -> usize {
    let lengths = found.values().map(|(_, value)| match value {
        Value::One(raw) => decode(raw).len(),
        Value::All(raw) => raw.iter().map(|raw| decode(raw).len()).sum(),
    });
    lengths.sum()
}

fn numbered(count: usize) -> Vec<Wanted> {
    let names = (0..count).map(|number| format!("name{number}"));
    names.map(|name| Wanted::new([name], Mode::Last)).collect()
}

fn bench_query(criterion: &mut Criterion) {
    let two = vec![
        Wanted::new(["q"], Mode::Last),
        Wanted::new(["limit"], Mode::Last),
    ];
    let all = vec![Wanted::new(["a"], Mode::All)];
    let pairs = |count: usize| {
        let pairs: Vec<_> = (0..count).map(|n| format!("name{n}=x")).collect();
        pairs.join("&").into_bytes()
    };
    let mut group = criterion.benchmark_group("params/query");
    for (name, wanted, query_string, expected) in [
        ("two", two.clone(), b"q=portal&limit=10".to_vec(), 8),
        (
            "two_escaped",
            two,
            b"q=portal+gun%C3%A9&limit=10".to_vec(),
            14,
        ),
        ("8_of_8", numbered(8), pairs(8), 8),
        ("16_of_16", numbered(16), pairs(16), 16),
        ("64_of_64", numbered(64), pairs(64), 64),
        (
            "60_kb_values",
            all.clone(),
            b"a=%41&".repeat(HOSTILE / 6),
            HOSTILE / 6,
        ),
        (
            "60_kb_escapes",
            all.clone(),
            [b"a=".as_slice(), &b"%41".repeat(HOSTILE / 3)].concat(),
            HOSTILE / 3,
        ),
        ("60_kb_separators", all, b"&".repeat(HOSTILE), 0),
    ] {
        let query = Query::new(wanted);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let found = query.read(black_box(&query_string));
                assert_eq!(length(&found, |raw| query::decode(raw)), expected);
            });
        });
    }
    group.finish();
}

fn bench_header(criterion: &mut Criterion) {
    let Ok(header) = Header::new([
        Wanted::new(["user-agent"], Mode::First),
        Wanted::new(["x-token"], Mode::All),
    ]) else {
        return;
    };
    criterion.bench_function("params/header/2_of_8", |bencher| {
        bencher.iter(|| {
            let mut found = header.found();
            for &(name, value) in black_box(HEADERS) {
                if let Some(name) = header.find(name) {
                    found.keep(name, value);
                }
            }
            assert_eq!(length(&found, |raw| header::decode(raw)), 37);
        });
    });
}

fn bench_cookie(criterion: &mut Criterion) {
    let cookie = Cookie::new([Wanted::new(["session"], Mode::Last)]);
    let hostile = |piece: &[u8]| {
        let value = piece.repeat(HOSTILE / piece.len());
        [b"session=\"".as_slice(), &value, b"\""].concat()
    };
    let mut group = criterion.benchmark_group("params/cookie");
    for (name, value, expected) in [
        (
            "1_of_3",
            b"theme=dark; session=\"0123456789abcdef\"; _ga=GA1.2.3".to_vec(),
            16,
        ),
        ("60_kb_backslashes", hostile(b"\\\""), HOSTILE / 2),
        ("60_kb_octal", hostile(b"\\101"), HOSTILE / 4),
        ("60_kb_separators", b";".repeat(HOSTILE), 0),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut found = cookie.found();
                cookie.read(black_box(&value), &mut found);
                assert_eq!(length(&found, |raw| cookie::decode(raw)), expected);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench_query, bench_header, bench_cookie);
criterion_main!(benches);
