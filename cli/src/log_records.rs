//! The records that `--debug` prints to stderr.

use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::stderr;

struct Stderr;

impl Log for Stderr {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("zexa")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let level = match record.level() {
                Level::Error => "error",
                Level::Warn => "warning",
                _ => "debug",
            };
            stderr::line(format_args!("{level}: {}", record.args()));
        }
    }

    fn flush(&self) {}
}

/// Prints warnings of the client, and with `debug` each attempt.
pub(crate) fn print(debug: bool) {
    let level = if debug { LevelFilter::Debug } else { LevelFilter::Warn };
    if log::set_logger(&Stderr).is_ok() {
        log::set_max_level(level);
    }
}
