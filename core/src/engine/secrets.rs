//! [`Secrets`]: removes the API key and the password of the proxy from the texts of a server, which may echo them in a text that is then logged.

use std::borrow::Cow;

use http::header::AUTHORIZATION;
use memchr::{memchr2_iter, memchr3_iter};

use crate::config::Config;
use crate::proxy::{Proxy, Route};
use crate::{Error, json};

/// The replacement of a secret.
const REPLACEMENT: &str = "***";

/// Shorter keys and passwords are not redacted. They are not secret, and may be part of a word.
const MIN_LENGTH: usize = 8;

/// The maximum number of backslashes of an escape. JSON in JSON doubles them, so this is enough for five levels. Without a limit, the time for a text
/// of backslashes would grow with the square of its length.
const MAX_BACKSLASHES: usize = 31;

/// Finds the secrets of a client in texts: the API key, the password of the proxy, and the header that contains this password.
#[derive(Clone, Copy)]
pub(crate) struct Secrets<'a>([Option<&'a [u8]>; 3]);

impl<'a> Secrets<'a> {
    /// The secrets of a client.
    pub(crate) fn of(config: &'a Config) -> Secrets<'a> {
        let proxy = match &config.route {
            Route::Proxy(proxy) => Some(&**proxy),
            Route::Direct => None,
        };
        Secrets::new(config.headers.get(AUTHORIZATION).map(http::HeaderValue::as_bytes), proxy)
    }

    pub(super) fn new(authorization: Option<&'a [u8]>, proxy: Option<&'a Proxy>) -> Secrets<'a> {
        let password = proxy.and_then(|proxy| proxy.credentials.as_ref()).map(|(_, password)| password.as_bytes());
        let basic = proxy.and_then(|proxy| proxy.authorization.as_ref()).map(http::HeaderValue::as_bytes);
        let after = |text: Option<&'a [u8]>, scheme: &[u8]| text.and_then(|text| text.strip_prefix(scheme));
        let secrets = [after(authorization, b"Bearer "), password, after(basic, b"Basic ")];
        Secrets(secrets.map(|secret| secret.filter(|secret| secret.len() >= MIN_LENGTH)))
    }

    /// No secrets: nothing is redacted.
    #[cfg(test)]
    pub(crate) fn none() -> Secrets<'a> {
        Secrets([None; 3])
    }

    fn each(self) -> impl Iterator<Item = &'a [u8]> {
        self.0.into_iter().flatten()
    }

    /// Returns the text without the secrets, which may be escaped as in JSON, URLs or HTML.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.each().fold(Cow::Borrowed(text), |text, secret| match redacted(&text, secret) {
            Some(redacted) => Cow::Owned(redacted),
            None => text,
        })
    }

    /// Returns the error without the secrets in any of its texts.
    pub(crate) fn redact_error(&self, error: Error) -> Error {
        match self.each().next() {
            Some(_) => error.map_texts(&|text| self.replacement(text)),
            None => error,
        }
    }

    /// Returns a body without the secrets in its strings. Numbers remain, so that it can still be decoded. A body that is not JSON is returned
    /// unchanged.
    pub(crate) fn redact_json<'b>(&self, body: &'b [u8]) -> Cow<'b, [u8]> {
        if self.each().all(|secret| find_all(body, secret).next().is_none()) {
            return Cow::Borrowed(body);
        }
        let Ok(mut json) = json::parse_tolerant(body) else { return Cow::Borrowed(body) };
        json::map_strings(&mut json, &|text| self.replacement(text));
        serde_json::to_vec(&json).map_or(Cow::Borrowed(body), Cow::Owned)
    }

    /// The text without the secrets, if it contains any.
    fn replacement(&self, text: &str) -> Option<String> {
        match self.redact(text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(redacted) => Some(redacted),
        }
    }
}

/// The text without this secret, if it contains it.
fn redacted(text: &str, secret: &[u8]) -> Option<String> {
    let mut found = find_all(text.as_bytes(), secret).peekable();
    found.peek()?;
    let mut redacted = String::new();
    let mut rest = 0;
    // A match starts and ends between characters: both the text and the secret are UTF-8, and escapes are ASCII.
    for (start, end) in found {
        redacted.push_str(&text[rest..start]);
        redacted.push_str(REPLACEMENT);
        rest = end;
    }
    redacted.push_str(&text[rest..]);
    Some(redacted)
}

/// Finds the starts and the ends of the secret in the text, and of its beginning at the end of a truncated text.
fn find_all<'t>(text: &'t [u8], secret: &'t [u8]) -> impl Iterator<Item = (usize, usize)> + use<'t> {
    // A match starts with the first byte of the secret, or with its escape.
    let first = secret[0];
    let mut literal = memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text).peekable();
    let mut escaped = memchr3_iter(b'\\', b'%', b'&', text).peekable();
    let mut last_end = 0;
    std::iter::from_fn(move || {
        loop {
            let start = match (literal.peek(), escaped.peek()) {
                (Some(literal), Some(escaped)) => *literal.min(escaped),
                (literal, escaped) => *literal.or(escaped)?,
            };
            literal.next_if_eq(&start);
            escaped.next_if_eq(&start);
            if start >= last_end
                && let Some(length) = length_at(&text[start..], secret, 0)
            {
                last_end = start + length;
                return Some((start, last_end));
            }
        }
    })
}

/// Returns the number of bytes at the start of the text that are the rest of the secret, after this number of its bytes.
fn length_at(text: &[u8], secret: &[u8], matched: usize) -> Option<usize> {
    let Some(next) = secret.get(matched) else { return Some(0) };
    if text.is_empty() {
        return (matched >= MIN_LENGTH).then_some(0);
    }
    // Servers return host names in lower case.
    let literal = text[0].eq_ignore_ascii_case(next).then_some(1);
    // Most texts have few escapes, and the rest of this function takes ten times as long.
    let escapes = matches!(text[0], b'\\' | b'%' | b'&').then(|| escapes_of(text, *next));
    let mut forms = literal.into_iter().chain(escapes.into_iter().flatten());
    forms.find_map(|length| Some(length + length_at(&text[length..], secret, matched + 1)?))
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
    use serde_json::json;

    use super::*;
    use crate::{Kind, Outcome};

    fn redact(text: &str, authorization: &'static str) -> String {
        Secrets::new(Some(authorization.as_bytes()), None).redact(text).into_owned()
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
        let error = Error::new(Kind::Other, Outcome::Unknown, "m zx_secret")
            .with_code(Some("c zx_secret".into()))
            .with_request_id(Some("r zx_secret".into()))
            .with_details(json!({"zx_secret": ["zx_secret", {"a": "b zx_secret"}], "kept": 1}))
            .with_source("s zx_secret");
        let error = Secrets::new(Some(b"Bearer zx_secret"), None).redact_error(error);
        assert_eq!((error.message(), error.code(), error.request_id()), ("m ***", Some("c ***"), Some("r ***")));
        assert_eq!(error.details(), Some(&json!({"***": ["***", {"a": "b ***"}], "kept": 1})));
        assert!(!format!("{error} {error:?}").contains("zx_secret"));
    }

    #[test]
    fn the_password_of_a_proxy() {
        let base = url::Url::parse("https://api.zexa.ao/v1").expect("a URL");
        let Ok(Route::Proxy(proxy)) = Route::by_option("http://user:p%C3%A4ssword@p", &base, false) else {
            panic!("it has a proxy")
        };
        let secrets = Secrets::new(Some(b"Bearer zx_secret"), Some(&proxy));
        assert_eq!(secrets.redact("user:pässword dXNlcjpww6Rzc3dvcmQ= zx_secret"), "user:*** *** ***");
    }

    #[test]
    fn the_strings_of_a_json_body() {
        let secrets = Secrets::new(Some(b"Bearer 244912345678"), None);
        let redacted = |body: &str| String::from_utf8(secrets.redact_json(body.as_bytes()).into_owned()).expect("text");
        assert_eq!(
            redacted(r#"{"id": 244912345678, "to": "+244912345678", "\u0032\u00344912345678": [null, "\u002B1"]}"#),
            r#"{"***":[null,"+1"],"id":244912345678,"to":"+***"}"#
        );
        for unchanged in [r#"{"id":  "msg_1"}"#, "", "a 244912345678", "244912345"] {
            assert_eq!(redacted(unchanged), unchanged);
        }
    }
}
