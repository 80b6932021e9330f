//! [`Sender`]: whether the account may send from a Sender ID, before anything is sent.

use std::time::Duration;

use serde::Serialize;
use zexa::{CallOptions, Channel, ListSenderIds, SenderId, SenderIdStatus};

use super::job::Job;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::texts::text;

/// The time after which the list is not waited for any longer. Only a warning depends on it.
const DEADLINE: Duration = Duration::from_secs(15);

/// What the account's Sender IDs say about the sender of a job.
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
    /// There is no key, the list cannot be read or does not name its items, or the sender is an email address, which needs no Sender ID.
    Unknown,
}

impl Sender {
    /// Looks for the sender in the list of the account.
    ///
    /// # Errors
    ///
    /// If Ctrl-C was pressed.
    pub(crate) fn find(context: &Context, job: &Job) -> Result<Sender> {
        let options = CallOptions::new().deadline(DEADLINE);
        let list = || -> Result<Option<Vec<SenderId>>> {
            let client = context.client()?.with_options(options);
            let mut list = client.sender_ids().list(&ListSenderIds::new());
            let senders = list.by_ref().collect::<zexa::Result<Vec<_>>>()?;
            Ok(Some(senders).filter(|_| !list.is_incomplete()))
        };
        match list() {
            Ok(senders) => Ok(senders.map_or(Sender::Unknown, |senders| Sender::among(&senders, job))),
            Err(failure) if failure.exit() == Exit::Interrupted => Err(failure),
            Err(_) => Ok(Sender::Unknown),
        }
    }

    fn among(senders: &[SenderId], job: &Job) -> Sender {
        let is_of_channel = |sender: &&SenderId| sender.channel.as_ref().is_none_or(|channel| *channel == job.channel);
        let has_status = |status: SenderIdStatus| {
            let is_sender = |sender: &SenderId| sender.sender_id.as_ref() == Some(&job.from) && sender.status == status;
            senders.iter().filter(is_of_channel).any(is_sender)
        };
        let is_known = |sender: &SenderId| {
            let status = [SenderIdStatus::Approved, SenderIdStatus::Pending, SenderIdStatus::Rejected];
            sender.sender_id.is_some() && status.contains(&sender.status)
        };
        match () {
            () if has_status(SenderIdStatus::Approved) => Sender::Approved,
            () if has_status(SenderIdStatus::Pending) => Sender::Pending,
            () if has_status(SenderIdStatus::Rejected) => Sender::Rejected,
            () if job.channel == Channel::Email || !senders.iter().all(is_known) => Sender::Unknown,
            () => {
                let approved = senders.iter().filter(is_of_channel);
                let approved = approved.filter(|sender| sender.status == SenderIdStatus::Approved);
                let mut approved: Vec<String> = approved.filter_map(|sender| sender.sender_id.clone()).collect();
                approved.sort();
                approved.dedup();
                Sender::Missing { approved }
            }
        }
    }

    /// Whether the API is expected to reject the messages.
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self, Sender::Pending | Sender::Rejected | Sender::Missing { .. })
    }

    /// The warning about it.
    pub(crate) fn warning(&self, job: &Job) -> Option<String> {
        let (from, channel) = (job.from.as_str(), job.channel.as_str());
        Some(match self {
            Sender::Approved | Sender::Unknown => return None,
            Sender::Pending => text!("sender-pending", from = from, channel = channel),
            Sender::Rejected => text!("sender-rejected", from = from, channel = channel),
            Sender::Missing { approved } if approved.is_empty() => {
                text!("sender-missing", from = from, channel = channel)
            }
            Sender::Missing { approved } => {
                text!("sender-other", from = from, channel = channel, approved = approved.join(", "))
            }
        })
    }
}
