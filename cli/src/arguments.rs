//! The arguments of the program.

use anstream::ColorChoice;
use clap::{Args, CommandFactory, FromArgMatches, Parser, ValueEnum};

use crate::commands::Command;
use crate::help;

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    failed
  2    invalid arguments; nothing was sent
  3    a message may have been sent, without a known result
  4    there is no API key, or the API does not accept it
  130  interrupted with Ctrl-C, SIGTERM or SIGHUP, also if a message may have been sent";

/// Send and manage messages of the Zexa API: SMS, WhatsApp, Telegram, email and Slack.
///
/// Results are written to stdout, and everything else to stderr. On a terminal, results are text. With `--json`, or if stdout is not a terminal, each result
/// is one line of JSON.
///
/// The API key is read from the profile of --profile, or else from the environment variable ZEXA_API_KEY, or else from the profile that `zexa login` writes. It is never an argument.
#[derive(Parser)]
#[command(name = "zexa", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options of every command.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Print one JSON object per line, also on a terminal, and errors as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Use the API key of this profile, which takes precedence over ZEXA_API_KEY
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Read the API key from stdin
    #[arg(long, global = true, conflicts_with = "profile")]
    pub(crate) api_key_stdin: bool,
    /// Run the command against a sandbox of its own: nothing is really sent
    #[arg(long, global = true, conflicts_with_all = ["profile", "api_key_stdin"])]
    pub(crate) sandbox: bool,
    /// Print each request to stderr, without secrets
    #[arg(long, global = true)]
    pub(crate) debug: bool,
    /// When to use colours: always, never, or on a terminal without NO_COLOR (auto)
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colours::Auto, hide_possible_values = true,
        hide_default_value = true)]
    color: Colours,
}

/// When colours are used.
#[derive(Clone, Copy, ValueEnum)]
enum Colours {
    Auto,
    Always,
    Never,
}

/// Use colours as the option `--color` says, also for errors about the arguments.
pub(crate) fn choose_colours() {
    let mut arguments = std::env::args_os().skip(1).take_while(|argument| argument != "--");
    let mut choice = None;
    while let Some(argument) = arguments.next() {
        if argument == "--color" {
            choice = arguments.next();
        } else if let Some(value) = argument.to_str().and_then(|argument| argument.strip_prefix("--color=")) {
            choice = Some(value.into());
        }
    }
    match choice.as_ref().and_then(|choice| choice.to_str()) {
        Some("always") => ColorChoice::Always.write_global(),
        Some("never") => ColorChoice::Never.write_global(),
        _ => {}
    }
}

/// Return the command line, with the help in the language of the user.
pub(crate) fn command() -> clap::Command {
    help::prepare(Arguments::command(), crate::texts::language())
}

/// Return the help of a command, as the error that clap returns for it.
pub(crate) fn help_of(path: &[String]) -> Option<clap::Error> {
    let words = std::iter::once("zexa").chain(path.iter().map(String::as_str)).chain(std::iter::once("--help"));
    command().try_get_matches_from(words).err()
}

/// Parse the arguments of the process.
pub(crate) fn parse() -> Result<Arguments, clap::Error> {
    let matches = command().try_get_matches()?;
    Arguments::from_arg_matches(&matches)
}
