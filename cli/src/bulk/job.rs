//! [`Job`]: what a bulk command sends. It is stored in the ledger, so that `bulk resume` sends exactly the same.

use serde::{Deserialize, Serialize};
use zexa::{Channel, Timestamp};

use crate::table::{Dialect, Mapping};

/// The version of the stored form. A program does not continue a job of a later version.
pub(crate) const VERSION: u32 = 1;

/// What a bulk command sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Job {
    pub(crate) version: u32,
    /// Absolute path of the file.
    pub(crate) file: String,
    pub(crate) dialect: Dialect,
    /// The columns that the user has named.
    pub(crate) map: Mapping,
    /// Country of numbers without a country code. `None` if numbers must be in E.164 format.
    pub(crate) country: Option<String>,
    pub(crate) channel: Channel,
    pub(crate) from: String,
    /// The text, with its placeholders.
    pub(crate) body: String,
    /// The subject of an email, with its placeholders.
    pub(crate) subject: Option<String>,
    /// Name of the column with the keys.
    pub(crate) key_column: Option<String>,
    pub(crate) scheduled_at: Option<Timestamp>,
    /// Number of rows, valid or not.
    pub(crate) rows: u64,
    /// Number of rows that can be sent.
    pub(crate) messages: u64,
    /// Digests of the blocks of rows.
    pub(crate) blocks: Vec<String>,
}

impl Job {
    /// Whether every row has a key of its own, so that a recipient can get several messages.
    pub(crate) fn has_keys(&self) -> bool {
        self.key_column.is_some()
    }
}

/// Whether the recipients of a channel are telephone numbers.
pub(crate) fn takes_numbers(channel: &Channel) -> bool {
    matches!(channel, Channel::Sms | Channel::Whatsapp | Channel::Telegram)
}
