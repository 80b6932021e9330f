//! `zexa sender-ids`.

use clap::Args;
use zexa::{Channel, ListSenderIds};

use crate::context::Context;
use crate::failure::Result;
use crate::output::Cell;
use crate::texts::text;

/// List the Sender IDs of the account, with their approval status
#[derive(Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(context: &Context, Arguments {}: Arguments) -> Result {
    let client = context.client()?;
    let mut output = context.output();
    let headings =
        vec![text!("field-sender-id"), text!("field-channel"), text!("field-status"), text!("field-use-case")];
    let mut list = output.list(headings);
    let mut senders = client.sender_ids().list(&ListSenderIds::new());
    for sender in senders.by_ref() {
        let sender = sender?;
        list.item(&sender, || {
            let channel = sender.channel.as_ref().map(Channel::as_str).unwrap_or_default();
            vec![
                Cell::new(sender.sender_id.as_deref().unwrap_or_default()),
                Cell::new(channel),
                Cell::status(sender.status.as_str()),
                Cell::new(sender.use_case.as_deref().unwrap_or_default()),
            ]
        })?;
    }
    list.finish()?;
    context.check_complete(senders.is_incomplete())
}
