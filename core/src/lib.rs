//! The client of the [Zexa](https://zexa.ao) messaging API: SMS, WhatsApp, Telegram, email and Slack.

mod async_client;
mod call_options;
mod campaigns;
mod cancel;
mod channel;
mod check;
mod client;
mod config;
mod contacts;
mod credits;
mod decode;
mod endpoints;
mod engine;
mod error;
mod list;
mod messages;
mod model;
mod observe;
mod open_enum;
mod private;
mod response;
mod sender_ids;
mod shapes;
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
