//! [`Failure`]: why a command failed, and how this is reported.

use std::io;
use std::path::Path;

use serde_json::{Value, json};
use zexa::{Error, Kind, Outcome, binding};

use crate::context::{self, KeySource};
use crate::exit::Exit;
use crate::io_reason::io_reason;
use crate::texts::{Language, language, text};
use crate::{portuguese, profile};

/// The result of a command.
pub(crate) type Result<T = Exit> = std::result::Result<T, Failure>;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments are invalid. Nothing was sent.
    Usage(String),
    /// There is no API key.
    NoKey(String),
    /// The API key, or the file with it, cannot be used. The message says how to correct that.
    BadKey(String),
    /// The API does not accept the key that was to be stored.
    Login(Error),
    /// A question was not answered, but cancelled. Nothing was sent.
    Declined(String),
    /// A file, a socket or another local resource failed. Nothing was sent.
    Local(String),
    /// A file with rows cannot be used. Nothing was sent.
    Table { code: &'static str, message: String, is_usage: bool },
    /// A call that changes nothing failed.
    Read(Error),
    /// A call that sends a message or a campaign failed.
    Write(Error),
    /// A call that changes something else failed.
    Change(Error),
    /// The status that a call waited for was not reached in time.
    Waiting(Error),
    /// A bulk run has ended, and its report or its summary cannot be written.
    AfterRun(String),
    /// Contacts were added, and the report or the summary cannot be written.
    AfterImport(String),
    /// Something was sent, and the result cannot be written to stdout.
    Unwritten { id: String, reason: String },
    /// Ctrl-C, while nothing was being sent.
    Interrupted,
    /// The program that reads the output has closed it.
    OutputClosed,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Read(error)
    }
}

impl Failure {
    /// The failure of writing results.
    pub(crate) fn of_output(error: &io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::OutputClosed,
            _ => Failure::Local(text!("output-failed", reason = io_reason(error))),
        }
    }

    /// The failure of printing a result. A reader that has closed its end does not change what a command does and how it ends.
    pub(crate) fn unless_closed(printed: Result<()>) -> Result<()> {
        match printed {
            Err(Failure::OutputClosed) => Ok(()),
            other => other,
        }
    }

    /// The failure of reading stdin.
    pub(crate) fn stdin(error: &io::Error) -> Failure {
        Failure::Local(text!("stdin-failed", reason = io_reason(error)))
    }

    /// The failure of reading or writing a file.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Failure {
        Failure::Local(text!("file-failed", path = path.display().to_string(), reason = io_reason(error)))
    }

    /// The failure of writing the result of a send: the message or campaign with this id was sent.
    pub(crate) fn after_sending(self, id: &str) -> Failure {
        match self {
            Failure::Local(reason) => Failure::Unwritten { id: id.to_owned(), reason },
            other => other,
        }
    }

    /// The failure of writing the report or the summary of a run. Rows may have been sent.
    pub(crate) fn after_run(self) -> Failure {
        match self {
            Failure::Local(reason) => Failure::AfterRun(reason),
            other => other,
        }
    }

    /// The failure of writing the report or the summary of an import. Contacts may have been added.
    pub(crate) fn after_import(self) -> Failure {
        match self {
            Failure::Local(reason) => Failure::AfterImport(reason),
            other => other,
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Failure::Usage(_) | Failure::Table { is_usage: true, .. } => Exit::Usage,
            Failure::NoKey(_) | Failure::BadKey(_) => Exit::NotAuthorised,
            Failure::Local(_) | Failure::Declined(_) | Failure::Table { .. } => Exit::Failed,
            Failure::AfterRun(_) | Failure::AfterImport(_) => Exit::Failed,
            Failure::Unwritten { .. } => Exit::Unknown,
            Failure::Interrupted => Exit::Interrupted,
            // As for `head`: the reader has all that it wanted.
            Failure::OutputClosed => Exit::Done,
            Failure::Read(error)
            | Failure::Login(error)
            | Failure::Write(error)
            | Failure::Change(error)
            | Failure::Waiting(error) => self.exit_of_call(error),
        }
    }

    fn exit_of_call(&self, error: &Error) -> Exit {
        let may_be_sent = matches!(self, Failure::Write(_) | Failure::Change(_)) && may_be_sent(error.outcome());
        match error.kind() {
            Kind::Cancelled => Exit::Interrupted,
            Kind::Unauthorized => Exit::NotAuthorised,
            _ if may_be_sent => Exit::Unknown,
            Kind::Config | Kind::InvalidRequest | Kind::Validation if error.attempts() == 0 => Exit::Usage,
            _ => Exit::Failed,
        }
    }

    /// The message in one line.
    fn message(&self) -> String {
        match self {
            Failure::Usage(message) | Failure::NoKey(message) | Failure::BadKey(message) => without_keys(message),
            Failure::Local(message) | Failure::Declined(message) => message.clone(),
            Failure::AfterRun(message) | Failure::AfterImport(message) => message.clone(),
            Failure::Table { message, .. } => message.clone(),
            Failure::Unwritten { id, reason } => text!("sent-unwritten", id = id.as_str(), reason = reason.as_str()),
            // The outcome concerns the request for the status, which sends nothing.
            Failure::Waiting(error) if error.kind() == Kind::Timeout => text!("message-not-yet"),
            Failure::Interrupted => text!("interrupted"),
            Failure::Read(error)
            | Failure::Login(error)
            | Failure::Write(error)
            | Failure::Change(error)
            | Failure::Waiting(error) => match error.kind() {
                Kind::Cancelled => text!("interrupted"),
                _ => message_of_call(error),
            },
            Failure::OutputClosed => String::new(),
        }
    }

    /// The lines of the report: the message, whether anything was sent, and what to do.
    pub(crate) fn lines(&self) -> Vec<String> {
        let (outcome, next) = match self {
            Failure::Read(error) => (None, advice(error)),
            Failure::Login(_) => (None, Some(text!("login-refused"))),
            Failure::Waiting(_) => (None, Some(text!("advice-waiting"))),
            Failure::Write(error) => (Some(outcome(error.outcome())), advice_after_send(error)),
            Failure::Change(error) => (Some(outcome_of_change(error.outcome())), advice_after_change(error)),
            Failure::Table { .. } => (Some(outcome(Outcome::NotSent)), None),
            Failure::NoKey(_) => (None, Some(text!("advice-no-key"))),
            Failure::Unwritten { .. } => (None, Some(text!("advice-accepted"))),
            Failure::AfterRun(_) => (None, Some(text!("advice-after-run"))),
            Failure::AfterImport(_) => (None, Some(text!("advice-after-import"))),
            _ => (None, None),
        };
        [Some(self.message()), outcome, next].into_iter().flatten().collect()
    }

    /// The object that `--json` prints to stderr. The same fields for all failures.
    pub(crate) fn to_json(&self) -> Value {
        let with_outcome = |kind: &str, code: Option<&str>, outcome: Outcome, message: &str| {
            json!({
                "kind": kind, "outcome": outcome.as_str(), "status": null, "code": code, "message": message,
                "details": null, "request_id": null, "retry_after": null, "attempts": 0,
            })
        };
        let local = |kind: &str, message: &str| with_outcome(kind, None, Outcome::NotSent, message);
        match self {
            Failure::Unwritten { .. } => with_outcome("local", None, Outcome::Accepted, &self.message()),
            Failure::Read(error)
            | Failure::Login(error)
            | Failure::Write(error)
            | Failure::Change(error)
            | Failure::Waiting(error) => serde_json::to_value(error).unwrap_or_default(),
            Failure::Usage(_) => local("usage", &self.message()),
            Failure::NoKey(_) | Failure::BadKey(_) => local("unauthorized", &self.message()),
            Failure::Declined(message) => local("cancelled", message),
            Failure::AfterRun(message) | Failure::AfterImport(message) => {
                with_outcome("local", None, Outcome::Unknown, message)
            }
            Failure::Local(message) => local("local", message),
            Failure::Table { code, message, is_usage } => {
                let kind = if *is_usage { "usage" } else { "local" };
                with_outcome(kind, Some(code), Outcome::NotSent, message)
            }
            Failure::Interrupted => local("cancelled", "interrupted"),
            Failure::OutputClosed => Value::Null,
        }
    }
}

/// The text without API keys, which someone may have passed in the wrong place.
fn without_keys(text: &str) -> String {
    let is_of_key = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut parts = text.split("zx_");
    let mut safe = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        safe.push_str("zx_…");
        safe.push_str(part.trim_start_matches(is_of_key));
    }
    safe
}

/// Whether a request may have taken effect.
fn may_be_sent(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::NotSent | Outcome::Rejected)
}

/// Whether anything was sent, as a sentence.
fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::NotSent => text!("outcome-not-sent"),
        Outcome::Rejected => text!("outcome-rejected"),
        Outcome::Accepted => text!("outcome-accepted"),
        _ => text!("outcome-unknown"),
    }
}

/// Whether anything was changed, as a sentence.
fn outcome_of_change(outcome: Outcome) -> String {
    match outcome {
        Outcome::NotSent => text!("outcome-not-sent"),
        Outcome::Rejected => text!("outcome-change-rejected"),
        Outcome::Accepted => text!("outcome-accepted"),
        _ => text!("outcome-change-unknown"),
    }
}

/// What to do after a message or a campaign was not sent.
fn advice_after_send(error: &Error) -> Option<String> {
    match error.outcome() {
        Outcome::Accepted => Some(text!("advice-accepted")),
        outcome if may_be_sent(outcome) => Some(text!("advice-unknown")),
        _ => advice(error),
    }
}

/// What to do after a change has failed.
fn advice_after_change(error: &Error) -> Option<String> {
    match error.outcome() {
        Outcome::Accepted => None,
        outcome if may_be_sent(outcome) => Some(text!("advice-change-unknown")),
        _ => advice(error),
    }
}

/// What to do after a call that had no effect.
pub(crate) fn advice(error: &Error) -> Option<String> {
    Some(match error.kind() {
        Kind::Unauthorized => advice_about_key(),
        Kind::InsufficientCredits => text!("advice-credits"),
        Kind::RateLimited => match error.retry_after() {
            Some(wait) => text!("advice-wait", seconds = wait.as_secs()),
            None => text!("advice-later"),
        },
        Kind::Server => text!("advice-later"),
        Kind::Connect | Kind::Timeout => text!("advice-doctor"),
        _ => return None,
    })
}

/// What to do if the API does not accept the key, which depends on where the key is from.
pub(crate) fn advice_about_key() -> String {
    match context::key_source() {
        Some(KeySource::Environment) => text!("advice-key-environment"),
        Some(KeySource::Stdin) => text!("advice-key-stdin"),
        Some(KeySource::Profile(name)) if name != profile::DEFAULT => text!("advice-key-profile", name = name.as_str()),
        _ => text!("advice-key"),
    }
}

/// The message of an error, with the names that fields and options of the client have on the command line.
pub(crate) fn message_of_call(error: &Error) -> String {
    let name = |field: &str| match field {
        "scheduled_at" => "--schedule".to_owned(),
        "contact_list_id" => "--list".to_owned(),
        "sender_id" => "--from".to_owned(),
        "template_id" => "--template-id".to_owned(),
        "events" => "--event".to_owned(),
        // Other users of the machine can see arguments.
        "limiter" => "ZEXA_LIMITER".to_owned(),
        // Where the key is from is known to the user.
        "api_key" => text!("doctor-key"),
        "to" | "from" | "subject" | "html" | "template" | "name" | "phone" | "email" => format!("--{field}"),
        other => other.to_owned(),
    };
    if language() == Language::Portuguese {
        return portuguese::message(error, name);
    }
    let words = |text: &str| {
        text.replace("; pass the query separately", "; use --query")
            .replace("; to permit that, set allow_http", "")
            .replace("`ca_file`", "SSL_CERT_FILE")
            // The command line has no client certificates.
            .replace(": set `client_cert_file` and `client_key_file`", "")
            // Another ledger would be a new job, which sends everything again.
            .replace("; use another ledger", "; continue the job with the same server")
            .replace("set `ledger_same_account`", "use --same-account")
    };
    let (message, _) = binding::renamed(error, name, words);
    match error.attempts() {
        0 => message,
        _ if message == error.message() => error.to_string(),
        _ => error.to_string().replace(error.message(), &message),
    }
}
