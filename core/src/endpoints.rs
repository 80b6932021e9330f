//! The endpoints: every operation of the API, written once.
//!
//! From this table come the methods of the blocking and of the async client. An operation's documentation says what it does in no particular
//! language: all bindings show it. Behind `or` stand the kinds of errors that the API documents for an operation, beside those that follow from its shape.

use crate::engine::request::{Method, Request};
use crate::shapes::endpoints;
use crate::{
    AsyncClient, AsyncList, Campaign, Client, Contact, CreateCampaign, CreateContact, CreateWebhook, Credits, List,
    ListCampaigns, ListContacts, ListSenderIds, Message, Result, SendMessage, SenderId, Webhook,
};

endpoints! {
    /// Messages on any channel.
    messages: Messages, AsyncMessages {
        /// Sends one message on any channel, now or at its `scheduled_at`.
        ///
        /// It is never sent twice: where an attempt may have reached the server, the error says `unknown`, and nothing is repeated.
        post send("/messages", message: SendMessage) -> Message, or InsufficientCredits;

        /// Gives a message and how far it has got.
        get get("/messages/{id}") -> Message;

        /// Waits until a message has the status `until`, or a final one, and gives it.
        ///
        /// A final status will not change any more. Where it is another than the one waited for, the
        /// message is given all the same: look at its status. An `until` of `final`, or an empty one, waits
        /// for any of these.
        ///
        /// Polls immediately, and then after pauses that grow from half a second to 30 seconds. The call's
        /// `deadline` limits the whole wait. Default: 30 minutes, as messages can stay `queued` for so long at
        /// busy times. A wait that reaches its deadline fails with `timeout`.
        wait wait("/messages/{id}") -> Message;
    }

    /// The account's registered Sender IDs.
    sender_ids: SenderIds, AsyncSenderIds {
        /// Lists the account's Sender IDs, of every status, on every channel.
        list list("/sender-ids", filter: ListSenderIds) -> SenderId;
    }

    /// Campaigns: one message to a whole contact list.
    campaigns: Campaigns, AsyncCampaigns {
        /// Creates a campaign and launches it, or schedules it for its `scheduled_at`.
        post create("/campaigns", campaign: CreateCampaign) -> Campaign, or NotFound | InsufficientCredits;

        /// Lists the account's campaigns.
        list list("/campaigns", filter: ListCampaigns) -> Campaign;

        /// Gives a campaign, how far it has got, and its delivery statistics.
        get get("/campaigns/{id}") -> Campaign;

        /// Waits until a campaign has the status `until`, or a final one, and gives it.
        ///
        /// A final status will not change any more. Where it is another than the one waited for, the
        /// campaign is given all the same: look at its status. An `until` of `final`, or an empty one, waits
        /// for any of these.
        ///
        /// Polls immediately, and then after pauses that grow from half a second to 30 seconds. The call's
        /// `deadline` limits the whole wait. Default: 30 minutes, as messages can stay `queued` for so long at
        /// busy times. A wait that reaches its deadline fails with `timeout`.
        wait wait("/campaigns/{id}") -> Campaign;
    }

    /// The people who can be reached.
    contacts: Contacts, AsyncContacts {
        /// Adds a contact. A phone number that exists already is a `conflict`.
        post create("/contacts", contact: CreateContact) -> Contact, or NotFound | Conflict;

        /// Lists contacts: all, those of one contact list, or those that match a search.
        list list("/contacts", filter: ListContacts) -> Contact;

        /// Removes a contact for good, from every list too.
        delete delete("/contacts/{id}");
    }

    /// Endpoints that Zexa posts delivery events to.
    webhooks: Webhooks, AsyncWebhooks {
        /// Registers an https endpoint for delivery events. Zexa posts a test event to it at once.
        post create("/webhooks", webhook: CreateWebhook) -> Webhook;
    }

    /// The account's credits.
    credits: CreditBalance, AsyncCreditBalance {
        /// Gives the credit balance.
        get_one get("/credits") -> Credits;
    }
}
