//! Stderr: errors, notes and questions. Nothing can be done if it cannot be written, so failures are ignored.

use std::fmt;
use std::io::Write;

/// Print a line, without its colours if stderr is not a terminal.
pub(crate) fn line(text: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Print text that does not end a line.
pub(crate) fn text(text: impl fmt::Display) {
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{text}").and_then(|()| stderr.flush());
}
