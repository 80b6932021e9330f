//! [`LimiterUrl`]: the URL of a limiter. No error quotes a part of it, because a password that is not encoded can end anywhere.

use std::fmt;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::{Error, Result};

/// The schemes, and whether connections use TLS.
const SCHEMES: [(&str, bool); 4] = [("redis", false), ("rediss", true), ("valkey", false), ("valkeys", true)];

const DEFAULT_PORT: u16 = 6379;

/// The maximum length of the name of a limiter.
const MAX_NAME: usize = 100;

/// The checked URL of a limiter in Redis or Valkey.
pub(crate) struct LimiterUrl {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) uses_tls: bool,
    pub(super) user: Option<String>,
    pub(super) password: Option<Zeroizing<String>>,
    pub(super) database: i64,
    /// The name of the limiter. Without one, it is that of the account.
    pub(super) name: Option<String>,
    /// The rate of this client while the server cannot be reached, in requests per second. Without one, no request is sent then.
    pub(super) fallback_rate: Option<f64>,
    /// The certificate authorities to trust, instead of those of the client.
    pub(super) ca_file: Option<PathBuf>,
    /// The URL without the password, for messages.
    pub(super) shown: String,
}

impl LimiterUrl {
    /// Parses the URL.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if the URL is invalid.
    pub(crate) fn parse(text: &str) -> Result<LimiterUrl> {
        let url = Url::parse(text).map_err(|_| not_a_url())?;
        let (_, uses_tls) = SCHEMES.into_iter().find(|(scheme, _)| *scheme == url.scheme()).ok_or_else(not_a_url)?;
        // The host of an unknown scheme is not parsed further.
        let host = match url.host().ok_or_else(|| invalid("must name a host"))? {
            Host::Domain(name) => decoded(name)?,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        if host.is_empty() || url.fragment().is_some() {
            return Err(not_a_url());
        }
        let user = Some(decoded(url.username())?).filter(|user| !user.is_empty());
        let password = url.password().map(decoded).transpose()?.map(Zeroizing::new);
        if user.is_some() && password.is_none() {
            return Err(invalid("has a user and no password; a password without a user is written as `:password@`"));
        }
        let database = match url.path().trim_start_matches('/') {
            "" => 0,
            number => number
                .parse()
                .ok()
                .filter(|number| *number >= 0)
                .ok_or_else(|| invalid("has an invalid path: it must be the number of a database"))?,
        };
        let (mut name, mut fallback_rate, mut ca_file) = (None, None, None);
        for (parameter, value) in url.query_pairs() {
            let is_repeated = match &*parameter {
                "name" => name.replace(checked_name(&value)?).is_some(),
                "fallback_rate" => fallback_rate.replace(checked_rate(&value)?).is_some(),
                "ca_file" => ca_file.replace(PathBuf::from(&*value)).is_some(),
                _ => return Err(invalid("has an unknown parameter; valid are `name`, `fallback_rate` and `ca_file`")),
            };
            if is_repeated {
                return Err(invalid("has the same parameter twice"));
            }
        }
        if ca_file.is_some() && !uses_tls {
            return Err(invalid("has a `ca_file` and no TLS, which needs `rediss://` or `valkeys://`"));
        }
        let port = url.port().unwrap_or(DEFAULT_PORT);
        let shown_host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let shown = format!("{}://{shown_host}:{port}/{database}", url.scheme());
        Ok(LimiterUrl { host, port, uses_tls, user, password, database, name, fallback_rate, ca_file, shown })
    }
}

impl fmt::Debug for LimiterUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

fn invalid(reason: &str) -> Error {
    Error::config("limiter", reason)
}

fn not_a_url() -> Error {
    invalid(
        "must be a URL like redis://:password@redis.example:6379/0 or rediss://redis.example, with special characters of the password encoded as %XX",
    )
}

fn decoded(text: &str) -> Result<String> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| invalid("has a value that is not UTF-8"))?;
    Ok(text.into_owned())
}

fn checked_name(name: &str) -> Result<String> {
    match name.is_empty() || name.len() > MAX_NAME || name.chars().any(|c| c.is_control() || "{}".contains(c)) {
        true => Err(invalid(&format!(
            "has an invalid `name` parameter: it must have 1 to {MAX_NAME} bytes without control characters and braces"
        ))),
        false => Ok(name.to_owned()),
    }
}

fn checked_rate(rate: &str) -> Result<f64> {
    rate.parse().ok().filter(|rate: &f64| *rate > 0.0 && rate.is_finite()).ok_or_else(|| {
        invalid("has an invalid `fallback_rate`: it must be a number of requests per second that is more than 0")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_url() {
        let url = LimiterUrl::parse("rediss://ana:s%2Fcret@redis.example:7000/3?name=june&fallback_rate=2.5");
        let url = url.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((url.host.as_str(), url.port, url.uses_tls, url.database), ("redis.example", 7000, true, 3));
        assert_eq!(
            (url.user.as_deref(), url.password.as_ref().map(|text| text.as_str())),
            (Some("ana"), Some("s/cret"))
        );
        assert_eq!((url.name.as_deref(), url.fallback_rate), (Some("june"), Some(2.5)));
        assert_eq!(format!("{url:?}"), "rediss://redis.example:7000/3");
        let url = LimiterUrl::parse("valkey://[::1]").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((url.host.as_str(), url.port, url.uses_tls, url.database), ("::1", DEFAULT_PORT, false, 0));
        assert_eq!((url.shown.as_str(), url.password.is_none()), ("valkey://[::1]:6379/0", true));
    }

    #[test]
    fn an_error_quotes_nothing() {
        for url in [
            "zx_secret",
            "",
            "http://ana:zx_secret@redis.example",
            "redis://",
            "redis:///zx_secret",
            "redis://zx_secret@redis.example",
            "redis://ana:zx_secret@redis.example:port",
            "redis://ana:zx_secret@redis.example/-1",
            "redis://ana:zx_secret@redis.example/zx_secret",
            "redis://ana:x?zx_secret@redis.example",
            "redis://ana:x#zx_secret@redis.example",
            "redis://redis.example?name=",
            "redis://redis.example?name=%7Bzx_secret",
            "redis://redis.example?fallback_rate=0",
            "redis://redis.example?fallback_rate=inf",
            "redis://redis.example?fallback_rate=zx_secret",
            "redis://redis.example?name=zx_secret&name=other",
            "redis://redis.example?ca_file=zx_secret",
        ] {
            let text = LimiterUrl::parse(url).expect_err(url).to_string();
            assert!(text.starts_with("config: `limiter` ") && !text.contains("secret"), "{text}");
        }
    }
}
