//! Questions on the terminal.

use std::io::{BufRead, IsTerminal};

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::stderr;
use crate::texts::text;

/// Fail if a question cannot be asked, which is needed without `yes`: there is no terminal.
pub(crate) fn check_can_ask(context: &Context, yes: bool) -> Result<()> {
    let is_terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    match yes || (is_terminal && !context.is_json()) {
        true => Ok(()),
        false => Err(Failure::Usage(text!("confirm-no-terminal"))),
    }
}

/// Ask a question, and return whether the answer is yes.
pub(crate) fn confirm(question: &str) -> Result<bool> {
    let mut answer = String::new();
    let read = interrupt::exit_during(|| {
        stderr::text(format_args!("{question} {} ", text!("confirm-choice")));
        std::io::stdin().lock().read_line(&mut answer)
    });
    read.map_err(|error| Failure::Local(text!("stdin-failed", reason = error.to_string())))?;
    // Both languages: the locale may not be that of the person.
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "s" | "sim"))
}
