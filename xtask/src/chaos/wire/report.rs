//! What a program reports about its calls.

use super::calls::Call;
use crate::command::Result;

/// A call, and what was reported about it.
#[derive(Debug)]
pub(super) struct Reported {
    pub(super) call: Call,
    /// Position of the beginning of the call among all reports.
    pub(super) began: u64,
    pub(super) rows: Vec<Row>,
    pub(super) items: Vec<String>,
    /// Kind of the error, or `ok`. More than one is a fault.
    pub(super) ends: Vec<String>,
}

/// The result of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) message: u64,
    pub(super) outcome: Outcome,
    /// Kind of the error.
    pub(super) kind: String,
    pub(super) id: Option<String>,
    /// Position of the result among all reports.
    pub(super) at: u64,
}

/// What the caller was told about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Sent,
    Accepted,
    Unknown,
    Rejected,
    NotSent,
}

impl Outcome {
    fn parse(word: &str) -> Option<Outcome> {
        Some(match word {
            "sent" => Outcome::Sent,
            "accepted" => Outcome::Accepted,
            "unknown" => Outcome::Unknown,
            "rejected" => Outcome::Rejected,
            "not_sent" => Outcome::NotSent,
            _ => return None,
        })
    }
}

impl Reported {
    pub(super) fn new(call: Call, began: u64) -> Reported {
        Reported { call, began, rows: Vec::new(), items: Vec::new(), ends: Vec::new() }
    }

    /// Adds a report without the number of the call.
    pub(super) fn add(&mut self, text: &str, at: u64) -> Result {
        let fields: Vec<&str> = text.split(' ').collect();
        match *fields {
            ["row", message, outcome, kind, id] => {
                let message = message.parse().ok();
                let (Some(message), Some(outcome)) = (message, Outcome::parse(outcome)) else {
                    return Err(format!("an invalid report: {text:?}"));
                };
                let id = (id != "-").then(|| id.to_owned());
                self.rows.push(Row { message, outcome, kind: kind.to_owned(), id, at });
            }
            ["item", id] => self.items.push(id.to_owned()),
            ["end", kind] => self.ends.push(kind.to_owned()),
            _ => return Err(format!("an invalid report: {text:?}")),
        }
        Ok(())
    }
}

/// The number of the call, and the rest of the line.
pub(super) fn parse(line: &str) -> Result<(usize, &str)> {
    let parts = line.split_once(' ').and_then(|(number, text)| Some((number.parse().ok()?, text)));
    parts.ok_or_else(|| format!("an invalid report: {line:?}"))
}
