//! The question before a campaign is created, and the checks before the question.

use zexa::{Client, CreateCampaign, ListContacts, SendMessage, SenderIdStatus};

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::output::status_name;
use crate::sender::Sender;
use crate::texts::text;

/// Return the question: how many messages the campaign sends, their cost, and the balance.
///
/// # Errors
///
/// If the campaign is invalid, if its contact list is empty or does not exist, or if its Sender ID cannot send.
pub(super) fn of(context: &Context, client: &Client, campaign: &CreateCampaign) -> Result<String> {
    let cost_of_one = cost_of_one(campaign)?;
    check_sender(client, campaign)?;
    let list = campaign.contact_list_id.as_str();
    let filter = ListContacts::new().list_id(list).per_page(1);
    let contacts = match client.contacts().list(&filter).page(1)?.total {
        Some(0) => return Err(Failure::Local(text!("campaign-list-empty", list = list))),
        contacts => contacts,
    };
    let balance = client.credits().get()?.credits;
    Ok(match (contacts, cost_of_one) {
        (Some(contacts), Some(cost)) => {
            let cost = cost * contacts as f64;
            // A scheduled campaign is paid when it starts.
            if cost > balance && campaign.scheduled_at.is_none() {
                context.note(&text!("campaign-balance", balance = balance));
            }
            text!("campaign-question-cost", list = list, contacts = contacts, cost = cost, balance = balance)
        }
        (Some(contacts), None) => text!("campaign-question", list = list, contacts = contacts, balance = balance),
        // The API does not promise to report the number.
        (None, _) => text!("campaign-question-all", list = list, balance = balance),
    })
}

/// The lowest cost of one message of the campaign, to an Angolan number.
fn cost_of_one(campaign: &CreateCampaign) -> Result<Option<f64>> {
    let mut message = SendMessage::new(campaign.channel.clone(), "+244900000000", campaign.sender_id.as_str());
    message.body = campaign.body.clone();
    message.template = campaign.template.clone();
    message.template_id = campaign.template_id.clone();
    message.extra = campaign.extra.clone();
    zexa::estimate(&message).map_err(Failure::Write)
}

/// Fail if the Sender ID cannot send.
fn check_sender(client: &Client, campaign: &CreateCampaign) -> Result<()> {
    let (name, channel) = (campaign.sender_id.as_str(), campaign.channel.as_str());
    let status = match Sender::find(client, &campaign.channel, name)? {
        Sender::Approved | Sender::Unknown => return Ok(()),
        Sender::Missing { .. } => {
            return Err(Failure::Local(text!("campaign-sender-unknown", name = name, channel = channel)));
        }
        Sender::Pending => SenderIdStatus::Pending,
        Sender::Rejected => SenderIdStatus::Rejected,
    };
    let status = status_name(status.as_str());
    Err(Failure::Local(text!("campaign-sender-status", name = name, channel = channel, status = status)))
}
