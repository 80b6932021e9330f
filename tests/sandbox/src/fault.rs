//! What a fault is: which requests it is for, and what it does to them.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// One thing that is to go wrong, so many times.
#[derive(Debug, Clone, Serialize)]
pub struct Fault {
    /// Which requests it is for.
    #[serde(flatten)]
    pub when: When,
    /// What it does.
    #[serde(flatten)]
    pub answer: Answer,
}

/// Which requests a fault is for, and how often.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// The method; absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path below `/v1`, where `*` stands for one segment; absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Query parameters that the request must have, each with this value, such as `{"page": "2"}`. Absent: any query.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    /// So many fitting requests are let through first.
    pub skip: u64,
    /// So many requests are hit; 0 is for ever.
    pub times: u64,
    /// How likely it is that a fitting request is hit; absent: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// What chance starts from, so that it can be had again.
    pub seed: u64,
    /// Answers to pick from at random, instead of the one beside them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Answer>,
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

/// What a fault does to a request.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answer {
    /// Whether the request is carried out all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub process: bool,
    /// Seconds before the answer.
    #[serde(skip_serializing_if = "is_zero")]
    pub delay: f64,
    /// The status to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers of the answer; they win over the usual ones.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub headers: Map<String, Value>,
    /// The body, as JSON.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub body: Option<Value>,
    /// The body, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A body of so many bytes, a JSON string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<u64>,
    /// How it breaks off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<Then>,
    /// Where it breaks off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// After so many bytes of the head or the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Whether a connection that hangs still answers HTTP/2 PINGs.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub answer_pings: bool,
}

/// How an answer breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It does not.
    None,
    /// Nothing further is sent, and the connection stays open.
    Stall,
    /// The connection is closed (FIN).
    Cut,
    /// The connection is reset (RST).
    Reset,
    /// The whole answer is sent, then the connection is closed without having said so.
    Close,
    /// Neither this request nor any later one on its connection is answered.
    Hang,
    /// The request is not processed, and its stream is reset with REFUSED_STREAM.
    Refuse,
    /// The request is not processed, and a GOAWAY says so: its last stream is below the request's.
    #[serde(rename = "goaway")]
    GoAway,
}

/// Where an answer breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// As soon as the connection is there, before anything is read.
    Connect,
    /// After the request was read, before a byte of the answer.
    Request,
    /// Within the head of the answer.
    Head,
    /// Within the body of the answer.
    Body,
}

impl Answer {
    /// How it breaks off; [`Then::None`] where nothing is said.
    pub(crate) fn then(&self) -> Then {
        self.then.unwrap_or(Then::None)
    }

    /// Where it breaks off; after the request where nothing is said.
    pub(crate) fn at(&self) -> At {
        self.at.unwrap_or(At::Request)
    }

    /// Whether it says what to answer.
    pub(crate) fn describes_answer(&self) -> bool {
        self.status.is_some() || self.body.is_some() || self.text.is_some() || self.fill.is_some()
    }

    /// Whether it ends before a byte of an answer.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self.then(), Then::Stall | Then::Cut | Then::Reset | Then::Hang)
            && matches!(self.at(), At::Request | At::Connect)
    }

    /// Whether the request is not processed, and the client is told so.
    pub(crate) fn refuses(&self) -> bool {
        matches!(self.then(), Then::Refuse | Then::GoAway)
    }

    /// A short text for the record of a request.
    pub(crate) fn summary(&self) -> String {
        let mut parts = Vec::new();
        if self.process {
            parts.push("processed".to_owned());
        }
        if self.delay > 0.0 {
            parts.push(format!("delay {} s", self.delay));
        }
        if let Some(status) = self.status {
            parts.push(format!("status {status}"));
        } else if self.describes_answer() {
            parts.push("body replaced".to_owned());
        }
        match self.then() {
            Then::None => {}
            Then::Close => parts.push("close after the answer".to_owned()),
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
            return Err("`at` needs `then`".to_owned());
        }
        if then == Then::Close && !matches!(self.at, None | Some(At::Body)) {
            return Err("`then`: close comes after the whole answer, `at` body".to_owned());
        }
        self.check_unanswered()?;
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err("`status` is from 200 to 599".to_owned());
        }
        if !self.delay.is_finite() || !(0.0..=86_400.0).contains(&self.delay) {
            return Err("`delay` is in seconds, from 0 to 86400".to_owned());
        }
        let bodies = [self.body.is_some(), self.text.is_some(), self.fill.is_some()];
        if bodies.into_iter().filter(|there| *there).count() > 1 {
            return Err("only one of `body`, `text` and `fill`".to_owned());
        }
        Ok(())
    }

    /// Checks what goes with the ways of not answering that HTTP/2 knows.
    fn check_unanswered(&self) -> Result<(), String> {
        let name = match self.then() {
            Then::Hang => "hang",
            Then::Refuse => "refuse",
            Then::GoAway => "goaway",
            _ if self.answer_pings => return Err("`answer_pings` needs `then`: hang".to_owned()),
            _ => return Ok(()),
        };
        if !matches!(self.at, None | Some(At::Request)) {
            return Err(format!("`then`: {name} comes before any answer, `at` request"));
        }
        if self.describes_answer() || !self.headers.is_empty() || self.bytes.is_some() {
            let keys = "`status`, `headers`, `body`, `text`, `fill` and `bytes` do not apply";
            return Err(format!("`then`: {name} sends no answer, so {keys}"));
        }
        if self.refuses() && self.process {
            return Err(format!("`then`: {name} says that the request was not processed, so `process` cannot be true"));
        }
        if self.answer_pings && self.refuses() {
            return Err("`answer_pings` needs `then`: hang".to_owned());
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Fault {
    /// Two groups of keys in one object; serde's `flatten` would let unknown keys pass.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const WHEN: [&str; 8] = ["method", "path", "query", "skip", "times", "probability", "seed", "any_of"];
        let keys = Map::deserialize(deserializer)?;
        let (when, answer): (Map<_, _>, Map<_, _>) =
            keys.into_iter().partition(|(key, _)| WHEN.contains(&key.as_str()));
        let fault =
            Self { when: part(when).map_err(D::Error::custom)?, answer: part(answer).map_err(D::Error::custom)? };
        fault.check().map_err(D::Error::custom)?;
        Ok(fault)
    }
}

impl Fault {
    /// Reads a fault from JSON, as `POST /_sandbox/faults` does.
    ///
    /// # Errors
    /// A text that says what is wrong with it.
    pub fn from_json(value: Value) -> Result<Self, String> {
        serde_json::from_value(value).map_err(|error| format!("faults: {error}"))
    }

    fn check(&self) -> Result<(), String> {
        let answers = std::iter::once(&self.answer).chain(&self.when.any_of);
        for answer in answers {
            answer.check()?;
            let bound = self.when.method.is_some() || self.when.path.is_some() || !self.when.query.is_empty();
            if answer.at() == At::Connect && bound {
                return Err("a fault at connect has no `method`, `path` or `query`".to_owned());
            }
        }
        if self.when.any_of.iter().any(|answer| answer.at() == At::Connect) {
            return Err("a fault at connect stands by itself, not in `any_of`".to_owned());
        }
        Ok(())
    }
}

fn part<T: DeserializeOwned>(keys: Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(Value::Object(keys)).map_err(|error| error.to_string())
}

/// Tells `"body": null` from no body.
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
        assert_eq!(fault.answer.body, Some(Value::Null));
    }

    #[test]
    fn nonsense_is_refused() {
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
