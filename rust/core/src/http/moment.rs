//! Moments in the calendar of Gregory.

const SECONDS_A_DAY: u64 = 86_400;
/// The last second of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// A moment, in universal time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// From 1970 to 9999.
    pub year: u64,
    /// From 1 to 12.
    pub month: u64,
    /// From 1 to 31.
    pub day: u64,
    /// From 0 to 23.
    pub hour: u64,
    /// From 0 to 59.
    pub minute: u64,
    /// From 0 to 59.
    pub second: u64,
}

impl Moment {
    /// The moment so many seconds after the beginning of 1970; the last one of the year 9999 for
    /// all that are later.
    #[must_use]
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
        }
    }
}
