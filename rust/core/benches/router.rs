//! What a lookup costs, by the kind of answer and the number of routes.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ferroapi_core::router::{Lookup, Match, PatternError, Protocol, Route, Router};

/// A table of `count` routes under one prefix, three kinds in turn, and one
/// route with several parameters in a segment.
fn table(count: usize) -> Result<Router, PatternError> {
    let pattern = |index: usize| match index % 3 {
        0 => format!("/api/v1/resource{index}"),
        1 => format!("/api/v1/resource{index}/{{id}}"),
        _ => format!("/api/v1/resource{index}/{{id:int}}/{{name}}.json"),
    };
    let patterns = (0..count).map(pattern);
    Router::new(
        patterns
            .chain(["/api/v1/files/{name}-{version}.{extension}".to_owned()])
            .map(|pattern| Route {
                pattern,
                protocol: Protocol::Http,
                methods: Some(vec!["GET".to_owned()]),
            }),
    )
}

fn lookups(criterion: &mut Criterion) {
    let found = |index, captures: &[&'static str]| {
        Lookup::Found(Match {
            index,
            captures: captures.to_vec(),
        })
    };
    for count in [10, 500, 10_000] {
        let Ok(router) = table(count) else { continue };
        let last = |kind: usize| {
            (0..count)
                .rev()
                .find(|index| index % 3 == kind)
                .unwrap_or_default()
        };
        let cases = [
            ("first", "/api/v1/resource0".to_owned(), found(0, &[])),
            (
                "static",
                format!("/api/v1/resource{}", last(0)),
                found(last(0), &[]),
            ),
            (
                "parameter",
                format!("/api/v1/resource{}/42", last(1)),
                found(last(1), &["42"]),
            ),
            (
                "parameters",
                format!("/api/v1/resource{}/42/a.json", last(2)),
                found(last(2), &["42", "a"]),
            ),
            (
                "multi_parameter_segment",
                "/api/v1/files/ferroapi-1.0.tar".to_owned(),
                found(count, &["ferroapi", "1.0", "tar"]),
            ),
            (
                "not_found",
                "/api/v1/resource/42".to_owned(),
                Lookup::NotFound,
            ),
        ];
        let mut group = criterion.benchmark_group("router");
        for (name, path, expected) in &cases {
            assert_eq!(*expected, router.find("GET", path), "{name}");
            group.bench_with_input(BenchmarkId::new(*name, count), path, |bencher, path| {
                bencher.iter(|| router.find(black_box("GET"), black_box(path)));
            });
        }
    }
}

criterion_group!(benches, lookups);
criterion_main!(benches);
