//! [`Doubts`]: the rows in doubt of a job, with their rows and recipients in its file. The ledger contains only their keys.

use std::collections::HashMap;

use serde_json::{Value, json};
use zexa::{Channel, DoubtfulRow};

use super::blocks::Blocks;
use super::job_files::JobFiles;
use super::plan::Plan;
use super::problems::of_table;
use super::times::local;
use crate::failure::Result;
use crate::output::printable;
use crate::texts::text;

/// The beginning of keys that the ledger makes.
const DEFAULT_KEY: &str = "default:";

/// A row in doubt.
pub(crate) struct Doubt {
    pub(crate) recorded: DoubtfulRow,
    /// The row and its recipient, if they were found in the file.
    pub(crate) place: Option<(u64, String)>,
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
        let rows = files.ledger.in_doubt()?.into_iter().map(|recorded| Doubt { recorded, place: None });
        let mut doubts = Doubts { rows: rows.collect(), failure: None };
        if !doubts.rows.is_empty()
            && let Err(failure) = doubts.find(files)
        {
            doubts.failure = failure.lines().into_iter().next();
        }
        // Those that were not found are last, in the order in which they were claimed.
        doubts.rows.sort_by_key(|doubt| doubt.place.as_ref().map_or(u64::MAX, |(row, _)| *row));
        Ok(doubts)
    }

    /// Finds the rows in the file by their keys.
    fn find(&mut self, files: &JobFiles) -> Result<()> {
        let plan = Plan::resume(&files.file, files.job.clone())?;
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
                    self.rows[index].place = Some((row.number, message.to));
                }
            }
            if wanted.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// The number of rows that were not found in the file.
    pub(crate) fn lost(&self) -> usize {
        self.rows.iter().filter(|doubt| doubt.place.is_none()).count()
    }
}

impl Doubt {
    pub(crate) fn json(&self) -> Value {
        let mut json = json!(self.recorded);
        let (row, to) = self.place.clone().unzip();
        json["row"] = json!(row);
        json["to"] = json!(to);
        json
    }

    /// The row and its recipient, or its key if they are not known.
    pub(crate) fn name(&self) -> String {
        let key = printable(&self.recorded.key);
        match &self.place {
            Some((row, to)) => text!("doubt-row", row = row.to_string(), to = printable(to)),
            None => text!("doubt-key", key = key),
        }
    }

    /// What is known about the row, as a line.
    pub(crate) fn line(&self) -> String {
        let DoubtfulRow { key, claimed_at, http_status, request_id, .. } = &self.recorded;
        let time = claimed_at.map(local).unwrap_or_else(|| "-".to_owned());
        let mut line = match http_status {
            None => text!("doubt-no-answer", name = self.name(), time = time),
            Some(status) => text!("doubt-status", name = self.name(), time = time, status = status.to_string()),
        };
        if let Some(request) = request_id {
            line.push_str(&text!("doubt-request", request = printable(request)));
        }
        // Those of the ledger say nothing to people.
        if self.place.is_some() && !key.starts_with(DEFAULT_KEY) {
            line.push_str(&text!("doubt-also-key", key = printable(key)));
        }
        line
    }
}
