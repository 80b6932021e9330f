//! Each command and each argument has a Portuguese help, and there is no superfluous one.

use std::collections::BTreeSet;

use clap::CommandFactory;
use fluent_syntax::ast::Entry;

use super::*;
use crate::arguments::Arguments;

/// The names of the texts that a command and its subcommands need.
fn needed(command: &Command, id: &str, names: &mut BTreeSet<String>) {
    names.insert(id.to_owned());
    names.extend(command.get_arguments().map(|argument| format!("{}.{}", owner(argument, id), argument.get_id())));
    let value_names: Vec<_> = command.get_arguments().filter_map(value_name).collect();
    names.extend(value_names.iter().flat_map(|name| name.split('=')).map(|word| format!("help-names.{word}")));
    if command.get_after_help().is_some_and(|text| !text.to_string().starts_with("Examples:\n")) {
        names.insert(format!("{id}.after"));
    }
    for subcommand in command.get_subcommands() {
        needed(subcommand, &format!("{id}-{}", subcommand.get_name()), names);
    }
}

#[test]
fn each_text_of_the_help_is_translated() {
    let mut expected = BTreeSet::new();
    needed(&prepare(Arguments::command(), Language::English), "help", &mut expected);
    let mut found = BTreeSet::new();
    for entry in PORTUGUESE.iter().flat_map(|file| fluent_syntax::parser::parse(*file).expect("valid Fluent").body) {
        let Entry::Message(message) = entry else { continue };
        // It has attributes only.
        if message.value.is_none() {
            found.extend(message.attributes.iter().map(|name| format!("{}.{}", message.id.name, name.id.name)));
            continue;
        }
        found.insert(message.id.name.to_owned());
        found.extend(message.attributes.iter().map(|attribute| format!("{}.{}", message.id.name, attribute.id.name)));
    }
    let missing: Vec<_> = expected.difference(&found).collect();
    let superfluous: Vec<_> = found.difference(&expected).collect();
    assert!(missing.is_empty() && superfluous.is_empty(), "missing: {missing:#?}, superfluous: {superfluous:#?}");
}

#[test]
fn the_definition_of_the_arguments_is_valid() {
    for language in [Language::English, Language::Portuguese] {
        prepare(Arguments::command(), language).debug_assert();
    }
}

/// All commands with subcommands excluded, whose examples are those of their subcommands.
fn leaves<'a>(command: &'a Command, found: &mut Vec<&'a Command>) {
    match command.has_subcommands() {
        true => command.get_subcommands().for_each(|subcommand| leaves(subcommand, found)),
        false => found.push(command),
    }
}

#[test]
fn examples_in_the_help_are_valid_command_lines() {
    let command = prepare(Arguments::command(), Language::English);
    let mut commands = Vec::new();
    leaves(&command, &mut commands);
    let mut count = 0;
    for text in commands.iter().filter_map(|command| command.get_after_help()).map(ToString::to_string) {
        for line in text.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| line.starts_with("zexa ")) {
            let result = prepare(Arguments::command(), Language::English).try_get_matches_from(words(line));
            assert!(result.is_ok(), "{line}: {}", result.expect_err("an error"));
            count += 1;
        }
    }
    assert!(count >= 20, "{count} examples");
}

/// The words of a simple command line, with quotes, without redirections.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in line.chars() {
        match quote {
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character == ' ' => words.push(String::new()),
            _ => words.last_mut().expect("a word").push(character),
        }
    }
    let end = words.iter().position(|word| ["<", "|", ">"].contains(&word.as_str()));
    words.truncate(end.unwrap_or(words.len()));
    words
}
