//! [`Progress`]: shows how far a run is: a live line on a terminal, and a line now and then elsewhere.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use zexa::BulkStats;

use crate::context::Context;
use crate::texts::text;

/// The time between two changes of the live line.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// The time between two lines without a terminal.
const INTERVAL: Duration = Duration::from_secs(10);

/// The progress of a run.
pub(crate) struct Progress<'a> {
    context: &'a Context,
    is_terminal: bool,
    total: u64,
    next: Instant,
}

impl<'a> Progress<'a> {
    /// The progress of a run with this number of rows.
    pub(crate) fn new(context: &'a Context, total: u64) -> Progress<'a> {
        let is_terminal = stderr().is_terminal() && !context.is_quiet();
        let first = if is_terminal { Duration::ZERO } else { INTERVAL };
        Progress { context, is_terminal, total, next: Instant::now() + first }
    }

    /// Shows the progress, if it is time. `stats` is called only then.
    pub(crate) fn update(&mut self, stats: impl FnOnce() -> BulkStats) {
        let now = Instant::now();
        if now < self.next {
            return;
        }
        let line = line(&stats(), self.total);
        match self.is_terminal {
            true => self.draw(&line),
            false => self.context.note(&line),
        }
        self.next = now + if self.is_terminal { TICK } else { INTERVAL };
    }

    /// Prints a note above the live line.
    pub(crate) fn note(&mut self, text: &str) {
        self.clear();
        self.context.note(text);
        if self.is_terminal {
            self.next = Instant::now();
        }
    }

    /// Removes the live line.
    pub(crate) fn clear(&self) {
        if self.is_terminal {
            self.draw("");
        }
    }

    fn draw(&self, line: &str) {
        let mut stderr = stderr().lock();
        // A terminal that is gone does not stop the run.
        let _ = write!(stderr, "\r\x1b[2K{line}").and_then(|()| stderr.flush());
    }
}

fn line(stats: &BulkStats, total: u64) -> String {
    let done = stats.pulled - stats.in_flight;
    let mut line = text!("bulk-progress", done = done, total = total, rate = format!("{:.1}", stats.rate));
    if let Some(wait) = stats.gate_opens_in.filter(|wait| *wait >= 1.0) {
        line.push_str(&text!("bulk-progress-wait", time = duration(wait)));
    } else if stats.rate >= 0.1 && done < total {
        line.push_str(&text!("bulk-progress-left", time = duration((total - done) as f64 / stats.rate)));
    }
    if stats.rejected > 0 {
        line.push_str(&text!("bulk-progress-rejected", count = stats.rejected));
    }
    if stats.unknown > 0 {
        line.push_str(&text!("bulk-progress-doubt", count = stats.unknown));
    }
    line
}

/// A time such as `2 min`.
fn duration(seconds: f64) -> String {
    match seconds.round() as u64 {
        seconds @ ..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (seconds, expected) in [(0.2, "0 s"), (59.0, "59 s"), (61.0, "2 min"), (3725.0, "1 h 02 min")] {
            assert_eq!(duration(seconds), expected);
        }
    }
}
