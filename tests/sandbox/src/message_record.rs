//! [`MessageRecord`]: a file with one line for each message, which survives a kill of the process.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

/// A file to which each accepted message is appended as a line of JSON, before the request is answered.
#[derive(Debug, Clone)]
pub struct MessageRecord(Arc<File>);

impl MessageRecord {
    /// Opens the file to append to it. Creates it if it does not exist.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self(Arc::new(file)))
    }

    /// Appends a message, without its body.
    ///
    /// # Panics
    /// If the file cannot be written. A message that is missing from the record must not be accepted.
    pub(crate) fn add(&self, id: &str, to: &str, channel: &str, time: Timestamp) {
        let line = format!("{}\n", json!({"id": id, "to": to, "channel": channel, "time": time}));
        // One write: a kill leaves the whole line or nothing.
        (&*self.0).write_all(line.as_bytes()).expect("the record of messages can be written");
    }
}
