//! [`Exit`]: the exit codes of the program.

use std::process::ExitCode;

/// The exit codes. They are stable, and part of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done.
    Done = 0,
    /// Something failed.
    Failed = 1,
    /// The arguments are invalid. Nothing was sent.
    Usage = 2,
    /// A message may have been sent without a known result.
    Unknown = 3,
    /// There is no API key, or the API does not accept it.
    NotAuthorised = 4,
    /// Ctrl-C, SIGTERM or SIGHUP.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
