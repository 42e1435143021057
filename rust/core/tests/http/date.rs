//! Dates: those of RFC 9110 and of the calendar's edges, and the calendar day by day as oracle.

use ferroapi_core::http::date::imf_fixdate;

fn date(unix_seconds: u64) -> String {
    String::from_utf8_lossy(&imf_fixdate(unix_seconds)).into_owned()
}

#[test]
fn dates_are_those_of_the_calendar() {
    for (unix_seconds, expected) in [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (253_402_300_800, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (u64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] {
        assert_eq!(date(unix_seconds), expected);
    }
}

#[test]
fn each_day_follows_the_one_before() {
    let months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(' ');
    let months: Vec<&str> = months.collect();
    let weekdays = "Thu Fri Sat Sun Mon Tue Wed".split(' ').cycle();
    let days = (1970..2500).flat_map(|year: u64| {
        let is_leap =
            year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
        months.iter().flat_map(move |&month| {
            let length = match month {
                "Feb" if is_leap => 29,
                "Feb" => 28,
                "Apr" | "Jun" | "Sep" | "Nov" => 30,
                _ => 31,
            };
            (1..=length).map(move |day| format!("{day:02} {month} {year}"))
        })
    });
    for ((number, day), weekday) in (0_u64..).zip(days).zip(weekdays) {
        assert_eq!(
            date(number * 86_400 + 3_723),
            format!("{weekday}, {day} 01:02:03 GMT")
        );
    }
}
