//! `Retry-After`: the wait that a server requests.

use std::time::{Duration, SystemTime};

use http::header::{DATE, HeaderMap, RETRY_AFTER};

/// A shorter wait is ignored.
const SHORTEST: Duration = Duration::from_millis(50);

/// The wait that a response requests. `None` if it requests none, or if the header is malformed.
///
/// A date is relative to the `Date` header of the response, so that a wrong clock does no harm. A wait of less than 50 ms, or a date in the past, is
/// ignored and the backoff is used, because retries within milliseconds would only add to the load.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = seconds(value).or_else(|| until(value, date(headers)))?;
    (wait >= SHORTEST).then_some(wait)
}

/// `120`, or `0.5`, which some gateways send. A number that exceeds a `Duration` is the longest one.
fn seconds(value: &str) -> Option<Duration> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds: f64 = value.parse().ok().filter(|_| is_number)?;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

fn until(value: &str, now: SystemTime) -> Option<Duration> {
    let then = httpdate::parse_http_date(value).ok()?;
    Some(then.duration_since(now).unwrap_or_default())
}

fn date(headers: &HeaderMap) -> SystemTime {
    let date = headers.get(DATE).and_then(|value| value.to_str().ok());
    date.and_then(|text| httpdate::parse_http_date(text).ok()).unwrap_or_else(SystemTime::now)
}

#[cfg(test)]
mod tests {
    use http::header::HeaderValue;

    use super::*;

    const DAY: &str = "Wed, 01 Jul 2026 09:00:00 GMT";

    fn result(value: &str) -> Option<f64> {
        let headers = HeaderMap::from_iter([
            (DATE, HeaderValue::from_static(DAY)),
            (RETRY_AFTER, HeaderValue::from_bytes(value.as_bytes()).expect("a header")),
        ]);
        retry_after(&headers).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn seconds_and_dates() {
        for (value, wait) in [
            ("1", 1.0),
            (" 120 ", 120.0),
            ("0.5", 0.5),
            ("0.05", 0.05),
            ("Wed, 01 Jul 2026 09:00:07 GMT", 7.0),
            ("Wednesday, 01-Jul-26 09:01:00 GMT", 60.0),
            ("Wed Jul  1 10:00:00 2026", 3600.0),
        ] {
            assert_eq!(result(value), Some(wait), "{value}");
        }
    }

    #[test]
    fn values_that_request_no_wait() {
        for value in [
            "",
            "0",
            "0.0",
            "0.000001",
            "0.049",
            "-1",
            "+5",
            "soon",
            "1,5",
            "1e3",
            ".",
            "1.2.3",
            "NaN",
            "inf",
            "5s",
            "٣",
            DAY,
            "Wed, 01 Jul 2020 09:00:00 GMT",
        ] {
            assert_eq!(result(value), None, "{value}");
        }
    }

    #[test]
    fn a_huge_number_is_a_huge_wait() {
        assert_eq!(
            retry_after(&HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("99999999999999999999999999"))])),
            Some(Duration::MAX)
        );
    }
}
