//! Reads times in the documented form and in those of other APIs.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::Number;

/// Numbers from here to [`MIN_MILLISECONDS`] are Unix seconds, from 1973 to 5138. Smaller numbers, such as 0 for "never", are not times.
const MIN_SECONDS: f64 = 1e8;
/// Numbers from here to [`MAX_MILLISECONDS`] are Unix milliseconds, also from 1973 to 5138.
const MIN_MILLISECONDS: f64 = 1e11;
const MAX_MILLISECONDS: f64 = 1e14;
/// The maximum number of digits of a fraction of a second: nanoseconds.
const FRACTION_DIGITS: usize = 9;

/// Accepts RFC 3339, also with a space instead of the `T`, without an offset (UTC), or with more digits than nanoseconds; or a Unix time as text.
pub(super) fn from_text(text: &str) -> Option<Timestamp> {
    from_documented(text.as_bytes()).or_else(|| text.parse().ok()).or_else(|| from_other_text(text.trim()))
}

/// Reads the documented form, such as `2026-07-01T09:00:00Z`. Each item of a list has such a time, and the parser of all forms takes longer.
fn from_documented(text: &[u8]) -> Option<Timestamp> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', i1, i2, b':', s1, s2, b'Z'] = text else {
        return None;
    };
    let number = |digits: [u8; 2]| match digits {
        [b'0'..=b'9', b'0'..=b'9'] => i8::try_from((digits[0] - b'0') * 10 + digits[1] - b'0').ok(),
        _ => None,
    };
    let year = i16::from(number([y1, y2])?) * 100 + i16::from(number([y3, y4])?);
    let (month, day) = (number([m1, m2])?, number([d1, d2])?);
    let time = DateTime::new(year, month, day, number([h1, h2])?, number([i1, i2])?, number([s1, s2])?, 0).ok()?;
    Offset::UTC.to_timestamp(time).ok()
}

fn from_other_text(text: &str) -> Option<Timestamp> {
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return from_unix(text.parse().ok()?);
    }
    let text = shorten_fraction(text);
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    // A date without a time is rejected.
    let local: DateTime = text.contains(':').then(|| text.parse().ok()).flatten()?;
    Offset::UTC.to_timestamp(local).ok()
}

/// Removes the digits of a fraction below nanoseconds.
fn shorten_fraction(text: &str) -> Cow<'_, str> {
    let Some(point) = text.find(['.', ',']) else { return Cow::Borrowed(text) };
    let (start, fraction) = text.split_at(point + 1);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    if digits <= FRACTION_DIGITS {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{start}{}{}", &fraction[..FRACTION_DIGITS], &fraction[digits..]))
}

/// Accepts Unix seconds or milliseconds, which may have a fraction.
pub(super) fn from_number(number: &Number) -> Option<Timestamp> {
    from_unix(number.as_f64()?)
}

fn from_unix(number: f64) -> Option<Timestamp> {
    // A double is exact to a microsecond in this range.
    let microseconds = match number {
        MIN_SECONDS..MIN_MILLISECONDS => number * 1e6,
        MIN_MILLISECONDS..MAX_MILLISECONDS => number * 1e3,
        _ => return None,
    };
    Timestamp::from_microsecond(microseconds.round() as i64).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_in_every_form() {
        for (text, expected) in [
            ("2026-07-01T09:00:00Z", "2026-07-01T09:00:00Z"),
            ("2026-07-01T10:00:00.25+01:00", "2026-07-01T09:00:00.25Z"),
            ("2026-07-01 09:00:00Z", "2026-07-01T09:00:00Z"),
            ("2026-07-01 10:00:00+01:00", "2026-07-01T09:00:00Z"),
            ("2026-07-01T09:00:00", "2026-07-01T09:00:00Z"),
            ("2026-07-01 09:00:00", "2026-07-01T09:00:00Z"),
            ("2026-07-01 09:00:00.5", "2026-07-01T09:00:00.5Z"),
            ("2026-07-01T09:00", "2026-07-01T09:00:00Z"),
            (" 2026-07-01T09:00:00Z\n", "2026-07-01T09:00:00Z"),
            ("2026-07-01T09:00:00.123456789123Z", "2026-07-01T09:00:00.123456789Z"),
            ("2026-07-01T10:00:00.1234567899999+01:00", "2026-07-01T09:00:00.123456789Z"),
            ("2026-07-01 09:00:00.0000000001", "2026-07-01T09:00:00Z"),
            ("1782896400", "2026-07-01T09:00:00Z"),
            ("1782896400.25", "2026-07-01T09:00:00.25Z"),
            ("1782896400250", "2026-07-01T09:00:00.25Z"),
        ] {
            assert_eq!(from_text(text).map(|time| time.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "2026-07-01", "09:00:00", "0", "5", "2026-13-01T09:00:00Z", "2026-07-01T25:00:00"]
        {
            assert_eq!(from_text(text), None, "{text}");
        }
    }

    #[test]
    fn the_documented_form_is_read_like_by_the_parser() {
        for text in [
            "2026-07-01T09:00:00Z",
            "0000-01-01T00:00:00Z",
            "9999-12-30T22:00:00Z",
            "9999-12-31T23:59:59Z",
            "2024-02-29T23:59:59Z",
            "2026-02-29T09:00:00Z",
            "2026-07-01T23:59:60Z",
            "2026-07-01T24:00:00Z",
            "2026-00-01T09:00:00Z",
            "2026-07-01t09:00:00z",
            "2026-07-0:T09:00:00Z",
            "2026-07-01T09:0/:00Z",
        ] {
            let parsed = text.parse().ok();
            assert_eq!(from_documented(text.as_bytes()).or(parsed), parsed, "{text}");
        }
        assert!(from_documented(b"2026-07-01T09:00:00Z").is_some());
    }

    #[test]
    fn unix_times() {
        for (number, expected) in [
            (json!(1_782_896_400), "2026-07-01T09:00:00Z"),
            (json!(1_782_896_400_250_u64), "2026-07-01T09:00:00.25Z"),
            (json!(1_782_896_400.000_001), "2026-07-01T09:00:00.000001Z"),
            (json!(1_782_896_400_250.5), "2026-07-01T09:00:00.2505Z"),
        ] {
            let time = from_number(number.as_number().expect("a number"));
            assert_eq!(time.map(|time| time.to_string()).as_deref(), Some(expected), "{number}");
        }
        for number in [json!(0), json!(-1), json!(5), json!(20_260_701), json!(1e15), json!(u64::MAX)] {
            assert_eq!(from_number(number.as_number().expect("a number")), None, "{number}");
        }
    }
}
