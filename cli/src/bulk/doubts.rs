//! [`Doubts`]: the rows in doubt of a job, with their rows and recipients in its file. The ledger contains only their keys.

use std::collections::HashMap;

use serde_json::{Value, json};
use zexa::{Channel, DoubtfulRow};

use super::changed;
use super::job_files::JobFiles;
use super::problems::of_table;
use crate::failure::Result;
use crate::output::local_time;
use crate::output::printable;
use crate::table::Blocks;
use crate::texts::text;

/// The beginning of keys that the ledger makes.
const DEFAULT_KEY: &str = "default:";

/// A row in doubt.
pub(crate) struct Doubt {
    pub(crate) recorded: DoubtfulRow,
    /// The recipient, if the row was found in the file.
    pub(crate) to: Option<String>,
    /// The number of the row, if this part of the file has not changed: reports have the numbers of the file that was sent.
    pub(crate) row: Option<u64>,
}

/// The rows in doubt of a job, in the order of the file.
pub(crate) struct Doubts {
    pub(crate) rows: Vec<Doubt>,
    /// Why the file cannot be read.
    pub(crate) failure: Option<String>,
}

impl Doubts {
    /// Reads the rows in doubt from the ledger, and looks for them in the file. A file that is missing or has changed is no error.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub(crate) fn of(files: &JobFiles) -> Result<Doubts> {
        let rows = files.ledger.in_doubt()?.into_iter().map(|recorded| Doubt { recorded, to: None, row: None });
        let mut doubts = Doubts { rows: rows.collect(), failure: None };
        if !doubts.rows.is_empty()
            && let Err(failure) = doubts.find(files)
        {
            doubts.failure = failure.lines().into_iter().next();
        }
        // Those that were not found are last, in the order in which they were claimed.
        doubts.rows.sort_by_key(|doubt| doubt.row.unwrap_or(u64::MAX));
        Ok(doubts)
    }

    /// Finds the rows in the file by their keys.
    fn find(&mut self, files: &JobFiles) -> Result<()> {
        let plan = changed::open(&files.file, &files.job)?;
        let default_key = files.ledger.default_keys()?;
        let channel: &Channel = &files.job.channel;
        let rows = self.rows.iter().enumerate();
        let mut wanted: HashMap<String, usize> =
            rows.map(|(index, doubt)| (doubt.recorded.key.clone(), index)).collect();
        let mut confirmed = files.job.blocks.iter();
        let mut blocks = Blocks::new(plan.open()?);
        while let Some(digest) = blocks.advance().map_err(|error| of_table(&files.file, &error))? {
            let has_changed = confirmed.next() != Some(&digest);
            for row in blocks.rows() {
                let Ok(message) = plan.messages.of(&blocks.table, row) else { continue };
                let key = match message.idempotency_key {
                    // The key may be that of another recipient now.
                    Some(_) if has_changed => continue,
                    Some(key) => key,
                    None => default_key(channel.as_str(), &message.to),
                };
                if let Some(index) = wanted.remove(&key) {
                    self.rows[index].to = Some(message.to);
                    self.rows[index].row = Some(row.number).filter(|_| !has_changed);
                }
            }
            if wanted.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Whether the file has changed, so that the numbers of some rows are not known.
    pub(crate) fn has_changed(&self) -> bool {
        self.failure.is_none() && self.rows.iter().any(|doubt| doubt.row.is_none())
    }
}

impl Doubt {
    pub(crate) fn json(&self) -> Value {
        let mut json = json!(self.recorded);
        json["row"] = json!(self.row);
        json["to"] = json!(self.to);
        json
    }

    /// The row and its recipient, or its key if they are not known.
    pub(crate) fn name(&self) -> String {
        let key = printable(&self.recorded.key);
        match (self.row, &self.to) {
            (Some(row), Some(to)) => text!("doubt-row", row = row.to_string(), to = printable(to)),
            (_, Some(to)) => text!("doubt-to", key = key, to = printable(to)),
            (_, None) => text!("doubt-key", key = key),
        }
    }

    /// What is known about the row, as a line.
    pub(crate) fn line(&self) -> String {
        let DoubtfulRow { key, claimed_at, http_status, request_id, .. } = &self.recorded;
        let time = claimed_at.map(local_time).unwrap_or_else(|| "-".to_owned());
        let mut line = match http_status {
            None => text!("doubt-no-answer", name = self.name(), time = time),
            Some(status) => text!("doubt-status", name = self.name(), time = time, status = status.to_string()),
        };
        if let Some(request) = request_id {
            line.push_str(&text!("doubt-request", request = printable(request)));
        }
        // Those of the ledger say nothing to people.
        if self.row.is_some() && !key.starts_with(DEFAULT_KEY) {
            line.push_str(&text!("doubt-also-key", key = printable(key)));
        }
        line
    }
}
