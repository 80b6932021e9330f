//! [`ApiKey`]: removes the API key from the texts of a server, which may echo the key in an error that is then logged.

use std::borrow::Cow;

use http::header::{AUTHORIZATION, HeaderMap};

use crate::Error;

/// The replacement of a key.
const REPLACEMENT: &str = "***";

/// Shorter keys are not redacted. They are not secret, and may be part of a word.
const MIN_LENGTH: usize = 8;

/// The maximum number of backslashes of an escape. JSON in JSON doubles them, so this is enough for five levels. Without a limit, the time for a text
/// of backslashes would grow with the square of its length.
const MAX_BACKSLASHES: usize = 31;

/// Finds the API key of a client in texts.
#[derive(Clone, Copy)]
pub(crate) struct ApiKey<'a>(Option<&'a [u8]>);

impl<'a> ApiKey<'a> {
    /// The key in the headers of a request.
    pub(crate) fn of(headers: &'a HeaderMap) -> ApiKey<'a> {
        let key = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        ApiKey(key.filter(|key| key.len() >= MIN_LENGTH))
    }

    /// No key: nothing is redacted.
    #[cfg(test)]
    pub(crate) fn none() -> ApiKey<'a> {
        ApiKey(None)
    }

    /// Returns the text without the key, which may be escaped as in JSON, URLs or HTML.
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

    /// Returns the error without the key in any of its texts.
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

/// Returns the start and the end of the key in the text, or of the beginning of the key at the end of a truncated text.
fn find(text: &str, key: &[u8]) -> Option<(usize, usize)> {
    // A key is ASCII, so a match starts and ends between characters.
    text.char_indices().find_map(|(start, _)| Some((start, start + length_at(&text.as_bytes()[start..], key, 0)?)))
}

/// Returns the number of bytes at the start of the text that are the rest of the key, after this number of its bytes.
fn length_at(text: &[u8], key: &[u8], matched: usize) -> Option<usize> {
    let Some(next) = key.get(matched) else { return Some(0) };
    if text.is_empty() {
        return (matched >= MIN_LENGTH).then_some(0);
    }
    // Servers return host names in lower case.
    let literal = text[0].eq_ignore_ascii_case(next).then_some(1);
    let mut forms = literal.into_iter().chain(escapes_of(text, *next));
    forms.find_map(|length| Some(length + length_at(&text[length..], key, matched + 1)?))
}

/// The lengths of the escapes of this byte at the start of the text. A nested escape has several backslashes.
fn escapes_of(text: &[u8], byte: u8) -> impl Iterator<Item = usize> {
    let hex = |digits: Option<&[u8]>| u32::from_str_radix(std::str::from_utf8(digits?).ok()?, 16).ok();
    let is_byte = |value: Option<u32>| value == Some(byte.into());
    let slashes = text.iter().take(MAX_BACKSLASHES).take_while(|byte| **byte == b'\\').count();
    let escaped = |offset: usize| text.get(slashes + offset);
    let backslash = (slashes > 0 && escaped(0).is_some_and(|escaped| *escaped == byte)).then_some(slashes + 1);
    let unicode = slashes > 0 && escaped(0) == Some(&b'u') && is_byte(hex(text.get(slashes + 1..slashes + 5)));
    let short = slashes > 0 && escaped(0) == Some(&b'x') && is_byte(hex(text.get(slashes + 1..slashes + 3)));
    let percent = text[0] == b'%' && is_byte(hex(text.get(1..3)));
    let reference = character_reference(text).filter(|(value, _)| *value == u32::from(byte)).map(|(_, length)| length);
    [backslash, unicode.then_some(slashes + 5), short.then_some(slashes + 3), percent.then_some(3), reference]
        .into_iter()
        .flatten()
}

/// Parses an HTML character reference at the start of the text. Returns the character and the length of the reference.
fn character_reference(text: &[u8]) -> Option<(u32, usize)> {
    const NAMES: [(&[u8], u8); 33] = [
        (b"amp", b'&'),
        (b"apos", b'\''),
        (b"ast", b'*'),
        (b"bsol", b'\\'),
        (b"colon", b':'),
        (b"comma", b','),
        (b"commat", b'@'),
        (b"dollar", b'$'),
        (b"equals", b'='),
        (b"excl", b'!'),
        (b"grave", b'`'),
        (b"gt", b'>'),
        (b"Hat", b'^'),
        (b"lbrace", b'{'),
        (b"lbrack", b'['),
        (b"lcub", b'{'),
        (b"lowbar", b'_'),
        (b"lpar", b'('),
        (b"lsqb", b'['),
        (b"lt", b'<'),
        (b"num", b'#'),
        (b"percnt", b'%'),
        (b"period", b'.'),
        (b"plus", b'+'),
        (b"quest", b'?'),
        (b"quot", b'"'),
        (b"rbrace", b'}'),
        (b"rcub", b'}'),
        (b"rpar", b')'),
        (b"rsqb", b']'),
        (b"semi", b';'),
        (b"sol", b'/'),
        (b"verbar", b'|'),
    ];
    let name = text.strip_prefix(b"&")?;
    // A number may have leading zeros, but none is as long.
    let length = name.iter().take(32).position(|byte| *byte == b';')?;
    let number = |digits, radix| u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok();
    let value = match &name[..length] {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        name => NAMES.iter().find(|(known, _)| *known == name)?.1.into(),
    };
    Some((value, length + 2))
}

#[cfg(test)]
mod tests {
    use http::header::HeaderValue;
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
            r"a\\/b\\u002bc=d&e%f",
            "a&sol;b&plus;c&equals;d&amp;e&percnt;f",
            "A/B+C=D&E%F",
        ] {
            assert_eq!(redact(&format!("<{text}>"), "Bearer a/b+c=d&e%f"), "<***>", "{text}");
        }
        assert_eq!(redact(r"\x7a\x78\x5f\u0075\x73\u0065r_key", "Bearer zx_user_key"), "***");
        assert_eq!(redact(r"a\\b\u005cc\d_longer", r"Bearer a\b\c\d_longer"), "***");
    }

    #[test]
    fn a_long_text_of_backslashes_is_processed_fast() {
        let text = r"\".repeat(300_000);
        assert_eq!(redact(&text, "Bearer zx_secret_key"), text);
        let escaped = format!(r"{}u007ax_secret_key", r"\".repeat(31));
        assert_eq!(redact(&escaped, "Bearer zx_secret_key"), "***");
    }

    #[test]
    fn a_truncated_key() {
        assert_eq!(redact("wrong: zx_secret_k", "Bearer zx_secret_key"), "wrong: ***");
        assert_eq!(redact(r"wrong: zx_secret\u005", "Bearer zx_secret_key"), r"wrong: zx_secret\u005");
        assert_eq!(redact("wrong: zx_sec", "Bearer zx_secret_key"), "wrong: zx_sec");
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
