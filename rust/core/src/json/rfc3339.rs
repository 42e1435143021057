//! Dates, times and offsets (RFC 3339).

use crate::decimal::push_digits;

/// Appends a date (RFC 3339, `full-date`): `2026-11-29`.
pub fn write_date(out: &mut Vec<u8>, year: i32, month: u8, day: u8) {
    push_digits(out, year.unsigned_abs().into(), 4);
    out.push(b'-');
    push_digits(out, month.into(), 2);
    out.push(b'-');
    push_digits(out, day.into(), 2);
}

/// Appends a time (RFC 3339, `partial-time`): `23:59:01`, or `23:59:01.000250` with microseconds.
pub fn write_time(out: &mut Vec<u8>, hour: u8, minute: u8, second: u8, microsecond: u32) {
    push_digits(out, hour.into(), 2);
    out.push(b':');
    push_digits(out, minute.into(), 2);
    out.push(b':');
    push_digits(out, second.into(), 2);
    if microsecond != 0 {
        out.push(b'.');
        push_digits(out, microsecond.into(), 6);
    }
}

/// Appends the difference to UTC (RFC 3339, `time-offset`): `Z`, `+02:30`.
pub fn write_offset(out: &mut Vec<u8>, minutes: i32) {
    if minutes == 0 {
        out.push(b'Z');
        return;
    }
    out.push(if minutes < 0 { b'-' } else { b'+' });
    let minutes = u64::from(minutes.unsigned_abs());
    push_digits(out, minutes / 60, 2);
    out.push(b':');
    push_digits(out, minutes % 60, 2);
}
