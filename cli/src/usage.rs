//! Reports invalid arguments, and prints the help, in the language of the user.

use std::io::Write;
use std::num::ParseIntError;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::context::print_failure;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stderr;
use crate::texts::{Language, language, text, wants_json};

/// Prints the help, the version or the error, and returns the exit code.
pub(crate) fn report(error: &clap::Error) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // The reader may have closed the output, as `head` does.
            let _ = write!(anstream::stdout(), "{}", translated(&error.render().ansi().to_string()));
            Exit::Done
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            stderr::text(translated(&error.render().ansi().to_string()));
            Exit::Usage
        }
        _ => report_error(error),
    }
}

fn report_error(error: &clap::Error) -> Exit {
    let failure = Failure::Usage(message(error));
    if wants_json() {
        stderr::line(failure.to_json());
        return failure.exit();
    }
    print_failure(&failure);
    for line in advice(error) {
        stderr::line(line);
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        stderr::line(format_args!("\n{}", translated(&usage.ansi().to_string())));
    }
    stderr::line(format_args!("\n{}", text!("usage-more")));
    failure.exit()
}

/// What is wrong with the arguments.
fn message(error: &clap::Error) -> String {
    let get = |kind| error.get(kind).map(words).unwrap_or_default();
    let argument = get(ContextKind::InvalidArg);
    let value = get(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => text!("usage-value-missing", argument = argument),
        ErrorKind::InvalidValue => {
            text!("usage-value-unknown", argument = argument, value = value, valid = get(ContextKind::ValidValue))
        }
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error).map(reason).unwrap_or_default();
            text!("usage-value-invalid", argument = argument, value = value, reason = reason)
        }
        ErrorKind::UnknownArgument if is_about_key(&argument) => text!("usage-key"),
        ErrorKind::UnknownArgument => text!("usage-unknown", argument = argument),
        ErrorKind::InvalidSubcommand => text!("usage-unknown-command", name = get(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => text!("usage-no-command", valid = get(ContextKind::ValidSubcommand)),
        ErrorKind::MissingRequiredArgument => text!("usage-missing", arguments = argument),
        ErrorKind::ArgumentConflict if argument == get(ContextKind::PriorArg) => {
            text!("usage-repeated", argument = argument)
        }
        ErrorKind::ArgumentConflict => {
            text!("usage-conflict", argument = argument, other = get(ContextKind::PriorArg))
        }
        ErrorKind::TooManyValues => text!("usage-too-many", argument = argument, value = value),
        ErrorKind::InvalidUtf8 => text!("usage-utf8"),
        _ => text!("usage-invalid"),
    }
}

/// Why a value is invalid. Numbers are parsed by clap, whose reasons are English.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    if error.is::<ParseIntError>() {
        return text!("value-number");
    }
    let reason = error.to_string();
    match reason.split_once(" is not in ").and_then(|(_, range)| range.split_once("..=")) {
        Some((least, most)) => text!("value-range", least = least, most = most),
        None => reason,
    }
}

/// Whether someone tried to pass the API key as an argument.
fn is_about_key(argument: &str) -> bool {
    ["--api-key", "--key", "--token"].iter().any(|name| argument.starts_with(name))
}

/// What could have been meant.
fn advice(error: &clap::Error) -> Vec<String> {
    let kinds = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let suggested: Vec<_> = kinds.into_iter().filter_map(|kind| error.get(kind)).filter_map(best).collect();
    let is_about_key = error.get(ContextKind::InvalidArg).is_some_and(|argument| is_about_key(&words(argument)));
    match suggested.as_slice() {
        [] if is_stray_word(error) => vec![text!("usage-quotes")],
        [] => Vec::new(),
        _ if is_about_key => Vec::new(),
        suggested => vec![text!("usage-suggested", suggested = suggested.join(", "))],
    }
}

/// Whether a word is unexpected, as in a text or a file name with spaces and without quotes.
fn is_stray_word(error: &clap::Error) -> bool {
    let argument = error.get(ContextKind::InvalidArg).filter(|_| error.kind() == ErrorKind::UnknownArgument);
    argument.is_some_and(|argument| !words(argument).starts_with('-'))
}

/// The best of several suggestions, which is the last one.
fn best(suggested: &ContextValue) -> Option<String> {
    match suggested {
        ContextValue::Strings(values) => values.last().cloned(),
        other => Some(other.to_string()),
    }
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(values) => values.join(", "),
        other => other.to_string(),
    }
}

/// Replaces the words of clap in the help. All other text is in the language of the user already.
pub(crate) fn translated(help: &str) -> String {
    if language() == Language::English {
        return help.to_owned();
    }
    let words = [
        ("Usage:", text!("word-usage")),
        ("Commands:", text!("word-commands")),
        ("Arguments:", text!("word-arguments")),
        ("Global options:", text!("word-global-options")),
        ("Options:", text!("word-options")),
        ("Examples:", text!("word-examples")),
        ("[OPTIONS]", text!("word-options-place")),
        ("<COMMAND>", text!("word-command-place")),
        ("<FILE> [KEY]... <sent [ID]|not-sent>", text!("word-settle-places")),
        ("[default:", text!("word-default")),
        ("[possible values:", text!("word-values")),
    ];
    words.iter().fold(help.to_owned(), |help, (english, translation)| help.replace(english, translation))
}
