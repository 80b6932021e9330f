//! Removes the API key from what a server sent: it may repeat what it received, in an error that ends up in a log.

use std::borrow::Cow;

use reqwest::header::{AUTHORIZATION, HeaderMap};

use crate::Error;

/// What a key is replaced with.
const REPLACEMENT: &str = "***";

/// A shorter key is no secret, and may well be part of a word.
const SHORTEST: usize = 8;

/// Finds the API key of a client in texts.
#[derive(Clone, Copy)]
pub(crate) struct ApiKey<'a>(Option<&'a [u8]>);

impl<'a> ApiKey<'a> {
    /// The key in the headers of a request.
    pub(crate) fn of(headers: &'a HeaderMap) -> ApiKey<'a> {
        let key = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        ApiKey(key.filter(|key| key.len() >= SHORTEST))
    }

    /// No key: nothing is redacted.
    #[cfg(test)]
    pub(crate) fn none() -> ApiKey<'a> {
        ApiKey(None)
    }

    /// The text without the key, which may be written with the escapes of JSON, URLs and HTML.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(key) = self.0 else { return Cow::Borrowed(text) };
        let mut redacted = String::new();
        let mut rest = text;
        while let Some((start, end)) = find(rest, key) {
            redacted.push_str(&rest[..start]);
            redacted.push_str(REPLACEMENT);
            rest = &rest[end..];
        }
        match redacted.is_empty() {
            true => Cow::Borrowed(text),
            false => Cow::Owned(redacted + rest),
        }
    }

    /// The error without the key, in all its texts.
    pub(crate) fn redact_error(&self, error: Error) -> Error {
        match self.0 {
            Some(_) => error.map_texts(&|text| match self.redact(text) {
                Cow::Borrowed(_) => None,
                Cow::Owned(redacted) => Some(redacted),
            }),
            None => error,
        }
    }
}

/// Where the key is in the text: its start and its end.
fn find(text: &str, key: &[u8]) -> Option<(usize, usize)> {
    // A key is ASCII, so a match starts and ends between characters.
    text.char_indices().find_map(|(start, _)| Some((start, start + length_at(&text.as_bytes()[start..], key)?)))
}

/// How many bytes at the start of the text are the key.
fn length_at(text: &[u8], key: &[u8]) -> Option<usize> {
    let Some((first, others)) = key.split_first() else { return Some(0) };
    if text.first() == Some(first)
        && let Some(length) = length_at(&text[1..], others)
    {
        return Some(1 + length);
    }
    let escape = escape_of(text, *first)?;
    Some(escape + length_at(&text[escape..], others)?)
}

/// How many bytes at the start of the text are an escape that stands for this byte.
fn escape_of(text: &[u8], byte: u8) -> Option<usize> {
    let hex = |digits: Option<&[u8]>| u32::from_str_radix(std::str::from_utf8(digits?).ok()?, 16).ok();
    match text.first()? {
        b'%' => (hex(text.get(1..3)) == Some(byte.into())).then_some(3),
        b'\\' if text.get(1) == Some(&byte) => Some(2),
        b'\\' if matches!(text.get(1), Some(b'u')) => (hex(text.get(2..6)) == Some(byte.into())).then_some(6),
        b'\\' if matches!(text.get(1), Some(b'x')) => (hex(text.get(2..4)) == Some(byte.into())).then_some(4),
        b'&' => {
            // No reference to an ASCII character is longer, but for leading zeros.
            let end = text.iter().take(12).position(|byte| *byte == b';')?;
            let stands_for = match &text[1..end] {
                b"amp" => Some(u32::from(b'&')),
                b"lt" => Some(u32::from(b'<')),
                b"gt" => Some(u32::from(b'>')),
                b"quot" => Some(u32::from(b'"')),
                b"apos" => Some(u32::from(b'\'')),
                [b'#', b'x' | b'X', digits @ ..] => hex(Some(digits)),
                [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok(),
                _ => None,
            };
            (stands_for == Some(byte.into())).then_some(end + 1)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use serde_json::json;

    use super::*;
    use crate::{Kind, Outcome};

    fn redact(text: &str, authorization: &'static str) -> String {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(authorization))]);
        ApiKey::of(&headers).redact(text).into_owned()
    }

    #[test]
    fn the_key_as_it_is() {
        assert_eq!(redact("zx_secret is wrong: zx_secret", "Bearer zx_secret"), "*** is wrong: ***");
        assert_eq!(redact("zx_secre is wrong", "Bearer zx_secret"), "zx_secre is wrong");
        assert_eq!(redact("é zx_zx_secret é", "Bearer zx_secret"), "é zx_*** é");
        assert_eq!(redact("a key", "Bearer k"), "a key");
        assert_eq!(redact("zx_secret", "Basic zx_secret"), "zx_secret");
    }

    #[test]
    fn the_key_with_escapes() {
        for text in [
            "a/b+c=d&e%f",
            r"a\/b+c=d&e%f",
            r"\u0061\u002fb\u002Bc\u003dd\u0026e\u0025f",
            "a%2Fb%2bc%3Dd%26e%25f",
            "a&#47;b&#x2b;c&#x003D;d&amp;e%f",
            r"a\x2fb+c=d&e%f",
        ] {
            assert_eq!(redact(&format!("<{text}>"), "Bearer a/b+c=d&e%f"), "<***>", "{text}");
        }
        assert_eq!(redact(r"a\\b\u005cc\d_longer", r"Bearer a\b\c\d_longer"), "***");
    }

    #[test]
    fn every_text_of_an_error() {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer zx_secret"))]);
        let error = Error::new(Kind::Other, Outcome::Unknown, "m zx_secret")
            .with_code(Some("c zx_secret".into()))
            .with_request_id(Some("r zx_secret".into()))
            .with_details(json!({"zx_secret": ["zx_secret", {"a": "b zx_secret"}], "kept": 1}))
            .with_source("s zx_secret");
        let error = ApiKey::of(&headers).redact_error(error);
        assert_eq!((error.message(), error.code(), error.request_id()), ("m ***", Some("c ***"), Some("r ***")));
        assert_eq!(error.details(), Some(&json!({"***": ["***", {"a": "b ***"}], "kept": 1})));
        assert!(!format!("{error} {error:?}").contains("zx_secret"));
    }
}
