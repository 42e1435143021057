//! Dates as HTTP writes them (RFC 9110, section 5.6.7), in the calendar of Gregory.

const SECONDS_A_DAY: u64 = 86_400;
/// The last second of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

const DAYS: [&[u8; 3]; 7] = [b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue", b"Wed"];
const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// A moment, in universal time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub year: u64,
    /// From 1 to 12.
    pub month: u64,
    /// From 1 to 31.
    pub day: u64,
    pub hour: u64,
    pub minute: u64,
    pub second: u64,
    /// From Thursday, 0, to Wednesday, 6: the first of January 1970 was a Thursday.
    pub weekday: u64,
}

impl Moment {
    /// The moment so many seconds after the beginning of 1970; the last one of the year 9999 for
    /// all that are later.
    pub fn new(unix_seconds: u64) -> Self {
        let unix_seconds = unix_seconds.min(LAST_SECOND);
        let days = unix_seconds / SECONDS_A_DAY;
        let seconds = unix_seconds % SECONDS_A_DAY;
        // Years begin in March here, so that the day of a leap year is the last one, and are
        // counted in cycles of 400, which all have the same number of days.
        let since = days + 719_468;
        let cycle = since / 146_097;
        let day_of_cycle = since % 146_097;
        let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524
            - day_of_cycle / 146_096)
            / 365;
        let day_of_year =
            day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        Self {
            year: cycle * 400 + year_of_cycle + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: seconds / 3_600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            weekday: days % 7,
        }
    }
}

/// The value of a `Date` field: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// `unix_seconds` counts from the beginning of 1970. Years go to 9999; the last second of it stands
/// for all that are later.
///
/// ```
/// let date = ferroapi_core::http::date::imf_fixdate(784_111_777);
/// assert_eq!(&date, b"Sun, 06 Nov 1994 08:49:37 GMT");
/// ```
#[must_use]
pub fn imf_fixdate(unix_seconds: u64) -> [u8; 29] {
    let moment = Moment::new(unix_seconds);
    let [d0, d1, d2] = name(&DAYS, moment.weekday);
    let [m0, m1, m2] = name(&MONTHS, moment.month - 1);
    let [day_tens, day_ones] = two_digits(moment.day);
    let [century_tens, century_ones] = two_digits(moment.year / 100);
    let [year_tens, year_ones] = two_digits(moment.year % 100);
    let [hour_tens, hour_ones] = two_digits(moment.hour);
    let [minute_tens, minute_ones] = two_digits(moment.minute);
    let [second_tens, second_ones] = two_digits(moment.second);
    [
        d0,
        d1,
        d2,
        b',',
        b' ',
        day_tens,
        day_ones,
        b' ',
        m0,
        m1,
        m2,
        b' ',
        century_tens,
        century_ones,
        year_tens,
        year_ones,
        b' ',
        hour_tens,
        hour_ones,
        b':',
        minute_tens,
        minute_ones,
        b':',
        second_tens,
        second_ones,
        b' ',
        b'G',
        b'M',
        b'T',
    ]
}

fn name(names: &[&[u8; 3]], index: u64) -> [u8; 3] {
    let name = usize::try_from(index)
        .ok()
        .and_then(|index| names.get(index));
    name.map_or([b'?'; 3], |name| **name)
}

fn two_digits(number: u64) -> [u8; 2] {
    let digit = |number: u64| b'0' + u8::try_from(number % 10).unwrap_or_default();
    [digit(number / 10), digit(number)]
}
