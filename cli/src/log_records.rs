//! The records of the client, on stderr: warnings, and with `--debug` each attempt.

use log::{Level, LevelFilter, Log, Metadata, Record};
use serde_json::json;

use crate::output::printable;
use crate::stderr;
use crate::texts::wants_json;

struct Stderr;

impl Log for Stderr {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("zexa")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let level = match record.level() {
            Level::Error => "error",
            Level::Warn => "warning",
            _ => "debug",
        };
        let message = record.args().to_string();
        match wants_json() {
            true => stderr::line(json!({"kind": level, "message": message})),
            false => stderr::line(format_args!("{level}: {}", printable(&message))),
        }
    }

    fn flush(&self) {}
}

/// Print warnings of the client, and with `debug` each attempt.
pub(crate) fn print(debug: bool) {
    let level = if debug { LevelFilter::Debug } else { LevelFilter::Warn };
    if log::set_logger(&Stderr).is_ok() {
        log::set_max_level(level);
    }
}
