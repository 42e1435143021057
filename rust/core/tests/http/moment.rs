//! Moments: those of the calendar's edges, and the calendar day by day as oracle.

use ferroapi_core::http::moment::Moment;

fn written(unix_seconds: u64) -> String {
    let moment = Moment::new(unix_seconds);
    let (year, month, day) = (moment.year, moment.month, moment.day);
    let (hour, minute, second) = (moment.hour, moment.minute, moment.second);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[test]
fn moments_are_those_of_the_calendar() {
    for (unix_seconds, expected) in [
        (0, "1970-01-01 00:00:00"),
        (784_111_777, "1994-11-06 08:49:37"),
        (951_782_399, "2000-02-28 23:59:59"),
        (951_782_400, "2000-02-29 00:00:00"),
        (951_868_800, "2000-03-01 00:00:00"),
        (4_107_542_400, "2100-03-01 00:00:00"),
        (4_107_542_399, "2100-02-28 23:59:59"),
        (253_402_300_799, "9999-12-31 23:59:59"),
        (253_402_300_800, "9999-12-31 23:59:59"),
        (u64::MAX, "9999-12-31 23:59:59"),
    ] {
        assert_eq!(written(unix_seconds), expected);
    }
}

#[test]
fn each_day_follows_the_one_before() {
    let days = (1970..2500).flat_map(|year: u64| {
        let is_leap =
            year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
        (1..=12).flat_map(move |month| {
            let length = match month {
                2 if is_leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (1..=length).map(move |day| format!("{year}-{month:02}-{day:02}"))
        })
    });
    for (number, day) in (0_u64..).zip(days) {
        assert_eq!(written(number * 86_400 + 3_723), format!("{day} 01:02:03"));
    }
}
