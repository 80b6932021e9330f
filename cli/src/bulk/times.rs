//! Times for people: local, with the UTC offset. JSON has them in UTC.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time such as `2026-07-01 10:00:00 +01:00`, in the time zone of the machine or of `TZ`.
pub(crate) fn local(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}
