//! The arguments that several bulk commands have.

use std::path::PathBuf;

use clap::Args;
use zexa::{Channel, ClientBuilder, Timestamp};

use crate::context::Context;
use crate::failure::Result;
use crate::numbers::Country;
use crate::table::Overrides;
use crate::texts::text;
use crate::values;

/// The arguments of commands that read a CSV file.
#[derive(Args)]
pub(crate) struct FileArguments {
    /// CSV file with a header, such as one that was saved by a spreadsheet
    pub(crate) file: PathBuf,
    /// Use this column for a field: `to` for the recipients, or a placeholder of the text
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = values::pair)]
    pub(crate) map: Vec<(String, String)>,
    /// Country of phone numbers without a country code, such as AO. `none` requires numbers like +244912345678
    #[arg(long, default_value = "AO")]
    pub(crate) country: Country,
    /// Encoding of the file, such as windows-1252, if it is not detected correctly
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// Delimiter of the file, such as `;`, if it is not detected correctly
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub(crate) delimiter: Option<char>,
}

impl FileArguments {
    pub(crate) fn overrides(&self) -> Overrides {
        Overrides { encoding: self.encoding.clone(), delimiter: self.delimiter }
    }
}

/// The arguments that describe messages.
#[derive(Args)]
pub(crate) struct MessageArguments {
    #[command(flatten)]
    pub(crate) file: FileArguments,
    /// Sender: registered Sender ID, or verified email address
    #[arg(long, value_name = "SENDER")]
    pub(crate) from: String,
    /// Text of the messages. `{{column}}` is replaced by a value of the row, `{{column|default}}` by the default if the value is empty, and `\{{` by `{{`
    #[arg(long, value_name = "TEXT", required_unless_present = "body_file", conflicts_with = "body_file")]
    pub(crate) body: Option<String>,
    /// File with the text of the messages
    #[arg(long, value_name = "FILE")]
    pub(crate) body_file: Option<PathBuf>,
    /// Delivery channel: sms, whatsapp, telegram, email or slack
    #[arg(long, default_value = "sms", value_parser = values::suggested_channel(), hide_possible_values = true)]
    pub(crate) channel: Channel,
    /// Subject of an email, with placeholders like those of the text
    #[arg(long)]
    pub(crate) subject: Option<String>,
    /// Column with a key for each row, such as the number of an order. Without keys, each recipient gets one message
    #[arg(long, value_name = "COLUMN")]
    pub(crate) key_column: Option<String>,
    /// Time at which the messages are sent, with a UTC offset, such as 2030-07-01T09:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub(crate) schedule: Option<Timestamp>,
}

/// The arguments that name a job.
#[derive(Args)]
pub(crate) struct JobArguments {
    /// CSV file that was sent, or its ledger
    pub(crate) file: PathBuf,
    /// Path or URL of the ledger of the job, if it is not beside the file
    #[arg(long, value_name = "PATH")]
    pub(crate) ledger: Option<PathBuf>,
}

/// The arguments about the account that a ledger belongs to.
#[derive(Args)]
pub(crate) struct AccountArguments {
    /// Use the ledger with another API key of the same account, such as a new one
    #[arg(long)]
    same_account: bool,
}

impl AccountArguments {
    /// The options of a client that uses the ledger.
    pub(crate) fn builder(&self, context: &Context) -> Result<ClientBuilder> {
        Ok(context.builder()?.ledger_same_account(self.same_account))
    }
}

/// Parses a delimiter.
fn delimiter(input: &str) -> std::result::Result<char, String> {
    let mut characters = input.chars();
    match (input, characters.next(), characters.next()) {
        ("tab" | "\\t", ..) => Ok('\t'),
        (_, Some(delimiter), None) if delimiter.is_ascii() && !"\"\r\n".contains(delimiter) => Ok(delimiter),
        _ => Err(text!("value-delimiter")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters() {
        for (input, expected) in [(";", ';'), ("tab", '\t'), ("\\t", '\t'), ("|", '|')] {
            assert_eq!(delimiter(input), Ok(expected));
        }
        for input in ["", ";;", "\"", "\n", "é"] {
            assert!(delimiter(input).is_err(), "{input:?}");
        }
    }
}
