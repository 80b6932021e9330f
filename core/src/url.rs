//! Checks of the base URL.

use std::net::IpAddr;

use ::url::Url;

use crate::{Error, Result};

/// Checks the base URL. Returns it without a trailing slash.
///
/// # Errors
///
/// If the URL is invalid, or would send the key unencrypted.
pub(crate) fn check_base(text: &str, allow_http: bool) -> Result<Url> {
    let wrong = |reason: &str| Err(Error::config("base_url", reason));
    let is_valid = |url: &Url| matches!(url.scheme(), "http" | "https") && names_host(text, url);
    let Some(mut url) = Url::parse(text).ok().filter(is_valid) else {
        let start = text.trim_start().to_ascii_lowercase();
        return match start.starts_with("https://") || start.starts_with("http://") {
            true => wrong("must be a valid URL with a host, such as https://api.zexa.ao/v1"),
            false => wrong(
                "must start with https://, as in https://api.zexa.ao/v1, or with http:// if the host is localhost or a loopback address",
            ),
        };
    };
    if url.port() == Some(0) {
        return wrong("must not have port 0");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("must not have a query or a fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("must not have a user name or a password; to set the key, use api_key");
    }
    if url.scheme() == "http" && !allow_http && !is_loopback(&url) {
        return wrong(
            "must start with https://, because http:// sends the API key unencrypted to other hosts than localhost and loopback addresses; \
             to permit that, set allow_http",
        );
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Whether the text has a host after `://`. The parser also accepts `https:///host` and `https:host`, in which the host is empty.
pub(crate) fn names_host(text: &str, url: &Url) -> bool {
    let host = text.trim_start().split_once("://").map_or("", |(_, rest)| rest);
    let is_dots = url.host_str().is_none_or(|host| host.chars().all(|c| c == '.'));
    !host.is_empty() && !host.starts_with(['/', '\\', '?', '#']) && !is_dots
}

/// Whether the host of the URL is `localhost` or a loopback address. Does not resolve names.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(url: &str) -> Option<String> {
        check_base(url, false).err().map(|error| error.to_string())
    }

    #[test]
    fn the_key_is_sent_unencrypted_only_to_this_machine() {
        for url in ["http://127.0.0.1:1/v1", "http://localhost/v1", "http://[::1]:80", "http://127.9.9.9"] {
            assert_eq!(reason(url), None, "{url}");
        }
        for url in [
            "http://api.zexa.ao/v1",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://10.0.0.1",
            "http://zexa.localhost",
        ] {
            assert!(reason(url).is_some_and(|reason| reason.contains("unencrypted")), "{url}");
        }
        assert!(check_base("http://10.0.0.1/v1", true).is_ok());
    }

    #[test]
    fn a_base_url_needs_a_scheme() {
        for url in ["", "api.zexa.ao/v1", "localhost:8080/v1", "ftp://api.zexa.ao", "https:api.zexa.ao", "https:/é"] {
            let reason = reason(url).unwrap_or_default();
            let texts =
                ["must start with https://, as in", "or with http:// if the host is localhost or a loopback address"];
            assert!(texts.iter().all(|text| reason.contains(text)), "{url}: {reason}");
        }
        for url in ["HTTPS://api.zexa.ao/v1", " https://api.zexa.ao"] {
            assert_eq!(reason(url), None, "{url}");
        }
        assert!(reason("https://a b").is_some_and(|reason| reason.contains("must be a valid URL with a host")));
    }

    #[test]
    fn a_base_url_needs_a_host_and_a_valid_port() {
        for url in [
            "https:///v1",
            "https://",
            "https:api.zexa.ao",
            "https:/api.zexa.ao/v1",
            "https:\\\\api.zexa.ao",
            "https://./v1",
            "https://?a",
        ] {
            assert!(reason(url).is_some(), "{url}");
        }
        for url in ["https://api.zexa.ao:0/v1", "https://api.zexa.ao:00000"] {
            assert!(reason(url).is_some_and(|reason| reason.contains("port 0")), "{url}");
        }
        for url in ["https://api.zexa.ao:443/v1", "https://[::1]:1/v1", " https://api.zexa.ao"] {
            assert_eq!(reason(url), None, "{url}");
        }
    }

    #[test]
    fn a_base_url_may_end_in_a_slash() {
        assert_eq!(check_base("https://api.zexa.ao/v1/", false).expect("fine").as_str(), "https://api.zexa.ao/v1");
    }
}
