//! [`Preview`]: shows what would be sent, before anything is sent.

use serde_json::{Value, json};
use zexa::Channel;

use super::check::Check;
use super::job::Job;
use super::plan::Plan;
use super::problems;
use crate::output::local_time;
use crate::output::printable;
use crate::sender::Sender;
use crate::table::{Problem, Row, RowProblem};
use crate::texts::text;

/// The number of problems that are shown as text. JSON has all of them.
const SHOWN: usize = 10;

/// The problems that are shown as text, while a file is read.
#[derive(Default)]
pub(crate) struct Problems {
    invalid: Vec<String>,
    repeated: Vec<String>,
    landlines: Vec<String>,
}

impl Problems {
    /// Keeps the first ones.
    pub(crate) fn add(&mut self, row: &Row, problem: &RowProblem) {
        let list = match problem.problem {
            Problem::DuplicateRecipient { .. } => &mut self.repeated,
            Problem::Landline { .. } => &mut self.landlines,
            _ => &mut self.invalid,
        };
        if list.len() < SHOWN {
            list.push(problems::line(row.number, problem));
        }
    }
}

/// The account's balance, as far as it is known.
pub(crate) enum Balance {
    Credits(f64),
    /// There is no key.
    NoKey,
    /// The balance could not be read.
    Failed(String),
}

impl Balance {
    fn credits(&self) -> Option<f64> {
        if let Balance::Credits(credits) = self { Some(*credits) } else { None }
    }

    /// Whether the balance is certainly too low.
    pub(crate) fn is_too_low(&self, cost: Option<f64>) -> bool {
        self.credits().zip(cost).is_some_and(|(credits, cost)| credits < cost)
    }
}

/// What is known before anything is sent.
pub(crate) struct Preview<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) check: &'a Check,
    pub(crate) problems: &'a Problems,
    pub(crate) balance: &'a Balance,
    pub(crate) sender: &'a Sender,
}

impl Preview<'_> {
    pub(crate) fn json(&self) -> Value {
        let mut json = serde_json::to_value(self.check).unwrap_or_default();
        let dialect = self.plan.dialect();
        json["type"] = "check".into();
        json["file"] = self.plan.job.file.as_str().into();
        json["encoding"] = dialect.encoding.as_str().into();
        json["delimiter"] = dialect.delimiter.to_string().into();
        json["recipient_column"] = self.recipient_column().into();
        json["balance"] = json!(self.balance.credits());
        json["sender"] = json!(self.sender);
        json["campaign_recommended"] = self.is_campaign().into();
        json
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.about_file(), text!("bulk-messages", count = self.check.messages)];
        self.add_problems(&mut lines);
        self.add_segments(&mut lines);
        self.add_cost(&mut lines);
        lines.extend(sender_warning(self.sender, &self.plan.job));
        lines.extend(self.plan.job.scheduled_at.map(|time| text!("bulk-schedule", time = local_time(time))));
        if !self.check.first_messages.is_empty() {
            lines.push(text!("bulk-first-messages"));
        }
        for sample in &self.check.first_messages {
            let body = printable(&sample.body.replace('\n', "⏎"));
            let (row, to) = (sample.row.to_string(), printable(&sample.to));
            lines.push(indented(&text!("bulk-first-message", row = row, to = to, body = body)));
        }
        if self.is_campaign() {
            lines.push(text!("bulk-campaign"));
        }
        lines
    }

    fn about_file(&self) -> String {
        let dialect = self.plan.dialect();
        let delimiter = if dialect.delimiter == '\t' { text!("delimiter-tab") } else { dialect.delimiter.to_string() };
        text!(
            "bulk-file",
            file = self.plan.path.display().to_string(),
            rows = self.check.rows,
            encoding = dialect.encoding.as_str(),
            delimiter = delimiter,
            column = self.recipient_column()
        )
    }

    fn recipient_column(&self) -> &str {
        self.plan.header.name(self.plan.messages.recipient)
    }

    fn add_problems(&self, lines: &mut Vec<String>) {
        if self.check.invalid > 0 {
            lines.push(text!("bulk-invalid", count = self.check.invalid));
            add_list(lines, &self.problems.invalid, self.check.invalid);
        }
        if self.check.repeated_recipients > 0 {
            let count = self.check.repeated_recipients;
            lines.push(match self.plan.job.has_keys() {
                true => text!("bulk-repeated-sent", count = count),
                false => text!("bulk-repeated-skipped", count = count),
            });
            add_list(lines, &self.problems.repeated, count);
        }
        if self.check.landlines > 0 {
            lines.push(text!("bulk-landlines", count = self.check.landlines));
            add_list(lines, &self.problems.landlines, self.check.landlines);
        }
        for found in &self.check.other_placeholders {
            lines.push(text!("bulk-other-placeholder", found = printable(&found.text), right = found.placeholder()));
        }
    }

    fn add_segments(&self, lines: &mut Vec<String>) {
        let segments = &self.check.segments;
        if segments.total > 0 && self.plan.job.channel == Channel::Sms {
            lines.push(match segments.min == segments.max {
                true => text!("bulk-segments-each", each = segments.min, total = segments.total),
                false => text!("bulk-segments", min = segments.min, max = segments.max, total = segments.total),
            });
        }
        for (character, count) in &self.check.ucs2_characters {
            lines.push(text!("bulk-ucs2", character = character.to_string(), count = *count));
        }
    }

    fn add_cost(&self, lines: &mut Vec<String>) {
        if self.check.messages == 0 {
            return;
        }
        let Some(cost) = self.check.cost else {
            lines.push(text!("bulk-cost-undocumented", channel = self.plan.job.channel.as_str()));
            return;
        };
        lines.push(match self.balance {
            Balance::Credits(credits) => text!("bulk-cost-balance", cost = cost, balance = *credits),
            Balance::NoKey => text!("bulk-cost", cost = cost),
            Balance::Failed(reason) => text!("bulk-cost-unknown", cost = cost, reason = reason.as_str()),
        });
        if self.balance.is_too_low(Some(cost)) {
            lines.push(text!("bulk-balance-low"));
        }
        if self.check.abroad > 0 {
            lines.push(text!("bulk-abroad", count = self.check.abroad));
        }
    }

    /// Whether a campaign would do the same with one request.
    fn is_campaign(&self) -> bool {
        self.plan.is_constant && self.check.messages > 1 && !self.plan.job.has_keys()
    }
}

fn add_list(lines: &mut Vec<String>, shown: &[String], count: u64) {
    lines.extend(shown.iter().map(|line| indented(&printable(line))));
    let more = count - shown.len() as u64;
    if more > 0 {
        lines.push(indented(&text!("bulk-more", count = more)));
    }
}

fn indented(line: &str) -> String {
    format!("  {line}")
}

/// The warning if the API is expected to reject the messages of this sender.
fn sender_warning(sender: &Sender, job: &Job) -> Option<String> {
    let (from, channel) = (job.from.as_str(), job.channel.as_str());
    Some(match sender {
        Sender::Approved | Sender::Unknown => return None,
        Sender::Pending => text!("sender-pending", from = from, channel = channel),
        Sender::Rejected => text!("sender-rejected", from = from, channel = channel),
        Sender::Missing { approved } if approved.is_empty() => text!("sender-missing", from = from, channel = channel),
        Sender::Missing { approved } => {
            text!("sender-other", from = from, channel = channel, approved = approved.join(", "))
        }
    })
}
