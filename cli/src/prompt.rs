//! Questions on the terminal.

use std::io::{BufRead, IsTerminal};
use std::sync::{Mutex, PoisonError};

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::texts::{text, wants_json};
use crate::{interrupt, secret, stderr};

/// What Ctrl-C prints while a question waits for its answer.
static QUESTION: Mutex<Option<String>> = Mutex::new(None);

/// Fail if a question cannot be asked, which is needed without `yes`: there is no terminal.
pub(crate) fn check_can_ask(context: &Context, yes: bool) -> Result<()> {
    let is_terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    match yes || (is_terminal && !context.is_json()) {
        true => Ok(()),
        false => Err(Failure::Usage(text!("confirm-no-terminal"))),
    }
}

/// Ask a question, and return whether the answer is yes. Ctrl-D is a failure that says that nothing was sent.
pub(crate) fn confirm(question: &str) -> Result<bool> {
    let mut answer = String::new();
    let read = answerable(text!("cancelled-send"), || {
        stderr::text(format_args!("{question} {} ", text!("confirm-choice")));
        std::io::stdin().lock().read_line(&mut answer)
    });
    match read {
        Ok(0) => {
            stderr::line("");
            Err(Failure::Declined(text!("cancelled-send")))
        }
        // Both languages: the locale may not be that of the person.
        Ok(_) => Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "s" | "sim")),
        Err(error) => Err(Failure::stdin(&error)),
    }
}

/// Ask for a secret, without showing it. Ctrl-D is a failure with this text, which Ctrl-C prints too.
pub(crate) fn ask_secret(question: &str, cancelled: &str) -> Result<String> {
    // Ctrl-C must show the input again, also if no client has been created.
    interrupt::token();
    match answerable(cancelled.to_owned(), || secret::ask(question)) {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Err(Failure::Declined(cancelled.to_owned())),
        Err(error) => Err(Failure::stdin(&error)),
    }
}

/// Asks something. Meanwhile, Ctrl-C prints the text and ends the program.
fn answerable<T>(cancelled: String, ask: impl FnOnce() -> T) -> T {
    let set = |text| *QUESTION.lock().unwrap_or_else(PoisonError::into_inner) = text;
    set(Some(cancelled));
    let answer = interrupt::exit_during(ask);
    set(None);
    answer
}

/// Leave the terminal as it was, and say that an open question was cancelled. Called before Ctrl-C ends the program.
pub(crate) fn cancel() {
    secret::show_input();
    let Some(text) = QUESTION.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    let failure = Failure::Declined(text);
    match wants_json() {
        true => stderr::line(failure.to_json()),
        false => {
            // The cursor is behind the question.
            stderr::line("");
            failure.lines().iter().for_each(stderr::line);
        }
    }
}
