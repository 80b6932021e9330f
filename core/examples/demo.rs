//! Sends a first message, many messages in one run, and a small campaign, and prints their progress.
//!
//! Requires `ZEXA_BASE_URL` and `ZEXA_API_KEY`, which a sandbox prints when it starts. `cargo xtask demo` starts a sandbox for this program.
//! Do not run it against the real API: it costs credits, and the phone numbers below are made up.

use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use console::style;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use zexa::{BulkOptions, Campaign, Client, CreateCampaign, CreateContact, Error, Message, Result, SendMessage};

/// The contact list. It must exist, because the API cannot create one.
const LIST: &str = "lst_demo";
const NEW_CONTACTS: u32 = 20;
const MESSAGES: u32 = 40;
/// The maximum time of each wait.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let Some(url) = std::env::var("ZEXA_BASE_URL").ok().filter(|url| !url.is_empty()) else {
        eprintln!("ZEXA_BASE_URL is not set. This demo needs a sandbox: run `cargo xtask demo`, which starts one.");
        return ExitCode::FAILURE;
    };
    println!("{} in Rust, with {url}", style("Zexa").bold());
    match demo() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn demo() -> Result<()> {
    let zexa = Client::from_env()?;

    heading("Credits");
    let before = zexa.credits().get()?.credits;
    println!("  {before}");

    heading("A message");
    one_message(&zexa)?;

    heading("Many messages");
    many_messages(&zexa)?;

    heading("A campaign");
    add_contacts(&zexa)?;
    a_campaign(&zexa)?;

    heading("Credits");
    let after = zexa.credits().get()?.credits;
    println!("  {after} ({} used)", before - after);

    heading("An error, on purpose");
    an_error(&zexa);
    Ok(())
}

fn heading(text: &str) {
    println!("\n{}", style(text).bold());
}

/// Sends a message and polls until its status is final.
fn one_message(zexa: &Client) -> Result<()> {
    let start = Instant::now();
    let mut message = zexa.messages().send(&SendMessage::sms("+244912345678", "ZEXA", "Olá! This is Zexa."))?;
    println!("  {} by {} from ZEXA", message.id, message.channel.clone().unwrap_or_default());
    show_status(&message, start);
    while !message.status.is_final() && start.elapsed() < PATIENCE {
        sleep(Duration::from_millis(200));
        let now = zexa.messages().get(&message.id)?;
        if now.status != message.status {
            show_status(&now, start);
        }
        message = now;
    }
    Ok(())
}

fn show_status(message: &Message, start: Instant) {
    println!("  {:4.1} s  {}", start.elapsed().as_secs_f64(), style(&message.status).green());
}

/// Sends many messages in one run.
fn many_messages(zexa: &Client) -> Result<()> {
    let rows =
        (0..MESSAGES).map(|number| SendMessage::sms(format!("+2449231000{number:02}"), "ZEXA", "See you tomorrow."));
    let mut sending = zexa.messages().send_many(rows, &BulkOptions::new().concurrency(8))?;
    let bar = bar(u64::from(MESSAGES));
    for result in &mut sending {
        if let Some(error) = result?.error {
            println!("  {}", style(error.message()).red());
        }
        bar.inc(1);
    }
    bar.abandon();
    let stats = sending.stats();
    println!(
        "  {} of {}, {:.0} per second",
        style(format!("{} accepted", stats.accepted)).green(),
        stats.pulled,
        stats.rate
    );
    Ok(())
}

/// Adds contacts to the list in one run. Contacts of an earlier run are kept.
fn add_contacts(zexa: &Client) -> Result<()> {
    let rows =
        (1..=NEW_CONTACTS).map(|number| CreateContact::new(format!("Cliente {number}"), phone(number)).lists([LIST]));
    let mut added = 0;
    for result in zexa.contacts().create_many(rows, &BulkOptions::new())? {
        let result = result?;
        added += u32::from(result.value.is_some());
        if let Some(error) = result.error {
            return Err(error);
        }
    }
    println!("  {added} contacts added to {LIST}");
    Ok(())
}

/// Returns a phone number. The sandbox does not deliver to two of them.
fn phone(number: u32) -> String {
    match number {
        7 => "+244000100007".to_owned(),
        13 => "+244000200013".to_owned(),
        _ => format!("+2449000000{number:02}"),
    }
}

/// Sends a campaign to the list and shows its progress.
fn a_campaign(zexa: &Client) -> Result<()> {
    let start = Instant::now();
    let body = "This week only: two for the price of one.";
    let mut campaign = zexa.campaigns().create(&CreateCampaign::sms("Two for one", LIST, "ZEXA", body))?;
    println!(
        "  {} {:?} to {} contacts",
        campaign.id,
        campaign.name.as_deref().unwrap_or_default(),
        campaign.total_recipients.unwrap_or_default()
    );
    let progress = Progress::new(&campaign);
    while !campaign.status.is_final() && start.elapsed() < PATIENCE {
        sleep(Duration::from_millis(100));
        campaign = zexa.campaigns().get(&campaign.id)?;
        progress.show(&campaign);
    }
    progress.end();
    println!("  {} in {:.1} s", style(&campaign.status).green(), start.elapsed().as_secs_f64());
    for (name, count) in counters(&campaign) {
        println!("  {count:>3} {name}");
    }
    Ok(())
}

/// Returns the delivery statistics that the API reports.
fn counters(campaign: &Campaign) -> Vec<(&'static str, u64)> {
    let Some(stats) = &campaign.stats else { return Vec::new() };
    let named = [("delivered", stats.delivered), ("failed", stats.failed), ("undeliverable", stats.undeliverable)];
    named.into_iter().filter_map(|(name, count)| Some((name, count?))).collect()
}

/// Shows the number of messages with a final status: as a progress bar in a terminal, else as lines of text.
struct Progress {
    bar: ProgressBar,
    total: u64,
    step: u64,
}

impl Progress {
    fn new(campaign: &Campaign) -> Progress {
        let total = campaign.total_recipients.unwrap_or_default();
        Progress { bar: bar(total), total, step: total.div_ceil(4).max(1) }
    }

    fn show(&self, campaign: &Campaign) {
        let pending = campaign.stats.as_ref().and_then(|stats| stats.pending).unwrap_or(self.total);
        let done = self.total.saturating_sub(pending);
        let before = self.bar.position();
        self.bar.set_message(campaign.status.to_string());
        self.bar.set_position(done);
        if self.bar.is_hidden() && (done / self.step > before / self.step || done == self.total && before < done) {
            println!("  {done:>3}/{}  {}", self.total, campaign.status);
        }
    }

    fn end(&self) {
        self.bar.abandon();
    }
}

/// A progress bar on the terminal. Hidden if the output is not a terminal.
fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stdout());
    let template = "  {bar:40.green} {pos}/{len}  {msg}";
    bar.with_style(ProgressStyle::with_template(template).expect("the template is valid"))
}

/// Sends from a name that is not registered. The error says what is wrong, and whether the message may have been sent.
fn an_error(zexa: &Client) {
    let message = SendMessage::sms("+244912345678", "NOBODY", "From a name that is not registered.");
    match zexa.messages().send(&message) {
        Ok(message) => println!("  no error: {} was sent", message.id),
        Err(error) => explain(&error),
    }
}

fn explain(error: &Error) {
    println!("  {}", style(error.message()).red());
    println!("  kind        {}", error.kind());
    println!("  outcome     {}: {}", error.outcome(), advice(error));
    println!("  response    {}, {}", error.status().unwrap_or_default(), error.code().unwrap_or("without a code"));
    println!("  request id  {}", error.request_id().unwrap_or("none"));
    if let Some(details) = error.details() {
        println!("  details     {details}");
    }
}

fn advice(error: &Error) -> &'static str {
    if error.safe_to_retry() {
        "the message was not sent, and can be sent again when the cause is fixed"
    } else {
        "the message may have been sent: check before sending it again"
    }
}
