//! The definition of a fault: which requests it matches, and its effect.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A fault to inject.
#[derive(Debug, Clone, Serialize)]
pub struct Fault {
    /// Requests that the fault matches.
    #[serde(flatten)]
    pub when: When,
    /// Effect on these requests.
    #[serde(flatten)]
    pub effect: Effect,
}

/// Requests that a fault matches, and how often it takes effect.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// HTTP method. Absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Path below `/v1`; `*` matches one segment. Absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Query parameters that the request must have, each with this value, such as `{"page": "2"}`. Absent: any query.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    /// Number of matching requests to let through first.
    pub skip: u64,
    /// Number of requests to hit; 0 for no limit.
    pub times: u64,
    /// Probability that a matching request is hit. Absent: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Seed of the random numbers, which makes them reproducible.
    pub seed: u64,
    /// Effects, one of which is chosen at random for each hit. They replace the fault's own effect.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Effect>,
}

impl Default for When {
    fn default() -> Self {
        Self {
            method: None,
            path: None,
            query: BTreeMap::new(),
            skip: 0,
            times: 1,
            probability: None,
            seed: 0,
            any_of: Vec::new(),
        }
    }
}

/// The longest delay of a response.
pub(crate) const LONGEST_DELAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Effect of a fault on a request.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Effect {
    /// Whether the request is processed before the fault takes effect.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub process: bool,
    /// Number of requests that the server must have received before it responds, and before the delay begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_requests: Option<usize>,
    /// Seconds to wait before the response.
    #[serde(skip_serializing_if = "is_zero")]
    pub delay: f64,
    /// Status of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Response headers. They replace the normal ones.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub headers: Map<String, Value>,
    /// Response body, as JSON.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub body: Option<Value>,
    /// Response body, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Size in bytes of a generated response body, which is a JSON string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<u64>,
    /// How the response breaks off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<Then>,
    /// Where the response breaks off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// Number of bytes of the head or body that are sent before the response breaks off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Whether a hanging connection still answers HTTP/2 PINGs and earlier requests.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub answer_pings: bool,
}

/// How a response breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// The response is complete.
    None,
    /// Nothing more is sent, and the connection stays open.
    Stall,
    /// The connection is closed (FIN).
    Cut,
    /// The connection is reset (RST).
    Reset,
    /// The complete response is sent, then the connection is closed without a `Connection: close` header.
    Close,
    /// Neither this request nor any later request on its connection receives a response.
    Hang,
    /// The request is not processed, and its stream is reset with REFUSED_STREAM.
    Refuse,
    /// The request is not processed, and a GOAWAY says so: its last stream is below the request's.
    #[serde(rename = "goaway")]
    GoAway,
}

/// Where a response breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// When the connection is accepted, before anything is read.
    Connect,
    /// After the request is read, before the first byte of the response.
    Request,
    /// Within the head of the response.
    Head,
    /// Within the body of the response.
    Body,
}

impl Effect {
    /// How the response breaks off. Default: [`Then::None`].
    pub(crate) fn then(&self) -> Then {
        self.then.unwrap_or(Then::None)
    }

    /// Where the response breaks off. Default: [`At::Request`].
    pub(crate) fn at(&self) -> At {
        self.at.unwrap_or(At::Request)
    }

    /// Whether the effect sets the status or the body of the response.
    pub(crate) fn sets_response(&self) -> bool {
        self.status.is_some() || self.body.is_some() || self.text.is_some() || self.fill.is_some()
    }

    /// Whether the response breaks off before its first byte.
    pub(crate) fn sends_nothing(&self) -> bool {
        matches!(self.then(), Then::Stall | Then::Cut | Then::Reset | Then::Hang)
            && matches!(self.at(), At::Request | At::Connect)
    }

    /// Whether the request is not processed, and the server signals this to the client.
    pub(crate) fn refuses(&self) -> bool {
        matches!(self.then(), Then::Refuse | Then::GoAway)
    }

    /// Short description for the record of a request.
    pub(crate) fn summary(&self) -> String {
        let mut parts = Vec::new();
        if self.process {
            parts.push("processed".to_owned());
        }
        if let Some(requests) = self.after_requests {
            parts.push(format!("after {requests} requests"));
        }
        if self.delay > 0.0 {
            parts.push(format!("delay {} s", self.delay));
        }
        if let Some(status) = self.status {
            parts.push(format!("status {status}"));
        } else if self.sets_response() {
            parts.push("body replaced".to_owned());
        }
        match self.then() {
            Then::None => {}
            Then::Close => parts.push("close after the response".to_owned()),
            Then::Hang if self.answer_pings => parts.push("hang, PINGs answered".to_owned()),
            then @ (Then::Hang | Then::Refuse | Then::GoAway) => parts.push(format!("{then:?}").to_lowercase()),
            then => parts.push(format!("{then:?} at {:?}", self.at()).to_lowercase()),
        }
        if parts.is_empty() {
            parts.push("headers".to_owned());
        }
        parts.join(", ")
    }

    fn check(&self) -> Result<(), String> {
        let then = self.then();
        if self.at.is_some() && then == Then::None {
            return Err("`at` requires `then`".to_owned());
        }
        if then == Then::Close && !matches!(self.at, None | Some(At::Body)) {
            return Err("`then`: close takes effect after the complete response, so `at` must be body".to_owned());
        }
        self.check_without_response()?;
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err("`status` must be from 200 to 599".to_owned());
        }
        if !(0.0..=LONGEST_DELAY.as_secs_f64()).contains(&self.delay) {
            return Err("`delay` must be from 0 to 86400 seconds".to_owned());
        }
        let bodies = [self.body.is_some(), self.text.is_some(), self.fill.is_some()];
        if bodies.into_iter().filter(|there| *there).count() > 1 {
            return Err("at most one of `body`, `text` and `fill` can be set".to_owned());
        }
        Ok(())
    }

    /// Checks the keys that cannot be combined with hang, refuse and goaway.
    fn check_without_response(&self) -> Result<(), String> {
        let name = match self.then() {
            Then::Hang => "hang",
            Then::Refuse => "refuse",
            Then::GoAway => "goaway",
            _ if self.answer_pings => return Err("`answer_pings` requires `then`: hang".to_owned()),
            _ => return Ok(()),
        };
        if !matches!(self.at, None | Some(At::Request)) {
            return Err(format!("`then`: {name} takes effect before any response, so `at` must be request"));
        }
        if self.sets_response() || !self.headers.is_empty() || self.bytes.is_some() {
            let keys = "`status`, `headers`, `body`, `text`, `fill` and `bytes` do not apply";
            return Err(format!("`then`: {name} sends no response, so {keys}"));
        }
        if self.refuses() && self.process {
            return Err(format!("`then`: {name} means that the request is not processed, so `process` cannot be true"));
        }
        if self.answer_pings && self.refuses() {
            return Err("`answer_pings` requires `then`: hang".to_owned());
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Fault {
    /// Splits the keys into two groups. serde's `flatten` cannot reject unknown keys.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const WHEN: [&str; 8] = ["method", "path", "query", "skip", "times", "probability", "seed", "any_of"];
        let keys = Map::deserialize(deserializer)?;
        let (when, effect): (Map<_, _>, Map<_, _>) =
            keys.into_iter().partition(|(key, _)| WHEN.contains(&key.as_str()));
        let fault =
            Self { when: part(when).map_err(D::Error::custom)?, effect: part(effect).map_err(D::Error::custom)? };
        fault.check().map_err(D::Error::custom)?;
        Ok(fault)
    }
}

impl Fault {
    /// Reads a fault from JSON, as `POST /_sandbox/faults` does.
    ///
    /// # Errors
    /// A description of the invalid key or value.
    pub fn from_json(value: Value) -> Result<Self, String> {
        serde_json::from_value(value).map_err(|error| format!("faults: {error}"))
    }

    fn check(&self) -> Result<(), String> {
        let effects = std::iter::once(&self.effect).chain(&self.when.any_of);
        for effect in effects {
            effect.check()?;
            let bound = self.when.method.is_some() || self.when.path.is_some() || !self.when.query.is_empty();
            if effect.at() == At::Connect && bound {
                return Err("a fault at connect cannot have `method`, `path` or `query`".to_owned());
            }
        }
        if self.when.any_of.iter().any(|effect| effect.at() == At::Connect) {
            return Err("`any_of` cannot contain a fault at connect".to_owned());
        }
        Ok(())
    }
}

fn part<T: DeserializeOwned>(keys: Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(Value::Object(keys)).map_err(|error| error.to_string())
}

/// Distinguishes `"body": null` from an absent body.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_key_is_named() {
        let error = Fault::from_json(json!({"statos": 503})).unwrap_err();
        assert!(error.contains("statos"), "{error}");
    }

    #[test]
    fn a_null_body_is_a_body() {
        let fault = Fault::from_json(json!({"status": 200, "body": null})).unwrap();
        assert_eq!(fault.effect.body, Some(Value::Null));
    }

    #[test]
    fn invalid_faults_are_rejected() {
        for fault in [
            json!({"at": "body"}),
            json!({"status": 99}),
            json!({"delay": -1}),
            json!({"body": 1, "text": "1"}),
            json!({"then": "close", "at": "head"}),
            json!({"then": "reset", "at": "connect", "path": "/messages"}),
            json!({"then": "hang", "at": "connect"}),
            json!({"then": "hang", "status": 200}),
            json!({"then": "refuse", "process": true}),
            json!({"then": "refuse", "headers": {"X-A": "1"}}),
            json!({"then": "refuse", "at": "body"}),
            json!({"then": "goaway", "process": true}),
            json!({"then": "goaway", "bytes": 1}),
            json!({"then": "goaway", "answer_pings": true}),
            json!({"then": "stall", "answer_pings": true}),
            json!({"then": "reset", "at": "connect", "query": {"page": "2"}}),
            json!({"query": {"page": 2}}),
        ] {
            assert!(Fault::from_json(fault.clone()).is_err(), "{fault}");
        }
    }
}
