//! `zexa campaigns`.

mod question;

use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use serde_json::{Map, Value};
use zexa::{Campaign, CampaignStatus, Channel, CreateCampaign, ListCampaigns, Template};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::{Cell, fields, local_time, status, status_name};
use crate::texts::text;
use crate::{input, interrupt, prompt, values};

/// Create and follow campaigns, which send one text to a contact list
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Send one text to all contacts of a contact list
    ///
    /// Checks the contact list and the Sender ID, shows the number of contacts, the cost and the balance, and asks before the campaign is created.
    #[command(after_help = "\
Examples:
  zexa campaigns create --name June --list lst_demo --from ZEXA \"Our shop is open\"
  zexa campaigns create --name June --list lst_demo --from ZEXA --yes \"Our shop is open\"")]
    Create(Box<Create>),
    /// List the campaigns of the account
    List {
        /// Show at most this many campaigns
        #[arg(long, value_name = "NUMBER", value_parser = values::count)]
        limit: Option<u64>,
    },
    /// Show a campaign with its counters
    #[command(after_help = "\
Examples:
  zexa campaigns get cmp_0123")]
    Get {
        /// Id of the campaign
        id: String,
    },
    /// Follow a campaign until all its messages have a final status
    ///
    /// With --json, each change is one line. The exit code is 1 if the campaign failed or was cancelled.
    #[command(after_help = "\
Examples:
  zexa campaigns watch cmp_0123
  zexa campaigns watch cmp_0123 --json")]
    Watch {
        /// Id of the campaign
        id: String,
        /// Time between two requests
        #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = values::duration)]
        interval: Duration,
    },
}

#[derive(Args)]
struct Create {
    /// Text of the messages. `-` reads it from stdin
    #[arg(required_unless_present_any = ["template", "template_id"])]
    body: Option<String>,
    /// Name of the campaign
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    name: String,
    /// Contact list to send to
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    list: String,
    /// Sender: registered Sender ID, or verified email address
    #[arg(long, value_name = "SENDER")]
    from: String,
    /// Delivery channel: sms, whatsapp, telegram, email or slack
    #[arg(long, default_value = "sms", value_parser = values::suggested_channel(), hide_possible_values = true)]
    channel: Channel,
    /// Approved WhatsApp template as a JSON object, instead of a text
    #[arg(long, value_name = "JSON", value_parser = values::object, conflicts_with = "body")]
    template: Option<Map<String, Value>>,
    /// Id of an approved WhatsApp template, instead of a text
    #[arg(long, value_name = "ID", conflicts_with = "body")]
    template_id: Option<String>,
    /// Time at which to start the campaign, with a UTC offset, such as 2026-07-01T09:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    schedule: Option<Timestamp>,
    /// Additional field of the request, which this version does not know. The value is JSON or text
    #[arg(long, value_name = "NAME=VALUE", value_parser = values::pair)]
    extra: Vec<(String, String)>,
    /// Do not ask. Required without a terminal
    #[arg(long, short)]
    yes: bool,
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    match arguments.command {
        Command::Create(arguments) => create(context, *arguments),
        Command::List { limit } => list(context, limit),
        Command::Get { id } => {
            let campaign = context.client()?.campaigns().get(&id)?;
            context.output().result(&campaign, || summary(&campaign))?;
            Ok(Exit::Done)
        }
        Command::Watch { id, interval } => watch(context, &id, interval),
    }
}

fn create(context: &Context, arguments: Create) -> Result {
    let yes = arguments.yes;
    values::check_schedule(arguments.schedule)?;
    let mut campaign = CreateCampaign::new(arguments.name, arguments.channel, arguments.list, arguments.from);
    campaign.body = arguments.body.map(|text| input::body(context, text)).transpose()?;
    campaign.template = arguments.template.map(Template::from);
    campaign.template_id = arguments.template_id;
    campaign.scheduled_at = arguments.schedule;
    campaign.extra.extend(input::extra(arguments.extra));
    prompt::check_can_ask(context, yes)?;
    let client = context.client()?;
    if !yes {
        if !prompt::confirm(&question::of(context, &client, &campaign)?)? {
            context.note(&text!("campaign-not-created"));
            return Ok(Exit::Failed);
        }
        // The answer may have taken long.
        values::check_schedule(campaign.scheduled_at)?;
    }
    let created = client.campaigns().create(&campaign).map_err(Failure::Write)?;
    context.output().result(&created, || summary(&created)).map_err(|failure| failure.after_sending(&created.id))?;
    Ok(Exit::Done)
}

fn list(context: &Context, limit: Option<u64>) -> Result {
    let client = context.client()?;
    let mut campaigns = client.campaigns().list(&ListCampaigns::new().per_page(100));
    if let Some(limit) = limit {
        campaigns = campaigns.limit(limit);
    }
    let mut output = context.output();
    let headings =
        [text!("field-id"), text!("field-name"), text!("field-channel"), text!("field-status"), text!("field-created")];
    let mut list = output.list(headings.to_vec());
    for campaign in campaigns.by_ref() {
        let campaign = campaign?;
        list.item(&campaign, || {
            vec![
                Cell::new(&campaign.id),
                Cell::new(campaign.name.as_deref().unwrap_or_default()),
                Cell::new(campaign.channel.as_ref().map(Channel::as_str).unwrap_or_default()),
                Cell::status(campaign.status.as_str()),
                Cell::new(campaign.created_at.map(local_time).unwrap_or_default()),
            ]
        })?;
    }
    list.finish()?;
    context.check_complete(campaigns.is_incomplete())
}

/// Requests the campaign until its status is final. Each change is a line of JSON, or moves the progress bar on stderr.
fn watch(context: &Context, id: &str, interval: Duration) -> Result {
    let client = context.client()?;
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}").expect("a valid template");
    bar.set_style(style);
    let mut last = None;
    loop {
        let campaign = client.campaigns().get(id).inspect_err(|_| bar.finish_and_clear())?;
        let is_new = last.as_ref() != Some(&campaign);
        if is_new && context.is_json() {
            context.output().json(&campaign)?;
        }
        bar.set_length(campaign.total_recipients.unwrap_or_default());
        bar.set_position(counter(&campaign, |stats| stats.delivered) + failures(&campaign));
        bar.set_message(progress(&campaign));
        if campaign.status.is_final() {
            bar.finish_and_clear();
            if !context.is_json() {
                context.output().line(&summary(&campaign))?;
            }
            let is_success = campaign.status == CampaignStatus::Completed;
            return Ok(if is_success { Exit::Done } else { Exit::Failed });
        }
        last = Some(campaign);
        if !interrupt::wait(interval) {
            bar.abandon();
            return Err(Failure::Interrupted);
        }
    }
}

fn counter(campaign: &Campaign, counter: fn(&zexa::CampaignStats) -> Option<u64>) -> u64 {
    campaign.stats.as_ref().and_then(counter).unwrap_or_default()
}

/// The number of messages that did not reach their recipient.
fn failures(campaign: &Campaign) -> u64 {
    counter(campaign, |stats| stats.failed) + counter(campaign, |stats| stats.undeliverable)
}

/// The status and the counters in one line.
fn progress(campaign: &Campaign) -> String {
    text!(
        "campaign-progress",
        status = status_name(campaign.status.as_str()),
        delivered = counter(campaign, |stats| stats.delivered),
        failed = failures(campaign),
        pending = counter(campaign, |stats| stats.pending)
    )
}

/// A campaign as text.
fn summary(campaign: &Campaign) -> String {
    let count = |count: Option<u64>| count.map(|count| count.to_string());
    let stats = campaign.stats.as_ref();
    let time = |time: Option<Timestamp>| time.map(local_time);
    let lines = fields([
        (text!("field-id"), Some(campaign.id.clone())),
        (text!("field-name"), campaign.name.clone()),
        (text!("field-channel"), campaign.channel.as_ref().map(|channel| channel.as_str().to_owned())),
        (text!("field-recipients"), count(campaign.total_recipients)),
        (text!("field-created"), time(campaign.created_at)),
        (text!("field-scheduled"), time(campaign.scheduled_at)),
        (text!("count-sent"), count(stats.and_then(|stats| stats.sent))),
        (text!("count-delivered"), count(stats.and_then(|stats| stats.delivered))),
        (text!("count-failed"), count(stats.and_then(|stats| stats.failed))),
        (text!("count-undeliverable"), count(stats.and_then(|stats| stats.undeliverable))),
        (text!("count-pending"), count(stats.and_then(|stats| stats.pending))),
    ]);
    format!("{}\n{lines}", text!("campaign-status", status = status(campaign.status.as_str())))
}
