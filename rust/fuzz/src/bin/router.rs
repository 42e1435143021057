//! The path of a request, in tables of routes whose patterns overlap. The first byte says which table.
#![no_main]

use std::sync::LazyLock;

use ferroapi_core::router::{Protocol, Route, Router};
use ferroapi_fuzz::naive_router::Scan;
use ferroapi_fuzz::{assert_fast, is_compared};
use libfuzzer_sys::fuzz_target;

const TABLES: &[&[&str]] = &[
    &["/", "/a", "/a/", "/{p}", "/{p}/b", "/a/{p:int}", "/a/{p}/c"],
    &["/{p:path}", "/a/{p:path}/b", "/a/{p:path}/{q}", "/b{p}/a"],
    &[
        "/{p}-{q}",
        "/{p}.{q}.{r}",
        "/a{p:int}b{q:float}",
        "/{p:uuid}",
    ],
    &[
        "/a/{p:float}",
        "/{p:int}/",
        "/{p:uuid}/a",
        "/é/{p}",
        "/{p:path}/x",
    ],
    &["a", "{p}.a", "/a\n", "/{p:int}-{q:path}", "//", "/a//{p}"],
];

static SERVED: LazyLock<Vec<(Scan<'static>, Router)>> = LazyLock::new(|| {
    let route = |(index, pattern): (usize, &&str)| Route {
        pattern: (*pattern).to_owned(),
        protocol: [Protocol::Http, Protocol::Any, Protocol::WebSocket][index % 5 / 2],
        methods: [
            Some(vec!["GET".to_owned()]),
            None,
            Some(vec!["PUT".to_owned()]),
        ][index % 3]
            .clone(),
    };
    let tables = TABLES.iter().map(|patterns| {
        let routes: Vec<_> = patterns.iter().enumerate().map(route).collect();
        let router = Router::new(routes.clone()).expect("they are well-formed");
        (
            Scan::new(routes.leak()).expect("they are well-formed"),
            router,
        )
    });
    tables.collect()
});

fuzz_target!(|input: &[u8]| {
    let Some((table, path)) = input.split_first() else {
        return;
    };
    let (scan, router) = &SERVED[usize::from(*table) % SERVED.len()];
    let path = String::from_utf8_lossy(path);
    assert_fast(path.as_bytes(), |input| {
        let path = String::from_utf8_lossy(input);
        std::hint::black_box(router.find("GET", &path));
    });
    if !is_compared(input) {
        return;
    }
    for method in ["GET", "PUT", "HEAD"] {
        assert_eq!(router.find(method, &path), scan.find(method, &path));
    }
    assert_eq!(router.find_websocket(&path), scan.find_websocket(&path));
});
