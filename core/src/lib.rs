//! The client of the [Zexa](https://zexa.ao) messaging API: SMS, WhatsApp, Telegram, email and Slack.
//!
//! ```no_run
//! use zexa::{Client, SendMessage};
//!
//! let client = Client::from_env()?; // ZEXA_API_KEY
//! let message = client.messages().send(&SendMessage::sms("+244912345678", "ZEXA", "Hello"))?;
//! println!("{} is {}", message.id, message.status);
//! # Ok::<(), zexa::Error>(())
//! ```
//!
//! [`Client`] blocks; [`AsyncClient`] gives futures. Both have the same resources and operations:
//!
//! | resource | operations |
//! |---|---|
//! | `messages()` | [`send`](Messages::send), [`get`](Messages::get), [`wait`](Messages::wait) for a status |
//! | `sender_ids()` | [`list`](SenderIds::list) |
//! | `campaigns()` | [`create`](Campaigns::create), [`list`](Campaigns::list), [`get`](Campaigns::get), [`wait`](Campaigns::wait) for a status |
//! | `contacts()` | [`create`](Contacts::create), [`list`](Contacts::list), [`delete`](Contacts::delete) |
//! | `webhooks()` | [`create`](Webhooks::create); what is then posted to you is read by [`webhooks::parse_event`] |
//! | `credits()` | [`get`](CreditBalance::get) |
//! | | [`request`](Client::request), for what this version does not know |
//!
//! # Errors
//!
//! Every failure is an [`Error`]. Its [`kind`](Error::kind) says what went wrong, and its [`outcome`](Error::outcome) how far the request
//! got. **A message is never sent twice by this crate**: where a POST may have reached the server, it is not repeated, and the outcome is
//! [`Outcome::Unknown`]. Whether to send again is then yours to decide.
//!
//! ```
//! use zexa::{Kind, SendMessage};
//! # let sandbox = zexa_sandbox::Sandbox::from_json(serde_json::json!({"state": {"credits": 0}}));
//! # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
//!
//! match client.messages().send(&SendMessage::sms("+244912345678", "ZEXA", "Hello")) {
//!     Ok(message) => println!("{}", message.id),
//!     Err(error) if error.kind() == Kind::InsufficientCredits => println!("time to top up: {error}"),
//!     Err(error) if error.safe_to_retry() => println!("it was not sent: {error}"),
//!     Err(error) => println!("it may have been sent: {error}"),
//! }
//! # Ok::<(), zexa::Error>(())
//! ```
//!
//! # Lists
//!
//! A list is an iterator over all its items, or a `Stream`. It prefetches pages, and yields each item once. It ends when all items that the API reports
//! were seen; one that had to end before says so: [`List::is_incomplete`].
//!
//! ```
//! use zexa::ListContacts;
//! # let sandbox = zexa_sandbox::Sandbox::start();
//! # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
//!
//! for contact in client.contacts().list(&ListContacts::new().search("Ana")) {
//!     println!("{}", contact?.phone.unwrap_or_default());
//! }
//! # Ok::<(), zexa::Error>(())
//! ```
//!
//! # Time
//!
//! An attempt takes at most its `timeout` of 30 s, and is repeated at most three times where that is safe. A `deadline` bounds
//! the whole call. All are options of the [client](ClientBuilder) and of a [call](CallOptions):
//!
//! ```
//! use std::time::Duration;
//! use zexa::CallOptions;
//! # let sandbox = zexa_sandbox::Sandbox::start();
//! # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
//!
//! let hasty = client.with_options(CallOptions::new().deadline(Duration::from_secs(2)));
//! let credits = hasty.credits().get()?;
//! # Ok::<(), zexa::Error>(())
//! ```
//!
//! # What the API may add
//!
//! Fields that this version does not know are in the `extra` of each model, and statuses, channels and events that it does not know are kept as
//! `Other`.
//!
//! Responses are read tolerantly. Only the id of a message, campaign, contact or webhook and the number of credits are required. Any other field that the
//! response omits is `None`, an empty list or an empty status, except that a `send` or `create` fills it in from the request. A time without an offset or
//! as a Unix time, an id that is a number, a number that is text, an object in a `data` envelope and a list without `meta` are understood. A value in any
//! other form counts as absent; its raw value is in `extra`.
//!
//! A call can send what this version does not know: fields of the body with the `extra` of its parameters, as of [`SendMessage`](SendMessage::extra()), and query
//! parameters with [`CallOptions::extra_query`].
//!
//! ```
//! use serde_json::json;
//! use zexa::{CallOptions, Channel, SendMessage};
//! # let sandbox = zexa_sandbox::Sandbox::start();
//! # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
//!
//! let message = SendMessage::new(Channel::Whatsapp, "+244912345678", "ZEXA")
//!     .template_id("tpl_1")
//!     .extra("variables", json!(["Ana", "12 July"]));
//! let client = client.with_options(CallOptions::new().extra_query("preview", "false"));
//! client.messages().send(&message)?;
//! # assert_eq!(sandbox.requests()[0].body["variables"][1], "12 July");
//! # assert_eq!(sandbox.requests()[0].query["preview"], "false");
//! # Ok::<(), zexa::Error>(())
//! ```
//!
//! # Logs
//!
//! Each attempt is one `debug` record of the `log` crate under the target `zexa`, or goes to [`ClientBuilder::on_attempt`]. A condition that is no error
//! but deserves attention, such as a list that ended short of its total or a documented field that is missing, is a `warn` record, the latter once per
//! client and field. Records contain no key, no body, no phone number and
//! no id, and neither does the `Debug` of any type.

mod async_client;
#[doc(hidden)]
pub mod binding;
mod call_options;
mod campaigns;
mod cancel;
mod channel;
mod check;
mod classify;
mod client;
mod config;
mod contacts;
mod credits;
mod decode;
mod endpoints;
mod engine;
mod environment;
mod error;
mod extra;
mod json;
mod list;
mod messages;
mod model;
mod observe;
mod open_enum;
mod private;
mod proxy;
mod response;
mod sender_ids;
mod shapes;
mod tolerant;
mod url;
pub mod webhooks;

pub use self::async_client::AsyncClient;
pub use self::call_options::CallOptions;
pub use self::campaigns::{Campaign, CampaignStats, CampaignStatus, CreateCampaign, ListCampaigns};
pub use self::cancel::CancelToken;
pub use self::channel::{Channel, Template};
pub use self::client::Client;
pub use self::config::ClientBuilder;
pub use self::contacts::{Contact, CreateContact, ListContacts};
pub use self::credits::Credits;
pub use self::endpoints::{
    AsyncCampaigns, AsyncContacts, AsyncCreditBalance, AsyncMessages, AsyncSenderIds, AsyncWebhooks, Campaigns,
    Contacts, CreditBalance, Messages, SenderIds, Webhooks,
};
pub use self::engine::request::Method;
pub use self::error::{Error, Kind, Outcome, Result};
pub use self::list::{AsyncList, AsyncPages, List, Page, Pages};
pub use self::messages::{Message, MessageStatus, SendMessage};
pub use self::observe::Attempt;
pub use self::response::Response;
pub use self::sender_ids::{ListSenderIds, SenderId, SenderIdStatus};
pub use self::webhooks::{CreateWebhook, Event, EventName, Webhook};
/// The type of all times: an instant, in UTC.
pub use jiff::Timestamp;
