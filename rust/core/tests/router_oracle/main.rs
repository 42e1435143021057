//! The router against a linear scan of one regular expression a route.

mod naive;

use ferroapi_core::router::{Protocol, Route, Router};
use proptest::prelude::*;
use proptest::sample::select;

use naive::Scan;

const TEXTS: &[&str] = &[
    "a", "b", "ab", "-", ".", "1", "12", "x", "A", ":", "é", "\n", "{", "}", "", "*",
];
const UUIDS: &[&str] = &[
    "0123456789abcdef0123456789abcdef",
    "01234567-89ab-cdef-0123-456789ABCDEF",
];

/// One piece of a segment: text, or a parameter (its name comes later).
fn piece() -> impl Strategy<Value = String> {
    let convertor = select(&["", ":str", ":int", ":float", ":uuid", ":path"][..]);
    prop_oneof![
        3 => select(TEXTS).prop_map(str::to_owned),
        2 => Just("{}".to_owned()),
        2 => convertor.prop_map(|convertor| format!("{{{convertor}}}")),
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    let segment = prop::collection::vec(piece(), 0..4).prop_map(|pieces| pieces.concat());
    let slash = prop_oneof![9 => Just("/"), 1 => Just("")];
    (slash, prop::collection::vec(segment, 0..4))
        .prop_map(|(slash, segments)| number_parameters(&[slash, &segments.join("/")].concat()))
}

/// Gives `{}` and `{:int}` names, so that none comes twice.
fn number_parameters(pattern: &str) -> String {
    let mut named = String::new();
    for (index, text) in pattern.split_inclusive('{').enumerate() {
        let rest = text.strip_prefix('}').or_else(|| text.strip_prefix(':'));
        if index > 0 && rest.is_some() {
            named.push('p');
            named.push_str(&index.to_string());
        }
        named.push_str(text);
    }
    named
}

fn route() -> impl Strategy<Value = Route> {
    let protocol = prop_oneof![
        5 => Just(Protocol::Http),
        1 => Just(Protocol::WebSocket),
        1 => Just(Protocol::Any),
    ];
    let method = select(&["GET", "PUT", "POST"][..]).prop_map(str::to_owned);
    let methods = prop::option::weighted(0.9, prop::collection::vec(method, 0..3));
    (pattern(), protocol, methods).prop_map(|(pattern, protocol, methods)| Route {
        pattern,
        protocol,
        methods,
    })
}

/// A path of the texts that patterns are made of.
fn path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![8 => select(TEXTS), 1 => select(UUIDS), 1 => Just("1.5")];
    let segment = prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat());
    let slash = prop_oneof![19 => Just("/"), 1 => Just("")];
    (
        slash,
        prop::collection::vec(segment, 0..5),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(slash, segments, newline)| {
            let end = if newline { "\n" } else { "" };
            [slash, &segments.join("/"), end].concat()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn finds_what_a_linear_scan_finds(
        routes in prop::collection::vec(route(), 0..12),
        requests in prop::collection::vec((select(&["GET", "PUT", "HEAD"][..]), path()), 1..24),
    ) {
        let scan = Scan::new(&routes).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let router = Router::new(routes.clone()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        for (method, path) in &requests {
            prop_assert_eq!(scan.find(method, path), router.find(method, path), "{:?} {:?}", method, path);
            prop_assert_eq!(scan.find_websocket(path), router.find_websocket(path), "{:?}", path);
        }
    }
}
