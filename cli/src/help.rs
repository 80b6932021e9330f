//! The help: its flags, and its texts in Portuguese, which replace the English ones of the argument structs.

use clap::{Arg, ArgAction, Command};

use crate::texts::{Language, Texts};

/// The Portuguese help: a message for each command, with attributes for its arguments.
const PORTUGUESE: [&str; 2] = [include_str!("../locales/pt/help.ftl"), include_str!("../locales/pt/help_bulk.ftl")];

/// Complete the command line: add the flags of the help, and translate all texts.
pub(crate) fn prepare(command: Command, language: Language) -> Command {
    let version = Arg::new("version").short('V').long("version").help("Print the version").action(ArgAction::Version);
    let command = with_help_flags(command.disable_version_flag(true).arg(version));
    match language {
        Language::English => command,
        Language::Portuguese => translated(command, &Texts::new(language, &PORTUGUESE), "help"),
    }
}

/// Replaces the automatic flags, whose texts cannot be translated.
fn with_help_flags(command: Command) -> Command {
    let help = Arg::new("help").short('h').long("help").help("Print the help").action(ArgAction::Help);
    command.disable_help_flag(true).disable_help_subcommand(true).arg(help).mut_subcommands(with_help_flags)
}

/// Replaces the texts of a command and its subcommands. `id` is that of its message.
fn translated(command: Command, texts: &Texts, id: &str) -> Command {
    let of_argument = |argument: Arg| {
        let argument = match value_name(&argument) {
            Some(name) => argument.value_name(translated_name(&name, texts)),
            None => argument,
        };
        match texts.find(&format!("{}.{}", owner(&argument, id), argument.get_id()), None) {
            Some(text) => argument.help(text),
            None => argument,
        }
    };
    let mut command = command.mut_args(of_argument).mut_subcommands(|subcommand| {
        let id = format!("{id}-{}", subcommand.get_name());
        translated(subcommand, texts, &id)
    });
    if let Some(text) = texts.find(id, None) {
        let short = text.split("\n\n").next().unwrap_or_default().to_owned();
        command = if short == text { command.about(text) } else { command.about(short).long_about(text) };
    }
    match texts.find(&format!("{id}.after"), None) {
        Some(text) => command.after_help(text),
        None => command,
    }
}

/// The message with the text of an argument: that of its command, or `help` for the flags of all commands.
fn owner<'a>(argument: &Arg, id: &'a str) -> &'a str {
    let is_common = argument.is_global_set() || matches!(argument.get_id().as_str(), "help" | "version");
    if is_common { "help" } else { id }
}

/// The name that the help shows for the value of an argument, such as `NAME=VALUE`. `None` without a value.
fn value_name(argument: &Arg) -> Option<String> {
    let is_positional = argument.is_positional();
    let takes_values = is_positional || argument.get_action().takes_values();
    let name = match argument.get_value_names() {
        Some(names) => names.first()?.to_string(),
        None => argument.get_id().as_str().to_uppercase(),
    };
    takes_values.then_some(name)
}

/// Replaces the words of the name of a value.
fn translated_name(name: &str, texts: &Texts) -> String {
    let words = name.split('=').map(|word| texts.find(&format!("help-names.{word}"), None).unwrap_or(word.to_owned()));
    words.collect::<Vec<_>>().join("=")
}

#[cfg(test)]
#[path = "help_tests.rs"]
mod tests;
