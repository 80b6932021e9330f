//! What a server is started with: its state, its faults, and where it listens.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU64;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::fault::Fault;

/// The whole of what `POST /_sandbox/instances` and [`Sandbox::start_with`](crate::Sandbox::start_with) take.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSpec {
    /// What exists when the server starts, and how it is set up.
    pub state: StateSpec,
    /// What is to go wrong, in the order in which it is looked through.
    pub faults: Vec<Fault>,
}

impl ServerSpec {
    /// Reads a spec from JSON, as `POST /_sandbox/instances` does.
    ///
    /// # Errors
    /// A text that names the key that is unknown or of a wrong type.
    pub fn from_json(value: Value) -> Result<Self, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }
}

/// The state a server starts with. Every key is optional.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateSpec {
    /// The balance.
    pub credits: f64,
    /// The currency that goes with it.
    pub currency: String,
    /// The only key that is accepted.
    pub api_key: String,
    /// How fast the sandbox's time goes.
    pub speed: Speed,
    /// So many requests in so many seconds, if any.
    pub rate_limit: Option<RateLimit>,
    /// Sender IDs, instead of the usual ones.
    pub sender_ids: Option<Vec<Map<String, Value>>>,
    /// Contacts, instead of the usual ones.
    pub contacts: Option<Vec<Map<String, Value>>>,
    /// So many made-up contacts, all in `lst_demo`.
    pub contacts_count: Option<usize>,
    /// Ids of the contact lists, instead of the usual ones.
    pub lists: Option<Vec<String>>,
    /// So many made-up campaigns that have run.
    pub campaigns_count: usize,
    /// Messages that exist already. They stay as they are given.
    pub messages: Vec<Map<String, Value>>,
    /// What recipients have written to the account before.
    pub replies: Vec<ReplySpec>,
    /// Whether a free-form WhatsApp message needs a conversation window: its recipient must have written within 24 hours.
    pub whatsapp_windows: bool,
    /// The most items that a page holds, whatever `per_page` asks for.
    pub page_size_cap: Option<u64>,
    /// Whether the server speaks TLS, with a certificate of its own making.
    pub tls: bool,
    /// The protocols offered in TLS.
    pub alpn: Vec<String>,
    /// Whether a webhook may have an `http://` URL, which Zexa itself refuses.
    pub allow_http_webhooks: bool,
    /// Limits of concurrent HTTP/2 streams on each connection, in the order in which they apply.
    pub max_concurrent_streams: StreamLimits,
    /// Requests on a connection after which the next limit of streams is announced.
    #[serde(deserialize_with = "requests_per_stream_limit")]
    pub requests_per_stream_limit: NonZeroU64,
    /// HTTP/2 responses on a connection after which the server sends a GOAWAY, if any.
    #[serde(deserialize_with = "goaway_after")]
    pub goaway_after: Option<NonZeroU64>,
}

/// The key that a sandbox accepts when it is told no other.
pub const DEFAULT_API_KEY: &str = "zx_test_sandbox";

impl Default for StateSpec {
    fn default() -> Self {
        Self {
            credits: 4250.0,
            currency: "USD".to_owned(),
            api_key: DEFAULT_API_KEY.to_owned(),
            speed: Speed::default(),
            rate_limit: None,
            sender_ids: None,
            contacts: None,
            contacts_count: None,
            lists: None,
            campaigns_count: 0,
            messages: Vec::new(),
            replies: Vec::new(),
            whatsapp_windows: false,
            page_size_cap: None,
            tls: false,
            alpn: vec!["h2".to_owned(), "http/1.1".to_owned()],
            allow_http_webhooks: false,
            max_concurrent_streams: StreamLimits::default(),
            requests_per_stream_limit: NonZeroU64::MIN,
            goaway_after: None,
        }
    }
}

/// What a recipient writes to the account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplySpec {
    /// The recipient who writes: a number or an address, as in a message's `to`.
    pub from: String,
    /// The Sender ID that it is written to, as in a message's `from`.
    pub to: String,
    /// The text. `STOP` opts the recipient out.
    pub body: String,
}

/// A rate limit over the whole account.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// So many requests are answered …
    pub requests: usize,
    /// … in any stretch of so many real seconds.
    pub per_seconds: f64,
}

/// Limits of concurrent streams: one, or several that apply one after the other. JSON: a number or a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub struct StreamLimits(pub(crate) Vec<u32>);

impl Default for StreamLimits {
    /// 200, as in hyper.
    fn default() -> Self {
        Self(vec![200])
    }
}

impl StreamLimits {
    fn new(limits: Option<Vec<u32>>, input: impl fmt::Display) -> Result<Self, String> {
        limits.filter(|limits| !limits.is_empty()).map(Self).ok_or_else(|| {
            let expected = "one or more whole numbers from 0 to 4294967295";
            format!("max_concurrent_streams: expected {expected}, got {input}")
        })
    }
}

impl TryFrom<Value> for StreamLimits {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let limit = |value: &Value| value.as_u64().and_then(|limit| u32::try_from(limit).ok());
        let limits = match &value {
            Value::Array(items) => items.iter().map(limit).collect(),
            one => limit(one).map(|limit| vec![limit]),
        };
        Self::new(limits, value)
    }
}

impl std::str::FromStr for StreamLimits {
    type Err = String;

    /// Reads numbers with commas between.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::new(text.split(',').map(|limit| limit.parse().ok()).collect(), text)
    }
}

fn requests_per_stream_limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroU64, D::Error> {
    count("requests_per_stream_limit", deserializer)
}

fn goaway_after<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NonZeroU64>, D::Error> {
    count("goaway_after", deserializer).map(Some)
}

/// Reads a count of at least one. The error names the key, which serde's own does not.
fn count<'de, D: Deserializer<'de>>(key: &str, deserializer: D) -> Result<NonZeroU64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let count = value.as_u64().and_then(NonZeroU64::new);
    count.ok_or_else(|| D::Error::custom(format!("{key}: expected a whole number above 0, got {value}")))
}

/// How many sandbox seconds pass in a real second; `"manual"` is none at all.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub struct Speed(pub f64);

impl Speed {
    /// Time stands still until it is advanced by hand.
    pub const MANUAL: Self = Self(0.0);
}

impl Default for Speed {
    fn default() -> Self {
        Self(1.0)
    }
}

impl TryFrom<Value> for Speed {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        match &value {
            Value::String(word) => word.parse(),
            other => other.to_string().parse(),
        }
    }
}

impl std::str::FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "manual" {
            return Ok(Self::MANUAL);
        }
        match text.parse::<f64>() {
            Ok(speed) if speed.is_finite() && speed > 0.0 => Ok(Self(speed)),
            _ => Err(format!("speed: expected \"manual\" or a number above 0, got {text}")),
        }
    }
}

/// Where a server listens.
#[derive(Debug, Clone, Copy)]
pub struct Listen {
    /// The address, usually 127.0.0.1.
    pub host: IpAddr,
    /// The port; 0 takes any free one.
    pub port: u16,
}

impl Default for Listen {
    fn default() -> Self {
        Self { host: IpAddr::from([127, 0, 0, 1]), port: 0 }
    }
}
