//! [`Check`]: reads a file once, and finds out what would be sent.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};

use serde::Serialize;
use zexa::{Channel, SendMessage, SmsEncoding, estimate, segments};

use super::confirmed::{Confirmed, read_all};
use super::job::Job;
use super::messages::Messages;
use super::plan::Plan;
use crate::failure::Result;
use crate::numbers;
use crate::table::template::OtherPlaceholder;
use crate::table::{Problem, Row, RowProblem, Table};

/// The number of messages that are shown as they will be sent.
const SAMPLES: usize = 3;

/// The maximum number of characters that are counted as reasons for UCS-2.
const MAX_CHARACTERS: usize = 100;

/// The country code of numbers for which the API documents one price.
const ANGOLA: &str = "+244";

/// What is known about a file after it was read once.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Check {
    /// Rows with a value, without the header.
    pub(crate) rows: u64,
    /// Rows that can be sent.
    pub(crate) messages: u64,
    /// Rows that cannot be sent.
    pub(crate) invalid: u64,
    /// Rows whose recipient has an earlier row. Without keys, they are not sent.
    pub(crate) repeated_recipients: u64,
    /// Rows whose recipient is the number of a landline or of a service. For SMS only. They are sent.
    pub(crate) landlines: u64,
    /// Messages to other countries than Angola. For SMS only. The API documents a range of prices for them, and `cost` counts the lowest one.
    pub(crate) abroad: u64,
    /// What looks like a placeholder of another program, and is not replaced.
    pub(crate) other_placeholders: Vec<OtherPlaceholder>,
    /// Segments of all messages. For SMS only.
    pub(crate) segments: Segments,
    /// The lowest cost of all messages in credits. Absent if it is not documented.
    pub(crate) cost: Option<f64>,
    /// Characters that are not in GSM-7, with the number of messages that have UCS-2 because of them, and would be shorter in GSM-7.
    pub(crate) ucs2_characters: BTreeMap<char, u64>,
    /// The first messages.
    pub(crate) first_messages: Vec<Sample>,
    /// What was read.
    #[serde(skip)]
    pub(crate) confirmed: Confirmed,
}

/// The segments of the messages.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Segments {
    pub(crate) min: u64,
    pub(crate) max: u64,
    pub(crate) total: u64,
}

/// A message as it will be sent.
#[derive(Debug, Serialize)]
pub(crate) struct Sample {
    pub(crate) row: u64,
    pub(crate) to: String,
    pub(crate) body: String,
}

/// Reads a table, and calls `on_problem` with each row that is not sent or needs attention.
///
/// # Errors
///
/// If the file cannot be read to its end, or if `on_problem` fails.
pub(crate) fn check(
    table: Table,
    plan: &Plan,
    mut on_problem: impl FnMut(&Row, &RowProblem) -> Result<()>,
) -> Result<Check> {
    let Plan { job, messages, .. } = plan;
    let other_placeholders = plan.other_placeholders.clone();
    let mut check = Check { cost: Some(0.0), other_placeholders, ..Check::default() };
    let mut seen = Seen::default();
    let confirmed = read_all(table, &plan.path, |table, row| {
        let made = seen.message(job, messages, table, row, &mut check.repeated_recipients);
        let (message, repeats) = match made {
            Ok(made) => made,
            Err(problem) => {
                check.invalid += u64::from(!problem.problem.is_repetition());
                return on_problem(row, &problem);
            }
        };
        if let Some(problem) = repeats {
            on_problem(row, &problem)?;
        }
        check.add(row.number, &message);
        if job.channel == Channel::Sms && numbers::is_landline(&message.to) {
            check.landlines += 1;
            let problem = Problem::Landline { value: message.to };
            on_problem(row, &RowProblem::in_column(table.header.name(messages.recipient), problem))?;
        }
        Ok(())
    })?;
    check.rows = confirmed.count;
    check.confirmed = confirmed;
    Ok(check)
}

impl Check {
    /// Counts a message.
    fn add(&mut self, row: u64, message: &SendMessage) {
        self.messages += 1;
        let cost = estimate(message).ok().flatten();
        self.cost = self.cost.zip(cost).map(|(sum, cost)| sum + cost);
        let body = message.body.as_deref().unwrap_or_default();
        if message.channel == Channel::Sms {
            self.add_segments(body);
            self.abroad += u64::from(!message.to.starts_with(ANGOLA));
        }
        if self.first_messages.len() < SAMPLES {
            self.first_messages.push(Sample { row, to: message.to.clone(), body: body.to_owned() });
        }
    }

    fn add_segments(&mut self, body: &str) {
        let found = segments(body);
        let counts = &mut self.segments;
        counts.min = if counts.total == 0 { found.count } else { counts.min.min(found.count) };
        counts.max = counts.max.max(found.count);
        counts.total += found.count;
        let in_gsm7 = body.chars().count().div_ceil(160).max(1) as u64;
        if found.encoding == SmsEncoding::Ucs2
            && found.count > in_gsm7
            && let Some(character) = found.first_non_gsm7.and_then(|text| text.chars().next())
            && (self.ucs2_characters.len() < MAX_CHARACTERS || self.ucs2_characters.contains_key(&character))
        {
            *self.ucs2_characters.entry(character).or_default() += 1;
        }
    }
}

/// The keys and the recipients so far, as hashes: about 50 bytes for each row, and as much for keys.
#[derive(Default)]
pub(crate) struct Seen {
    hasher: RandomState,
    recipients: HashMap<u64, u32>,
    keys: HashMap<u64, u32>,
}

impl Seen {
    /// The message of a row, and whether its recipient gets another one from an earlier row.
    fn message(
        &mut self,
        job: &Job,
        messages: &Messages,
        table: &Table,
        row: &Row,
        repeated: &mut u64,
    ) -> std::result::Result<(SendMessage, Option<RowProblem>), RowProblem> {
        let message = messages.of(table, row)?;
        let number = u32::try_from(row.number).unwrap_or(u32::MAX);
        if let (Some(name), Some(key)) = (&job.key_column, &message.idempotency_key) {
            let earlier = *self.keys.entry(self.hasher.hash_one(key)).or_insert(number);
            if earlier != number {
                let problem = Problem::DuplicateKey { value: key.clone(), earlier: earlier.into() };
                return Err(RowProblem::in_column(name, problem));
            }
        }
        match self.recipient(table.header.name(messages.recipient), row, &message.to) {
            Ok(()) => Ok((message, None)),
            Err(problem) => {
                *repeated += 1;
                if job.has_keys() { Ok((message, Some(problem))) } else { Err(problem) }
            }
        }
    }

    /// Whether no earlier row has this recipient.
    pub(crate) fn recipient(&mut self, column: &str, row: &Row, to: &str) -> std::result::Result<(), RowProblem> {
        let number = u32::try_from(row.number).unwrap_or(u32::MAX);
        match *self.recipients.entry(self.hasher.hash_one(to)).or_insert(number) {
            earlier if earlier == number => Ok(()),
            earlier => {
                let problem = Problem::DuplicateRecipient { value: to.to_owned(), earlier: earlier.into() };
                Err(RowProblem::in_column(column, problem))
            }
        }
    }
}
