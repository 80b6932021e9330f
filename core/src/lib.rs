//! Client for the [Zexa](https://zexa.ao) messaging API: SMS, WhatsApp, Telegram, email and Slack.
//!
//! [`Client`] blocks, and [`AsyncClient`] returns futures. Both have the same resources and operations:
//!
//! | resource | operations |
//! |---|---|
//! | `messages()` | [`send`](Messages::send), [`get`](Messages::get), [`wait`](Messages::wait) |
//! | `sender_ids()` | [`list`](SenderIds::list) |
//! | `campaigns()` | [`create`](Campaigns::create), [`list`](Campaigns::list), [`get`](Campaigns::get), [`wait`](Campaigns::wait) |
//! | `contacts()` | [`create`](Contacts::create), [`list`](Contacts::list), [`delete`](Contacts::delete) |
//! | `webhooks()` | [`create`](Webhooks::create); [`webhooks::parse_event`] parses the events that Zexa posts |
//! | `credits()` | [`get`](CreditBalance::get) |
//! | the client | [`request`](Client::request), for endpoints without a method |
//!
//! Options: [`ClientBuilder`] for a client, [`CallOptions`] for a call. Every failed call returns an [`Error`] with a [`Kind`] and an [`Outcome`].
// Doc tests cannot run the examples of the guide, because they have no hidden lines: the step `readme` of `cargo xtask test` runs them.
#![cfg_attr(all(doc, not(doctest)), doc = "")]
#![cfg_attr(all(doc, not(doctest)), doc = include_str!("../README.md"))]
// Without the feature `ledger`, no ledger is ever opened.
#![cfg_attr(not(all(feature = "ledger", unix)), allow(dead_code, unused_imports))]

mod async_client;
#[doc(hidden)]
pub mod binding;
mod bulk;
mod bulk_options;
mod call_options;
mod campaigns;
mod cancel;
mod channel;
mod check;
mod classify;
mod client;
mod client_options;
mod config;
mod contacts;
mod credits;
mod decode;
mod endpoint_macros;
mod endpoints;
mod engine;
mod environment;
mod error;
mod extra;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod json;
mod lazy;
mod ledger;
mod list;
mod messages;
mod model;
mod observe;
mod open_enum;
mod options;
mod proxy;
mod redact;
mod response;
mod segments;
mod sender_ids;
mod sync;
mod tolerant;
mod url;
pub mod webhooks;

pub use self::async_client::AsyncClient;
pub use self::bulk::iter::{CreateMany, SendMany};
pub use self::bulk::stream::{CreateManyStream, SendManyStream};
pub use self::bulk::{BulkStats, CreateResult, RowResult, SendResult};
pub use self::bulk_options::BulkOptions;
pub use self::call_options::CallOptions;
pub use self::campaigns::{Campaign, CampaignStats, CampaignStatus, CreateCampaign, ListCampaigns};
pub use self::cancel::CancelToken;
pub use self::channel::{Channel, Template};
pub use self::client::Client;
pub use self::client_options::ClientBuilder;
pub use self::contacts::{Contact, CreateContact, ListContacts};
pub use self::credits::Credits;
pub use self::endpoints::{
    AsyncCampaigns, AsyncContacts, AsyncCreditBalance, AsyncMessages, AsyncSenderIds, AsyncWebhooks, Campaigns,
    Contacts, CreditBalance, Messages, SenderIds, Webhooks,
};
pub use self::engine::request::Method;
pub use self::error::{Error, Kind, Outcome, Result};
#[cfg(feature = "ledger")]
pub use self::ledger::Ledger;
pub use self::ledger::{DoubtfulRow, LedgerCounts};
pub use self::list::{AsyncList, AsyncPages, List, Page, Pages};
pub use self::messages::{Message, MessageStatus, SendMessage};
pub use self::observe::Attempt;
pub use self::response::Response;
pub use self::segments::{Segments, SmsEncoding, estimate, segments};
pub use self::sender_ids::{ListSenderIds, SenderId, SenderIdStatus};
pub use self::webhooks::{CreateWebhook, Event, EventName, Webhook};
/// The type of all times: an instant, in UTC.
pub use jiff::Timestamp;

/// The server receives the additional fields of the guide's example.
///
/// ```
/// use serde_json::json;
/// use zexa::{CallOptions, Channel, SendMessage};
///
/// let sandbox = zexa_sandbox::Sandbox::start();
/// let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
/// let message = SendMessage::new(Channel::Whatsapp, "+244912345678", "ZEXA")
///     .template_id("tpl_1")
///     .extra("variables", json!(["Ana", "12 July"]));
/// let client = client.with_options(CallOptions::new().extra_query("preview", "false"));
/// client.messages().send(&message)?;
/// assert_eq!(sandbox.requests()[0].body["variables"][1], "12 July");
/// assert_eq!(sandbox.requests()[0].query["preview"], "false");
/// # Ok::<(), zexa::Error>(())
/// ```
#[cfg(doctest)]
struct AdditionalFields;
