//! [`Progress`]: shows how far a run is: a live line on a terminal, and a line now and then elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
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
    /// The live line. `None` without a terminal.
    bar: Option<ProgressBar>,
    total: u64,
    next: Instant,
    /// Whether a line was printed without a terminal.
    has_printed: bool,
}

impl<'a> Progress<'a> {
    /// The progress of a run with this number of rows.
    pub(crate) fn new(context: &'a Context, total: u64) -> Progress<'a> {
        let bar = (stderr().is_terminal() && !context.is_quiet()).then(|| {
            let style = ProgressStyle::with_template("{bar:20} {wide_msg}").expect("a valid template");
            ProgressBar::new(total).with_style(style)
        });
        let first = if bar.is_some() { Duration::ZERO } else { INTERVAL };
        Progress { context, bar, total, next: Instant::now() + first, has_printed: false }
    }

    /// Shows the progress, if it is time. `stats` is called only then.
    pub(crate) fn update(&mut self, stats: impl FnOnce() -> BulkStats) {
        let now = Instant::now();
        if now < self.next {
            return;
        }
        let stats = stats();
        let line = line(&stats, self.total, false);
        match &self.bar {
            Some(bar) => {
                bar.set_message(line);
                bar.set_position(done(&stats));
            }
            None => {
                self.context.note(&line);
                self.has_printed = true;
            }
        }
        self.next = now + if self.bar.is_some() { TICK } else { INTERVAL };
    }

    /// Prints a note above the live line.
    pub(crate) fn note(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.context.note(text)),
            None => self.context.note(text),
        }
    }

    /// Shows the end of the run. Without a terminal, only after a line was printed: short runs need none.
    pub(crate) fn finish(&mut self, stats: &BulkStats) {
        let line = line(stats, self.total, true);
        match &self.bar {
            Some(bar) => {
                bar.set_position(done(stats));
                bar.abandon_with_message(line);
            }
            None if self.has_printed => self.context.note(&line),
            None => {}
        }
    }
}

/// The number of messages with a result. Repeated rows are not among the messages that were confirmed.
fn done(stats: &BulkStats) -> u64 {
    stats.pulled.saturating_sub(stats.in_flight + stats.duplicate)
}

fn line(stats: &BulkStats, total: u64, has_ended: bool) -> String {
    let done = done(stats);
    let mut line = text!("bulk-progress", done = done, total = total, rate = format!("{:.1}", stats.rate));
    if has_ended {
        // Nothing is waited for any longer.
    } else if let Some(wait) = stats.gate_opens_in.filter(|wait| *wait >= 1.0) {
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
