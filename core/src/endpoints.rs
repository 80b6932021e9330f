//! The endpoints: every operation of the API, defined once.
//!
//! This table generates the methods of both clients, and `cargo xtask codegen` generates those of the other languages. All of them show the docs of
//! the table, so these are not specific to one language. `or` lists the kinds of errors that the API documents for an operation, beside those that
//! follow from the kind of operation.

use crate::endpoint_macros::endpoints;
use crate::engine::request::{Method, Request};
use crate::{
    AsyncClient, AsyncList, Campaign, Client, Contact, CreateCampaign, CreateContact, CreateWebhook, Credits, List,
    ListCampaigns, ListContacts, ListSenderIds, Message, Result, SendMessage, SenderId, Webhook,
};

endpoints! {
    /// Messages: send them, get their delivery status, and wait for it.
    messages: Messages, AsyncMessages {
        /// Send one message on any channel, immediately or at `scheduled_at`.
        ///
        /// Returns the accepted message. A message is never sent twice: if the server may have processed an attempt, it is not retried, and the
        /// outcome is [`Outcome::Unknown`](crate::Outcome::Unknown) or [`Outcome::Accepted`](crate::Outcome::Accepted).
        post send("/messages", message: SendMessage) -> Message, or InsufficientCredits;

        /// Get a message with its delivery status.
        get get("/messages/{id}") -> Message;

        /// Wait until a message has the status `until` or a final status, and return the message.
        ///
        /// A final status does not change any more, so the message is also returned if it reaches another final status than `until`: check its
        /// status. If `until` is `final` or empty, the call waits for any final status.
        ///
        /// Polls immediately, then with pauses that grow from 0.5 s to 30 s. The call's `deadline` limits the whole wait. Default: 30 minutes,
        /// because messages can stay `queued` that long at busy times. If the deadline passes first, the call fails with
        /// [`Kind::Timeout`](crate::Kind::Timeout).
        wait wait("/messages/{id}") -> Message;
    }

    /// Sender IDs: list the names and numbers that the account has registered.
    sender_ids: SenderIds, AsyncSenderIds {
        /// List the account's Sender IDs, with any status and for any channel.
        list list("/sender-ids", filter: ListSenderIds) -> SenderId;
    }

    /// Campaigns: send one message to a whole contact list.
    campaigns: Campaigns, AsyncCampaigns {
        /// Create a campaign that starts immediately or at `scheduled_at`.
        ///
        /// Returns the accepted campaign. A campaign is never sent twice: if the server may have processed an attempt, it is not retried, and the
        /// outcome is [`Outcome::Unknown`](crate::Outcome::Unknown) or [`Outcome::Accepted`](crate::Outcome::Accepted).
        post create("/campaigns", campaign: CreateCampaign) -> Campaign, or NotFound | InsufficientCredits;

        /// List the account's campaigns.
        list list("/campaigns", filter: ListCampaigns) -> Campaign;

        /// Get a campaign with its status and delivery statistics.
        get get("/campaigns/{id}") -> Campaign;

        /// Wait until a campaign has the status `until` or a final status, and return the campaign.
        ///
        /// A final status does not change any more, so the campaign is also returned if it reaches another final status than `until`: check its
        /// status. If `until` is `final` or empty, the call waits for any final status.
        ///
        /// Polls immediately, then with pauses that grow from 0.5 s to 30 s. The call's `deadline` limits the whole wait. Default: 30 minutes. If the
        /// deadline passes first, the call fails with [`Kind::Timeout`](crate::Kind::Timeout).
        wait wait("/campaigns/{id}") -> Campaign;
    }

    /// Contacts: add, list and delete the people who can receive messages.
    contacts: Contacts, AsyncContacts {
        /// Add a contact.
        ///
        /// Returns the added contact. If a contact with this phone number exists, the call fails with [`Kind::Conflict`](crate::Kind::Conflict).
        post create("/contacts", contact: CreateContact) -> Contact, or NotFound | Conflict;

        /// List contacts: all, those of one contact list, or those that match a search.
        list list("/contacts", filter: ListContacts) -> Contact;

        /// Delete a contact permanently, also from every contact list.
        ///
        /// If an earlier attempt may have deleted the contact, a 404 on a retry counts as success.
        delete delete("/contacts/{id}");
    }

    /// Webhooks: register endpoints that Zexa posts delivery events to.
    webhooks: Webhooks, AsyncWebhooks {
        /// Register an HTTPS endpoint for delivery events. Zexa may post a test event to it immediately.
        post create("/webhooks", webhook: CreateWebhook) -> Webhook;
    }

    /// Credits: get the balance of the account.
    credits: CreditBalance, AsyncCreditBalance {
        /// Get the credit balance.
        get_one get("/credits") -> Credits;
    }
}
