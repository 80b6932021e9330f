//! [`Plan`]: a job and its columns.

use std::fs;
use std::path::{Path, PathBuf};

use zexa::{Channel, Timestamp};

use super::arguments::MessageArguments;
use super::job::{Job, VERSION};
use super::messages::Messages;
use super::problems::{of_table, of_template};
use crate::failure::{Failure, Result};
use crate::table::template::{OtherPlaceholder, Template};
use crate::table::{Dialect, Header, Table, decoded_text};
use crate::texts::text;

/// The maximum size of a file with a text, in bytes.
const MAX_BODY: u64 = 1024 * 1024;

/// A job, and its columns in the file.
pub(crate) struct Plan {
    /// As the user has named it.
    pub(crate) path: PathBuf,
    pub(crate) job: Job,
    pub(crate) header: Header,
    pub(crate) messages: Messages,
    /// Whether every row gets the same text.
    pub(crate) is_constant: bool,
    /// What looks like a placeholder of another program, in the text and the subject.
    pub(crate) other_placeholders: Vec<OtherPlaceholder>,
}

impl Plan {
    /// The plan that the arguments describe.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or if the arguments do not fit it.
    pub(crate) fn new(arguments: &MessageArguments) -> Result<Plan> {
        let path = &arguments.file.file;
        let body = body(arguments)?;
        if arguments.subject.is_some() && arguments.channel != Channel::Email {
            return Err(Failure::Usage(text!("bulk-subject")));
        }
        if arguments.schedule.is_some_and(|time| time <= Timestamp::now()) {
            return Err(Failure::Usage(text!("bulk-schedule-past")));
        }
        let (table, dialect) =
            Table::detect(path, &arguments.file.overrides()).map_err(|error| of_table(path, &error))?;
        // Without links, so that the job is the same whatever path leads to the file. On Windows, which has no ledgers and so no jobs that are compared, such a
        // path would begin with `\\?\`.
        let absolute = if cfg!(windows) { std::path::absolute(path) } else { fs::canonicalize(path) };
        let absolute = absolute.map_err(|error| of_table(path, &error.into()))?;
        let job = Job {
            version: VERSION,
            file: absolute.to_string_lossy().into_owned(),
            dialect,
            map: arguments.file.map.clone(),
            country: arguments.file.country.code(),
            channel: arguments.channel.clone(),
            from: arguments.from.clone(),
            body,
            subject: arguments.subject.clone(),
            key_column: arguments.key_column.clone(),
            scheduled_at: arguments.schedule,
            rows: 0,
            messages: 0,
            blocks: Vec::new(),
        };
        Plan::bind(path, job, table.header)
    }

    /// The plan of a stored job, for the file at this path.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or has other columns.
    pub(crate) fn resume(path: &Path, job: Job) -> Result<Plan> {
        let table = Table::open(path, &job.dialect).map_err(|error| of_table(path, &error))?;
        Plan::bind(path, job, table.header)
    }

    fn bind(path: &Path, job: Job, header: Header) -> Result<Plan> {
        let parse = |text: &String| Template::parse(text).map_err(|error| of_template(&error));
        let body = parse(&job.body)?;
        let subject = job.subject.as_ref().map(parse).transpose()?;
        let messages = Messages::new(&job, &header, &body, subject.as_ref()).map_err(|error| of_table(path, &error))?;
        let is_constant = body.is_constant() && subject.as_ref().is_none_or(Template::is_constant);
        let templates = [&body].into_iter().chain(&subject);
        let other_placeholders = templates.flat_map(|text| text.other_placeholders(&header, &job.map)).collect();
        Ok(Plan { path: path.to_owned(), job, header, messages, is_constant, other_placeholders })
    }

    /// Opens the file, from its beginning.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub(crate) fn open(&self) -> Result<Table> {
        Table::open(&self.path, &self.job.dialect).map_err(|error| of_table(&self.path, &error))
    }

    /// How the file is written.
    pub(crate) fn dialect(&self) -> &Dialect {
        &self.job.dialect
    }
}

/// The text of the messages.
fn body(arguments: &MessageArguments) -> Result<String> {
    let body = match (&arguments.body, &arguments.body_file) {
        (_, Some(path)) => body_of_file(path)?,
        (body, None) => body.clone().unwrap_or_default(),
    };
    if body.trim().is_empty() { Err(Failure::Usage(text!("body-empty"))) } else { Ok(body) }
}

/// The text in a file, without the line break at its end.
fn body_of_file(path: &Path) -> Result<String> {
    let size = fs::metadata(path).map_err(|error| of_table(path, &error.into()))?.len();
    if size > MAX_BODY {
        return Err(Failure::Usage(text!("bulk-body-large", file = path.display().to_string())));
    }
    let text = decoded_text(path).map_err(|error| of_table(path, &error))?;
    Ok(text.replace("\r\n", "\n").trim_end_matches('\n').to_owned())
}
