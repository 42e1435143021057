use ferroapi_core::json::write_uuid;
use proptest::prelude::*;

proptest! {
    #[test]
    fn uuids_are_their_digits_in_groups(uuid: u128) {
        let digits = format!("{uuid:032x}");
        let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|group| &digits[group]);
        let mut out = Vec::new();
        write_uuid(&mut out, uuid);
        prop_assert_eq!(out, format!("\"{}\"", groups.join("-")).into_bytes());
    }
}
