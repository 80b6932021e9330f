//! [`Request`]: the request of a call, built once and sent by each attempt.

use std::fmt;
use std::str::FromStr;

use ::url::Url;
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::request_url::RequestUrl;
use super::retry::Idempotency;
use crate::{Error, Result};

/// The HTTP method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Retried after any temporary failure.
    Get,
    /// Retried only if the server cannot have processed the request.
    Post,
    /// Retried like POST, because the API documents no PUT.
    Put,
    /// Retried like POST.
    Patch,
    /// Retried after any temporary failure. A 404 on a retry counts as success if an earlier attempt may have been processed.
    Delete,
}

impl Method {
    /// Return the name of the method in HTTP, such as `GET`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    pub(crate) fn idempotency(self, retry_ambiguous: bool) -> Idempotency {
        match self {
            Method::Get | Method::Delete => Idempotency::Idempotent,
            _ if retry_ambiguous => Idempotency::RetryAllowed,
            _ => Idempotency::NotIdempotent,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Method {
    type Err = Error;

    fn from_str(name: &str) -> Result<Method> {
        [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete]
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(name))
            .ok_or_else(|| Error::invalid("method", name, "must be GET, POST, PUT, PATCH or DELETE"))
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> http::Method {
        match method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        }
    }
}

/// The route of a request to any path. Its path may contain an id, so it is not logged.
pub(crate) const ANY_ROUTE: &str = "(request)";

/// A request that is ready to send.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path with placeholders for ids, for logs.
    pub(crate) route: &'static str,
    pub(crate) url: RequestUrl,
    pub(crate) body: Option<Bytes>,
}

impl Request {
    pub(crate) fn new(method: Method, route: &'static str, base: &Url) -> Request {
        Request { method, route, url: RequestUrl::new(base, route), body: None }
    }

    /// A request for the resource with this id, which replaces `{id}` in the route.
    ///
    /// # Errors
    ///
    /// If the id is empty or not valid in a path.
    pub(crate) fn of_id(method: Method, route: &'static str, base: &Url, id: &str) -> Result<Request> {
        if id.is_empty() {
            return Err(Error::missing("id", "is required and must not be empty"));
        }
        if matches!(id, "." | "..") {
            return Err(Error::invalid(
                "id",
                id,
                "must not be a segment of dots, which has a special meaning in a path",
            ));
        }
        if id.len() > MAX_ID_LENGTH {
            return Err(Error::invalid("id", id, "must be at most 1024 bytes long"));
        }
        let id = utf8_percent_encode(id, SEGMENT).to_string();
        Ok(Request { method, route, url: RequestUrl::new(base, &route.replace("{id}", &id)), body: None })
    }

    /// Rejects a URL that the HTTP library does not accept. Its error would look like a failed connection, which is retried.
    pub(crate) fn check(&self) -> Result<()> {
        match self.url.as_str().len() {
            length if length > MAX_URL_LENGTH => {
                let reason =
                    format!("must be at most {MAX_URL_LENGTH} bytes long with path and query, got {length} bytes");
                Err(Error::invalid("url", serde_json::Value::Null, &reason))
            }
            _ => Ok(()),
        }
    }

    /// Whether the path contains a version of the API, such as `v1`.
    pub(crate) fn has_version(&self) -> bool {
        let is_version = |segment: &str| segment.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok());
        self.url.path().split('/').any(is_version)
    }

    pub(crate) fn with_query<'a>(mut self, query: impl IntoIterator<Item = (&'a str, String)>) -> Request {
        for (name, value) in query {
            self.url.add_query_pair(name, &value);
        }
        self
    }

    /// Adds query parameters of the caller.
    ///
    /// # Errors
    ///
    /// If the query already has a parameter with one of the names.
    pub(crate) fn with_extra_query(self, extra: &[(String, String)]) -> Result<Request> {
        let is_set = |name: &str| self.url.query_pairs().any(|(one, _)| one == name);
        if let Some((name, _)) = extra.iter().find(|(name, _)| is_set(name)) {
            return Err(Error::config(name, "is set twice: as a parameter and as an extra query parameter"));
        }
        Ok(self.with_query(extra.iter().map(|(name, value)| (name.as_str(), value.clone()))))
    }

    pub(crate) fn with_json(mut self, body: &impl Serialize) -> Result<Request> {
        let json = serde_json::to_vec(body).map_err(|error| {
            Error::invalid("body", serde_json::Value::Null, &format!("cannot be written as JSON: {error}"))
        })?;
        self.body = Some(json.into());
        Ok(self)
    }
}

/// The HTTP library accepts not much more, and servers accept less.
const MAX_URL_LENGTH: usize = 60_000;

/// No real id is longer, and servers reject request lines that are too long.
const MAX_ID_LENGTH: usize = 1024;

/// The characters that are not escaped in a path segment. All others are, so that an id cannot change the path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The URL of a path that the caller passes.
///
/// # Errors
///
/// If the path is invalid or leads out of the base URL, because the API key is sent with the request.
pub(crate) fn url_of_path(base: &Url, path: &str) -> Result<RequestUrl> {
    let wrong = |reason| Err(Error::invalid("path", path, reason));
    if !path.starts_with('/') || path.starts_with("//") {
        return wrong("must start with a single slash, such as /messages");
    }
    if path.contains(['?', '#', '\\']) || path.chars().any(char::is_control) {
        return wrong("must not contain ?, #, backslashes or control characters; pass the query separately");
    }
    let dots = |segment: &str| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment == "." || segment == ".."
    };
    if path.split('/').any(dots) {
        return wrong("must not contain a segment of dots");
    }
    Ok(RequestUrl::escaped(base, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_is_too_long_is_rejected() {
        let base = Url::parse("https://api.zexa.ao/v1").expect("a URL");
        let request =
            |length: usize| Request::new(Method::Get, "/contacts", &base).with_query([("search", "a".repeat(length))]);
        assert!(request(1000).check().is_ok());
        assert_eq!(request(MAX_URL_LENGTH).check().expect_err("too long").kind(), crate::Kind::Validation);
    }

    fn base() -> Url {
        Url::parse("https://api.zexa.ao/v1").expect("a URL")
    }

    #[test]
    fn an_id_cannot_change_the_path() {
        for (id, path) in [
            ("msg_1", "/v1/messages/msg_1"),
            ("a/../b", "/v1/messages/a%2F..%2Fb"),
            ("a?b#c%2F d", "/v1/messages/a%3Fb%23c%252F%20d"),
            ("é\u{0}", "/v1/messages/%C3%A9%00"),
            ("...", "/v1/messages/..."),
        ] {
            let request = Request::of_id(Method::Get, "/messages/{id}", &base(), id).expect(id);
            assert_eq!(request.url.as_str(), format!("https://api.zexa.ao{path}"), "{id}");
        }
        for id in ["", ".", ".."] {
            assert!(Request::of_id(Method::Get, "/messages/{id}", &base(), id).is_err(), "{id}");
        }
    }

    #[test]
    fn a_path_stays_below_the_base() {
        assert_eq!(url_of_path(&base(), "/new/é").expect("fine").as_str(), "https://api.zexa.ao/v1/new/%C3%A9");
        for path in ["", "new", "//evil.example/x", "/a/../../b", "/a/%2E%2e/b", "/a?b=1", "/a#b", "/a\\..\\b", "/a\n"]
        {
            assert!(url_of_path(&base(), path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_base_url_may_have_no_path() {
        let base = Url::parse("http://127.0.0.1:1").expect("a URL");
        assert_eq!(Request::new(Method::Get, "/credits", &base).url.as_str(), "http://127.0.0.1:1/credits");
    }
}
