use ferroapi_core::json::has_long_integer;
use proptest::prelude::*;

fn naive(text: &[u8]) -> bool {
    text.windows(309)
        .any(|window| window.iter().all(u8::is_ascii_digit))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Runs of digits around the limit, wherever they lie.
    #[test]
    fn long_integers_are_found_as_by_the_naive_search(
        runs in prop::collection::vec(
            (prop_oneof![0_usize..20, 300_usize..320, 610_usize..630], "[-,.e\"a é]{1,2}"),
            0..6,
        ),
    ) {
        let runs = runs.iter().map(|(digits, between)| "7".repeat(*digits) + between);
        let text = runs.collect::<Vec<_>>().concat();
        for text in [text.as_bytes(), text.trim_end_matches(|last| last != '7').as_bytes()] {
            prop_assert_eq!(has_long_integer(text), naive(text));
        }
    }
}
