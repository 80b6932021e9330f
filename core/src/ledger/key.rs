//! Keys of rows, and the hash of the parameters.

use std::fmt::Write;

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Number, Value};
use zeroize::Zeroizing;

use crate::engine::request::Request;
use crate::{Error, Kind, Outcome, Result};

/// Keys that begin with this are made by the ledger.
const DEFAULT_PREFIX: &str = "default:";

/// The maximum length of a key in bytes.
const MAX_LENGTH: usize = 255;

/// Version of the canonical form. A row is compared in the version that it was written in.
pub(crate) const HASH_VERSION: u8 = 1;

/// The hash of the parameters of a request, as HMAC-SHA256 with the salt of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hash(pub(crate) [u8; 32]);

/// Computes the hashes of a ledger.
pub(crate) struct Hasher(hmac::Key);

/// Rejects a key that is empty, too long, or contains control characters.
pub fn check(key: &str) -> Result<()> {
    let reason = if key.is_empty() {
        "must not be empty".to_owned()
    } else if key.len() > MAX_LENGTH {
        format!("must be at most {MAX_LENGTH} bytes long, got {} bytes", key.len())
    } else if key.chars().any(char::is_control) {
        "must not contain control characters".to_owned()
    } else if key.starts_with(DEFAULT_PREFIX) {
        format!("must not begin with `{DEFAULT_PREFIX}`, which marks keys that the ledger makes")
    } else {
        return Ok(());
    };
    Err(Error::invalid("idempotency_key", key, &reason))
}

/// A salt for a new hasher. `None` if the system has no random numbers.
pub(crate) fn random_salt() -> Option<[u8; 32]> {
    let mut salt = [0; 32];
    SystemRandom::new().fill(&mut salt).ok().map(|()| salt)
}

impl Hasher {
    /// `secret` is an optional secret of the caller, which is not stored in the ledger.
    pub(crate) fn new(salt: &[u8], secret: Option<&str>) -> Hasher {
        let key = Zeroizing::new([salt, secret.unwrap_or_default().as_bytes()].concat());
        Hasher(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    /// A hasher with a random salt, for keys that are not stored.
    pub(crate) fn random() -> Result<Hasher> {
        let no_numbers = || Error::new(Kind::Other, Outcome::NotSent, "the system has no random numbers");
        Ok(Hasher::new(&random_salt().ok_or_else(no_numbers)?, None))
    }

    /// The hash of a request: of its operation, its query parameters and its body.
    pub(crate) fn of_request(&self, operation: &str, request: &Request) -> Hash {
        self.sign(canonical(operation, request).as_bytes())
    }

    /// The default key of a message. It does not depend on the text: a corrected typing error must not send the whole list again.
    pub(crate) fn default_key(&self, operation: &str, channel: &str, to: &str) -> String {
        // JSON separates the parts unambiguously.
        let hash = self.sign(Value::from(vec!["key", operation, channel, to]).to_string().as_bytes());
        let digits = hash.0[..16].iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        format!("{DEFAULT_PREFIX}{digits}")
    }

    /// The fingerprint of an API key, to detect another one.
    pub(crate) fn fingerprint(&self, api_key: &str) -> [u8; 16] {
        // JSON of these parts. An API key is visible ASCII, so none of its characters has more than one escape.
        let mut text = Zeroizing::new(Vec::with_capacity(2 * api_key.len() + 16));
        serde_json::to_writer(&mut *text, &["api_key", api_key]).expect("text can be written as JSON");
        let hash = self.sign(&text);
        hash.0[..16].try_into().expect("16 bytes")
    }

    /// The fingerprint of the secret, to detect another one.
    pub(crate) fn secret_check(&self) -> [u8; 16] {
        self.fingerprint("secret")
    }

    fn sign(&self, text: &[u8]) -> Hash {
        Hash(hmac::sign(&self.0, text).as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }
}

/// The canonical form of a request: JSON without spaces, with sorted members, and with numbers in one notation. It is the same in all languages,
/// however they pass a number.
fn canonical(operation: &str, request: &Request) -> String {
    let body = request.body.as_deref().unwrap_or(b"null");
    // JSON that is nested too deeply cannot be parsed. It is compared as text.
    let mut body: Value =
        serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned().into());
    body.sort_all_objects();
    normalize_numbers(&mut body);
    let query: Vec<Value> = request
        .url
        .query_pairs()
        .map(|(name, value)| Value::from(vec![name.into_owned(), value.into_owned()]))
        .collect();
    Value::from(vec![operation.into(), query.into(), body]).to_string()
}

/// Converts all numbers to what JavaScript has: doubles. Whole ones become integers, as long as all of these are exact.
fn normalize_numbers(value: &mut Value) {
    /// The largest double up to which every integer is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(double) if double.fract() == 0.0 && double.abs() <= EXACT => *number = Number::from(double as i64),
            Some(double) => *number = Number::from_f64(double).unwrap_or_else(|| number.clone()),
            None => {}
        },
        Value::Array(items) => items.iter_mut().for_each(normalize_numbers),
        Value::Object(members) => members.values_mut().for_each(normalize_numbers),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use url::Url;

    use super::*;
    use crate::Method;

    fn request(body: &Value) -> Request {
        let base = Url::parse("https://api.zexa.ao/v1").expect("a URL");
        Request::new(Method::Post, "/messages", &base).with_json(body).expect("JSON")
    }

    fn hash(body: &Value) -> Hash {
        Hasher::new(b"salt", None).of_request("messages.send", &request(body))
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_canonical_form_never_changes() {
        let body = json!({"to": "+244912345678", "channel": "sms", "body": "Olá \u{1f600}\n\"", "from": "ZEXA"});
        assert_eq!(
            canonical("messages.send", &request(&body)),
            "[\"messages.send\",[],{\"body\":\"Olá \u{1f600}\\n\\\"\",\"channel\":\"sms\",\"from\":\"ZEXA\",\"to\":\"+244912345678\"}]"
        );
        assert_eq!(hex(&hash(&body).0), "df8fa236ecf06e88f474a7471b0f96341a3663a18df76d5f55bf607bd3a30b88");
        let key = Hasher::new(b"salt", None).default_key("messages.send", "sms", "+244912345678");
        assert_eq!(key, "default:1588a95b70796243190839dfae1a159a");
    }

    #[test]
    fn equal_parameters_have_equal_hashes() {
        assert_eq!(
            hash(&json!({"a": 1, "b": {"d": 2.0, "c": [3.0]}})),
            hash(&json!({"b": {"c": [3], "d": 2}, "a": 1.0}))
        );
        for other in
            [json!({"a": 2}), json!({"a": "1"}), json!({"a": 1.5}), json!({"A": 1}), json!({"a": 1, "b": null})]
        {
            assert_ne!(hash(&json!({"a": 1})), hash(&other), "{other}");
        }
    }

    #[test]
    fn a_number_has_one_hash_in_all_notations() {
        // JavaScript writes 2^60 as 1152921504606847000, and Python writes the float 1e16 as 1e+16.
        for [one, other] in [
            ["1e+16", "10000000000000000"],
            ["1152921504606846976", "1152921504606847000"],
            ["-1e20", "-100000000000000000000"],
            ["9007199254740992.0", "9007199254740992"],
            ["-0.0", "0"],
            ["1e3", "1000"],
            ["0.10", "1e-1"],
        ] {
            let [one, other] = [one, other].map(|number| serde_json::from_str::<Value>(number).expect("a number"));
            assert_eq!(hash(&json!([one])), hash(&json!([other])), "{one} and {other}");
        }
        assert_ne!(hash(&json!(1.0)), hash(&json!(1.000_000_000_000_000_2)));
        assert_ne!(hash(&json!(10_000_000_000_000_000_u64)), hash(&json!(10_000_000_000_000_002_u64)));
    }

    #[test]
    fn deeply_nested_parameters_have_different_hashes() {
        let nested = |inner: Value| (0..200).fold(inner, |value, _| Value::from(vec![value]));
        assert_ne!(hash(&nested(json!(1))), hash(&nested(json!(2))));
    }

    #[test]
    fn the_hash_depends_on_the_ledger_the_secret_the_operation_and_the_query() {
        let request = request(&json!({"to": "+244912345678"}));
        let with_query = request.clone().with_query([("preview", "true".to_owned())]);
        let hashes = [
            Hasher::new(b"salt", None).of_request("messages.send", &request),
            Hasher::new(b"salt", None).of_request("campaigns.create", &request),
            Hasher::new(b"salt", None).of_request("messages.send", &with_query),
            Hasher::new(b"other", None).of_request("messages.send", &request),
            Hasher::new(b"salt", Some("secret")).of_request("messages.send", &request),
        ];
        for (index, hash) in hashes.iter().enumerate() {
            assert!(!hashes[..index].contains(hash), "{index}");
        }
    }

    #[test]
    fn the_parts_of_a_default_key_are_separated() {
        let hasher = Hasher::new(b"salt", None);
        assert_ne!(hasher.default_key("a", "b", "c"), hasher.default_key("a", "bc", ""));
        assert_ne!(hasher.default_key("a", "b", "c"), hasher.default_key("a", "b\",\"c", ""));
    }

    #[test]
    fn an_invalid_key_is_rejected() {
        assert!(check("order-4711 / Ana").is_ok() && check(&"k".repeat(255)).is_ok());
        for key in ["", "a\nb", "\u{0}", "default:1", &"k".repeat(256)] {
            assert_eq!(check(key).expect_err(key).kind(), crate::Kind::Validation);
        }
    }
}
