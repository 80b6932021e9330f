//! Configuration of a server: its state, its faults and its address.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU64;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::message_record::MessageRecord;

/// Configuration of a server, for `POST /_sandbox/instances` and [`Sandbox::start_with`](crate::Sandbox::start_with).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSpec {
    /// Initial state and settings.
    pub state: StateSpec,
    /// Faults. The first one that matches a request and is not used up takes effect.
    pub faults: Vec<Fault>,
    /// File to which each accepted message is appended. Cannot be set from JSON.
    #[serde(skip)]
    pub record: Option<MessageRecord>,
}

impl ServerSpec {
    /// Reads a spec from JSON, as `POST /_sandbox/instances` does.
    ///
    /// # Errors
    /// A description that names the key that is unknown or has the wrong type.
    pub fn from_json(value: Value) -> Result<Self, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }
}

/// Initial state of a server. Every key is optional.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateSpec {
    /// Credit balance. Default: 4250.
    pub credits: f64,
    /// Currency of the balance. Default: `USD`.
    pub currency: String,
    /// API key to accept. Default: [`DEFAULT_API_KEY`].
    pub api_key: String,
    /// Speed of the sandbox clock. Default: real time.
    pub speed: Speed,
    /// Rate limit of the account. Default: none.
    pub rate_limit: Option<RateLimit>,
    /// Sender IDs that replace the default ones. They are returned unchanged.
    pub sender_ids: Option<Vec<Map<String, Value>>>,
    /// Contacts that replace the default ones. They are returned unchanged; missing fields are generated.
    pub contacts: Option<Vec<Map<String, Value>>>,
    /// Number of generated contacts in `lst_demo`. Default: 5, or 0 if `contacts` is set.
    pub contacts_count: Option<usize>,
    /// Ids of contact lists that replace the default ones.
    pub lists: Option<Vec<String>>,
    /// Number of generated campaigns that are completed. Default: 0.
    pub campaigns_count: usize,
    /// Existing messages, which never change. They are returned unchanged.
    pub messages: Vec<Map<String, Value>>,
    /// Replies that recipients have already sent.
    pub replies: Vec<ReplySpec>,
    /// Whether a free-form WhatsApp message requires that its recipient has written within 24 hours. Default: false.
    pub whatsapp_windows: bool,
    /// Maximum number of items per page, whatever `per_page` requests. Default: 100.
    pub page_size_cap: Option<u64>,
    /// Whether the server uses TLS, with a generated certificate. Default: false.
    pub tls: bool,
    /// TLS versions that the server supports. Default: both.
    pub tls_versions: Vec<TlsVersion>,
    /// Whether the server requires a client certificate that the sandbox has issued. Only with `tls`. Default: false.
    pub require_client_certificate: bool,
    /// ALPN protocols that the server offers. Default: `h2`, `http/1.1`.
    pub alpn: Vec<String>,
    /// Whether webhooks may have `http://` URLs, which the real API rejects. Default: false.
    pub allow_http_webhooks: bool,
    /// Limits of concurrent HTTP/2 streams on each connection, in the order in which they apply. Default: 200.
    pub max_concurrent_streams: StreamLimits,
    /// Number of requests on a connection after which the next stream limit is announced. Default: 1.
    #[serde(deserialize_with = "requests_per_stream_limit")]
    pub requests_per_stream_limit: NonZeroU64,
    /// Number of HTTP/2 responses on a connection after which the server sends a GOAWAY. Default: never.
    #[serde(deserialize_with = "goaway_after")]
    pub goaway_after: Option<NonZeroU64>,
}

/// API key that a sandbox accepts by default.
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
            tls_versions: vec![TlsVersion::V1_2, TlsVersion::V1_3],
            require_client_certificate: false,
            alpn: vec!["h2".to_owned(), "http/1.1".to_owned()],
            allow_http_webhooks: false,
            max_concurrent_streams: StreamLimits::default(),
            requests_per_stream_limit: NonZeroU64::MIN,
            goaway_after: None,
        }
    }
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum TlsVersion {
    /// TLS 1.2. JSON: `"1.2"`.
    #[serde(rename = "1.2")]
    V1_2,
    /// TLS 1.3. JSON: `"1.3"`.
    #[serde(rename = "1.3")]
    V1_3,
}

/// A reply from a recipient to the account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplySpec {
    /// Recipient who writes: phone number or address, as in a message's `to`.
    pub from: String,
    /// Sender ID that receives the reply, as in a message's `from`.
    pub to: String,
    /// Text. `STOP` opts the recipient out.
    pub body: String,
}

/// Rate limit of the account.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Maximum number of requests in a window.
    pub requests: usize,
    /// Length of the sliding window, in real seconds.
    pub per_seconds: f64,
}

/// Limits of concurrent streams, which apply one after the other. JSON: a number or an array.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub struct StreamLimits(pub(crate) Vec<u32>);

impl Default for StreamLimits {
    /// 200, the default of hyper.
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

    /// Parses comma-separated numbers.
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

/// Reads a count of at least one. serde's own error would not name the key.
fn count<'de, D: Deserializer<'de>>(key: &str, deserializer: D) -> Result<NonZeroU64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let count = value.as_u64().and_then(NonZeroU64::new);
    count.ok_or_else(|| D::Error::custom(format!("{key}: expected a whole number above 0, got {value}")))
}

/// Sandbox seconds per real second. JSON: a number or `"manual"`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub struct Speed(pub f64);

impl Speed {
    /// Time stands still unless it is advanced.
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
            // A faster clock would leave the range of times within minutes.
            Ok(speed) if speed > 0.0 && speed <= 1e6 => Ok(Self(speed)),
            _ => Err(format!("speed: expected \"manual\" or a number above 0, at most 1000000, got {text}")),
        }
    }
}

/// Address and port to listen on.
#[derive(Debug, Clone, Copy)]
pub struct Listen {
    /// Address. Default: 127.0.0.1.
    pub host: IpAddr,
    /// Port. Default: 0, which selects a free port.
    pub port: u16,
}

impl Default for Listen {
    fn default() -> Self {
        Self { host: IpAddr::from([127, 0, 0, 1]), port: 0 }
    }
}
