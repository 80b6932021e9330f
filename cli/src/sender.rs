//! [`Sender`]: what the account's Sender IDs say about a sender, before anything is sent.

use serde::Serialize;
use zexa::{Channel, Client, ListSenderIds, SenderId, SenderIdStatus};

/// What the account's Sender IDs say about a sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub(crate) enum Sender {
    Approved,
    Pending,
    Rejected,
    /// The account does not have it. These are its approved ones for the channel.
    Missing {
        approved: Vec<String>,
    },
    /// There is no key, the list cannot be read or does not name its items, or the channel may have senders that are not in the list.
    Unknown,
}

impl Sender {
    /// Looks for the sender in the list of the account.
    ///
    /// # Errors
    ///
    /// If the list cannot be read.
    pub(crate) fn find(client: &Client, channel: &Channel, name: &str) -> zexa::Result<Sender> {
        let mut list = client.sender_ids().list(&ListSenderIds::new());
        let senders = list.by_ref().collect::<zexa::Result<Vec<_>>>()?;
        Ok(match Sender::among(&senders, channel, name) {
            Sender::Missing { .. } if list.is_incomplete() => Sender::Unknown,
            sender => sender,
        })
    }

    fn among(senders: &[SenderId], channel: &Channel, name: &str) -> Sender {
        let is_of_channel = |sender: &&SenderId| sender.channel.as_ref().is_none_or(|of| of == channel);
        let of_channel = || senders.iter().filter(is_of_channel);
        let statuses: Vec<_> = of_channel()
            .filter(|sender| sender.sender_id.as_deref() == Some(name))
            .map(|sender| sender.status.clone())
            .collect();
        let has = |status| statuses.contains(&status);
        // The name may be in a field that this version does not know.
        let has_nameless = senders.iter().any(|sender| sender.sender_id.is_none());
        // A message from another channel may come from an address or an account instead.
        let is_required = matches!(channel, Channel::Sms | Channel::Whatsapp);
        match () {
            () if has(SenderIdStatus::Approved) => Sender::Approved,
            // The API may have new statuses.
            () if statuses.iter().any(|status| !is_known(status)) => Sender::Unknown,
            () if has(SenderIdStatus::Pending) => Sender::Pending,
            () if has(SenderIdStatus::Rejected) => Sender::Rejected,
            () if has_nameless || !is_required => Sender::Unknown,
            () => {
                let approved = of_channel().filter(|sender| sender.status == SenderIdStatus::Approved);
                let mut approved: Vec<String> = approved.filter_map(|sender| sender.sender_id.clone()).collect();
                approved.sort();
                approved.dedup();
                Sender::Missing { approved }
            }
        }
    }
}

fn is_known(status: &SenderIdStatus) -> bool {
    matches!(status, SenderIdStatus::Approved | SenderIdStatus::Pending | SenderIdStatus::Rejected)
}
