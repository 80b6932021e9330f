//! `zexa bulk settle`: settles rows in doubt.

use clap::Args;
use serde_json::json;

use super::arguments::JobArguments;
use super::doubts::{Doubt, Doubts};
use super::job_files::JobFiles;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::printable;
use crate::prompt;
use crate::texts::text;

/// Settle rows in doubt, whose messages were sent or were not sent
///
/// Find out first whether the messages exist: ask the recipients, or ask Zexa's support with the request ids or the times. `bulk status` shows the rows in doubt
/// with their keys and recipients.
///
/// If one of the rows is not in doubt, none is settled. Rows that were sent are never sent again. `bulk resume` sends those that were not sent.
#[derive(Args)]
#[command(
    override_usage = "zexa bulk settle [OPTIONS] <FILE> [KEY]... <sent [ID]|not-sent>",
    after_help = "\
Examples:
  zexa bulk settle people.csv 1004 sent msg_7Qm2
  zexa bulk settle people.csv 1005 1006 not-sent
  zexa bulk settle people.csv --row 5,6 not-sent
  zexa bulk settle people.csv --all sent"
)]
pub(crate) struct SettleArguments {
    #[command(flatten)]
    job: JobArguments,
    // Not a subcommand, so that options may follow it.
    /// Keys of the rows, and then `not-sent`, or `sent` with the id of the message if it is known
    #[arg(value_name = "ANSWER", required = true)]
    answer: Vec<String>,
    /// Numbers of the rows in the CSV file, whose header is row 1. Can be repeated
    #[arg(long = "row", value_name = "NUMBER", value_delimiter = ',')]
    rows: Vec<u64>,
    /// Settle all rows in doubt, after a question
    #[arg(long, conflicts_with = "rows")]
    all: bool,
    /// Do not ask before all rows are settled
    #[arg(long, short = 'y')]
    yes: bool,
}

/// What a person has found out, and the keys of the rows that it is about.
struct Answer<'a> {
    keys: &'a [String],
    is_sent: bool,
    id: Option<&'a str>,
}

impl Answer<'_> {
    /// Parses the words `KEY... sent [ID]` or `KEY... not-sent`. A key may be one of these words, too.
    fn parse(words: &[String]) -> Result<Answer<'_>> {
        match words {
            [keys @ .., word] if word == "sent" || word == "not-sent" => {
                Ok(Answer { keys, is_sent: word == "sent", id: None })
            }
            [keys @ .., word, id] if word == "sent" => Ok(Answer { keys, is_sent: true, id: Some(id) }),
            _ => Err(Failure::Usage(text!("settle-no-answer"))),
        }
    }
}

pub(crate) fn settle(context: &Context, arguments: &SettleArguments) -> Result {
    let answer = Answer::parse(&arguments.answer)?;
    if arguments.all == (!answer.keys.is_empty() || !arguments.rows.is_empty()) {
        return Err(Failure::Usage(text!("settle-which")));
    }
    let files = JobFiles::open(&arguments.job)?;
    let doubts = Doubts::of(&files)?;
    let chosen = choose(&doubts, &answer, arguments)?;
    if answer.id.is_some() && chosen.len() > 1 {
        return Err(Failure::Usage(text!("settle-one-id")));
    }
    if chosen.is_empty() {
        context.note(&text!("settle-nothing"));
    } else if arguments.all && !arguments.yes && !is_confirmed(context, answer.is_sent, &chosen)? {
        context.note(&text!("settle-unchanged"));
        return Ok(Exit::Failed);
    }
    let mut output = context.output();
    // All rows are settled, whether or not this can be printed.
    let mut printed = Ok(());
    for doubt in chosen {
        let key = doubt.recorded.key.as_str();
        let state = match answer.is_sent {
            true => files.ledger.mark_sent(key, answer.id).map(|()| "accepted")?,
            false => files.ledger.mark_not_sent(key).map(|()| "not_sent")?,
        };
        let json = json!({"type": "settled", "key": key, "row": doubt.row, "state": state, "id": answer.id});
        printed = printed.and_then(|()| {
            output.result(&json, || match answer.is_sent {
                true => text!("settled-sent", name = doubt.name()),
                false => text!("settled-not-sent", name = doubt.name()),
            })
        });
    }
    printed.map(|()| Exit::Done)
}

/// The rows that the arguments name.
///
/// # Errors
///
/// If one of them is not in doubt.
fn choose<'a>(doubts: &'a Doubts, answer: &Answer<'_>, arguments: &SettleArguments) -> Result<Vec<&'a Doubt>> {
    if arguments.all {
        return Ok(doubts.rows.iter().collect());
    }
    let mut chosen = Vec::new();
    let mut settled = Vec::new();
    let mut add = |found: Option<&'a Doubt>, name: &dyn Fn() -> String| match found {
        Some(doubt) if chosen.iter().any(|other: &&Doubt| other.recorded.key == doubt.recorded.key) => {}
        Some(doubt) => chosen.push(doubt),
        None => settled.push(name()),
    };
    for key in answer.keys {
        let found = doubts.rows.iter().find(|doubt| doubt.recorded.key == *key);
        add(found, &|| text!("doubt-key", key = printable(key)));
    }
    for row in &arguments.rows {
        let found = doubts.rows.iter().find(|doubt| doubt.row == Some(*row));
        add(found, &|| text!("doubt-row-alone", row = row.to_string()));
    }
    match (settled.is_empty(), &doubts.failure) {
        (true, _) => Ok(chosen),
        (false, Some(failure)) if !arguments.rows.is_empty() => {
            Err(Failure::Local(text!("settle-no-file", reason = failure.as_str())))
        }
        (false, _) => Err(Failure::Local(text!("settle-not-in-doubt", names = settled.join("; ")))),
    }
}

/// Asks whether all rows in doubt are to be settled.
fn is_confirmed(context: &Context, is_sent: bool, chosen: &[&Doubt]) -> Result<bool> {
    prompt::check_can_ask(context, false).map_err(|_| Failure::Usage(text!("settle-no-terminal")))?;
    for doubt in chosen {
        context.note(&doubt.line());
    }
    let count = chosen.len();
    prompt::confirm(&match is_sent {
        true => text!("settle-ask-sent", count = count),
        false => text!("settle-ask-not-sent", count = count),
    })
}
