use ferroapi_core::json::{write_date, write_offset, write_time};
use proptest::prelude::*;

fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap_or_default()
}

#[test]
fn offsets() {
    for (minutes, expected) in [
        (0, "Z"),
        (1, "+00:01"),
        (150, "+02:30"),
        (-1, "-00:01"),
        (-1439, "-23:59"),
    ] {
        assert_eq!(text(|out| write_offset(out, minutes)), expected);
    }
}

proptest! {
    #[test]
    fn dates_are_what_the_formatter_gives(year in 1..10_000, month in 1..13_u8, day in 1..32_u8) {
        let written = text(|out| write_date(out, year, month, day));
        prop_assert_eq!(written, format!("{year:04}-{month:02}-{day:02}"));
    }

    #[test]
    fn times_are_what_the_formatter_gives(
        hour in 0..24_u8,
        minute in 0..60_u8,
        second in 0..60_u8,
        microsecond in prop_oneof![Just(0), 0..1_000_000_u32],
    ) {
        let whole = format!("{hour:02}:{minute:02}:{second:02}");
        let expected = match microsecond {
            0 => whole,
            _ => format!("{whole}.{microsecond:06}"),
        };
        let written = text(|out| write_time(out, hour, minute, second, microsecond));
        prop_assert_eq!(written, expected);
    }
}
