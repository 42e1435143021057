//! What a request costs before and behind the application: its head, its chunks and the head of its
//! response; usual ones, and hostile ones of 64 KB.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ferroapi_core::http::access_log::{Entry, Fields, write_text};
use ferroapi_core::http::chunked::{Chunked, Piece};
use ferroapi_core::http::head::{Limits, parse};
use ferroapi_core::http::response::{write_field, write_status_line};
use ferroapi_core::http::target;

const SMALL: &[u8] = b"GET /items/1?q=2 HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n";

const BROWSER: &[u8] = b"GET /items/1?q=2 HTTP/1.1\r\n\
    Host: shop.example.com\r\n\
    Connection: keep-alive\r\n\
    Cache-Control: max-age=0\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Encoding: gzip, deflate, br\r\n\
    Accept-Language: en-US,en;q=0.9\r\n\
    Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n";

fn bench_head(criterion: &mut Criterion) {
    let limits = Limits::default();
    let many = [
        "GET / HTTP/1.1\r\nHost: a\r\n",
        &"a: b\r\n".repeat(126),
        "\r\n",
    ]
    .concat();
    let large = format!(
        "GET / HTTP/1.1\r\nHost: a\r\nb: {}\r\n\r\n",
        "c".repeat(65_000)
    );
    let mut group = criterion.benchmark_group("http/head");
    for (name, buffer) in [
        ("small", SMALL),
        ("browser", BROWSER),
        ("127_fields", many.as_bytes()),
        ("65_kb_field", large.as_bytes()),
    ] {
        group.throughput(Throughput::Bytes(buffer.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                assert!(parse(black_box(buffer), &limits).is_ok_and(|head| head.is_some()));
            });
        });
    }
    group.finish();
}

fn bench_target(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("http/target");
    for (name, target) in [("plain", "/items/1?q=2"), ("escaped", "/caf%C3%A9/1?q=2")] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let parts = target::parse(b"GET", black_box(target.as_bytes()));
                parts.map(|parts| target::decode_path(parts.path).len())
            });
        });
    }
    group.finish();
}

/// A body of 64 KB in chunks of this size.
fn body(size: usize) -> Vec<u8> {
    let chunk = format!("{size:x}\r\n{}\r\n", "x".repeat(size));
    [chunk.repeat(65_536 / size).as_bytes(), b"0\r\n\r\n"].concat()
}

fn decoded(mut rest: &[u8]) -> usize {
    let mut chunked = Chunked::new();
    let mut size = 0;
    while let Ok((consumed, Piece::Data(data))) = chunked.decode(rest) {
        size += data.len();
        rest = rest.get(consumed..).unwrap_or_default();
    }
    size
}

fn bench_chunked(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("http/chunked");
    for size in [1, 64, 4_096] {
        let body = body(size);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| assert_eq!(decoded(black_box(&body)), 65_536));
        });
    }
    group.finish();
}

fn bench_response(criterion: &mut Criterion) {
    let mut out = Vec::with_capacity(1_024);
    criterion.bench_function("http/response/head", |bencher| {
        bencher.iter(|| {
            out.clear();
            write_status_line(&mut out, black_box(200));
            for (name, value) in [
                (&b"date"[..], &b"Sun, 06 Nov 1994 08:49:37 GMT"[..]),
                (b"server", b"uvicorn"),
                (b"content-length", b"17"),
                (b"content-type", b"application/json"),
            ] {
                assert!(write_field(&mut out, black_box(name), black_box(value)).is_ok());
            }
            out.extend_from_slice(b"\r\n");
            out.len()
        });
    });
}

fn bench_access_log(criterion: &mut Criterion) {
    let entry = Entry {
        client: "127.0.0.1:5000",
        method: b"GET",
        target: b"/items/1?q=2",
        minor_version: 1,
        status: 200,
        bytes: 17,
        seconds: 0.000_2,
        user_agent: None,
        request_id: None,
        unix_time: 784_111_777.0,
    };
    let mut out = Vec::with_capacity(1_024);
    criterion.bench_function("http/access_log/text", |bencher| {
        bencher.iter(|| {
            out.clear();
            write_text(&mut out, black_box(&entry), &Fields::default());
            out.len()
        });
    });
}

criterion_group!(
    benches,
    bench_head,
    bench_target,
    bench_chunked,
    bench_response,
    bench_access_log
);
criterion_main!(benches);
