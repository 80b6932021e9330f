//! [`RequestUrl`]: the URL of a request. It is assembled from the base URL, whose parts are valid, because parsing it again would take a twentieth of the
//! instructions of a call.

use std::borrow::Cow;

use ::url::form_urlencoded::{self, Serializer};
use ::url::{Position, Url};

/// A URL with a path and an optional query.
#[derive(Clone, Debug)]
pub(crate) struct RequestUrl {
    text: String,
    path_start: usize,
    path_end: usize,
}

impl RequestUrl {
    /// Appends a path to the base URL. It consists of characters that need no escapes, or is escaped.
    pub(crate) fn new(base: &Url, path: &str) -> RequestUrl {
        let origin = &base[..Position::BeforePath];
        let text = [origin, base_path(base), path].concat();
        RequestUrl { path_start: origin.len(), path_end: text.len(), text }
    }

    /// Appends any path to the base URL, and escapes it.
    pub(crate) fn escaped(base: &Url, path: &str) -> RequestUrl {
        let mut url = base.clone();
        url.set_path(&[base_path(base), path].concat());
        RequestUrl::new(&url, "")
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn path(&self) -> &str {
        &self.text[self.path_start..self.path_end]
    }

    /// The part that follows the host.
    pub(crate) fn path_and_query(&self) -> &str {
        &self.text[self.path_start..]
    }

    /// The parameters of the query, without escapes.
    pub(crate) fn query_pairs(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let query = self.text[self.path_end..].strip_prefix('?').unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
    }

    /// Adds a parameter to the query.
    pub(crate) fn add_query_pair(&mut self, name: &str, value: &str) {
        if self.text.len() == self.path_end {
            self.text.push('?');
        }
        let text = std::mem::take(&mut self.text);
        self.text = Serializer::for_suffix(text, self.path_end + 1).append_pair(name, value).finish();
    }
}

fn base_path(base: &Url) -> &str {
    base.path().trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn the_parts_are_those_of_the_text() {
        for (text, path) in [
            ("https://api.zexa.ao/v1", "/v1/messages"),
            ("https://api.zexa.ao:8443/a%20b/", "/a%20b/messages"),
            ("http://[::1]:8080", "/messages"),
            ("http://127.0.0.1/", "/messages"),
        ] {
            let base = base(text);
            let url = RequestUrl::new(&base, "/messages");
            assert_eq!((url.path(), url.path_and_query()), (path, path), "{text}");
            let parsed = self::base(url.as_str());
            assert_eq!((parsed.as_str(), parsed.host(), parsed.port()), (url.as_str(), base.host(), base.port()));
            assert_eq!(RequestUrl::escaped(&base, "/messages").as_str(), url.as_str());
        }
    }

    #[test]
    fn a_path_is_escaped_as_in_urls() {
        let url = RequestUrl::escaped(&base("https://api.zexa.ao/v1"), "/new/é x");
        assert_eq!(url.as_str(), "https://api.zexa.ao/v1/new/%C3%A9%20x");
        assert_eq!(url.path(), "/v1/new/%C3%A9%20x");
    }

    #[test]
    fn the_query_is_that_of_the_url_library() {
        let pairs = [("page", "2"), ("search", "é & =?#/+ x"), ("a b", "")];
        let mut url = RequestUrl::new(&base("https://api.zexa.ao/v1"), "/contacts");
        let mut expected = base(url.as_str());
        assert_eq!(url.query_pairs().count(), 0);
        for (name, value) in pairs {
            url.add_query_pair(name, value);
            expected.query_pairs_mut().append_pair(name, value);
        }
        assert_eq!(url.as_str(), expected.as_str());
        assert_eq!(url.path(), "/v1/contacts");
        assert_eq!(url.path_and_query(), &expected[Position::BeforePath..]);
        assert!(url.query_pairs().eq(pairs.map(|(name, value)| (name.into(), value.into()))));
    }
}
