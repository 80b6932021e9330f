//! Drives a bulk run of the core: takes its results, shows its progress, and stops it at Ctrl-C.

use std::cell::RefCell;
use std::path::Path;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use clap::Args;
use futures_core::Stream;
use zexa::{BulkOptions, BulkStats, CreateContact, CreateManyStream, Error, RowResult, SendManyStream, SendMessage};

use super::problems::{self, of_table};
use super::progress::{Progress, TICK};
use super::recorder::{Recorded, Recorder};
use super::signals;
use super::source::End;
use super::words;
use crate::context::Context;
use crate::texts::text;
use crate::values;

/// The options that change nothing that is sent.
#[derive(Args)]
pub(crate) struct PaceArguments {
    /// Maximum number of requests per second. Set it if you know your limit
    #[arg(long, value_name = "NUMBER", value_parser = values::rate)]
    rate: Option<f64>,
    /// Maximum number of requests at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: u32,
    /// Stop after this time, such as 2h
    #[arg(long, value_name = "DURATION", value_parser = values::duration)]
    max_duration: Option<Duration>,
}

impl PaceArguments {
    pub(crate) fn options(&self) -> BulkOptions {
        let options = BulkOptions::new().concurrency(self.concurrency);
        if let Some(rate) = self.rate { options.rate(rate) } else { options }
    }
}

/// A bulk run of the core.
pub(crate) trait Running {
    type Value: Recorded;

    fn poll(&mut self, context: &mut TaskContext<'_>) -> Poll<Option<zexa::Result<RowResult<Self::Value>>>>;
    fn stats(&self) -> BulkStats;
    fn stop(&self);
    fn cancel(&self);
}

macro_rules! running {
    ($Stream:ident of $Params:ident -> $Value:ident) => {
        impl<S: Stream<Item = $Params> + Unpin> Running for $Stream<S> {
            type Value = zexa::$Value;

            fn poll(&mut self, context: &mut TaskContext<'_>) -> Poll<Option<zexa::Result<RowResult<zexa::$Value>>>> {
                Pin::new(self).poll_next(context)
            }

            fn stats(&self) -> BulkStats {
                $Stream::stats(self)
            }

            fn stop(&self) {
                $Stream::stop(self);
            }

            fn cancel(&self) {
                $Stream::cancel(self);
            }
        }
    };
}

running! { SendManyStream of SendMessage -> Message }
running! { CreateManyStream of CreateContact -> Contact }

/// Why a run was stopped.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    /// The number of interrupts.
    pub(crate) interrupts: u32,
    /// `--max-duration` has passed.
    pub(crate) is_late: bool,
    /// The report cannot be written.
    pub(crate) has_failed: bool,
    /// The reason of the core.
    pub(crate) error: Option<Error>,
}

/// Runs until the last result. `total` is the number of rows, for the progress.
pub(crate) fn drive<R: Running>(
    mut run: R,
    context: &Context,
    pace: &PaceArguments,
    total: u64,
    recorder: &Rc<RefCell<Recorder>>,
) -> Stop {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut task = TaskContext::from_waker(&waker);
    let mut progress = Progress::new(context, total);
    let mut stop = Stop::default();
    let started = Instant::now();
    loop {
        stop.check(&run, pace.max_duration.is_some_and(|limit| started.elapsed() >= limit), recorder, &progress);
        match run.poll(&mut task) {
            Poll::Ready(Some(Ok(result))) => recorder.borrow_mut().result(result),
            Poll::Ready(Some(Err(error))) => stop.error = Some(error),
            Poll::Ready(None) => break,
            // The time of the progress line and of `--max-duration` passes without a result.
            Poll::Pending => thread::park_timeout(TICK),
        }
        progress.update(|| run.stats());
    }
    progress.finish(&run.stats());
    stop
}

impl Stop {
    /// Whether the run has reached the end of the file.
    pub(crate) fn is_at_end(&self, end: Option<&End>) -> bool {
        end.is_none() && self.interrupts == 0 && !self.is_late && !self.has_failed && self.error.is_none()
    }

    /// The name of the reason why a run has stopped before its end, which never changes, and the reason in words. `end` is why the source has ended,
    /// and `is_complete` is whether nothing was left.
    pub(crate) fn reason(&self, end: Option<&End>, is_complete: bool, path: &Path) -> Option<(String, Option<String>)> {
        let named = |name: &str, reason| Some((name.to_owned(), reason));
        match (end, &self.error) {
            (Some(End::Changed { rows }), _) => named("changed", Some(problems::changed(path, *rows))),
            (Some(End::Unreadable(error)), _) => named(error.code(), of_table(path, error).lines().into_iter().next()),
            _ if self.interrupts > 0 => named("interrupted", None),
            _ if self.is_late && is_complete => None,
            _ if self.is_late => named("max_duration", Some(text!("bulk-late"))),
            _ if self.has_failed => named("report", None),
            (_, Some(error)) => {
                let name = error.details().and_then(|details| details["reason"].as_str()).unwrap_or("error");
                named(name, Some(words::of_stop(name, error)))
            }
            (Some(End::Limit), None) if !is_complete => named("limit", None),
            (_, None) => None,
        }
    }

    /// Stops the run if there is a reason.
    fn check(&mut self, run: &impl Running, is_late: bool, recorder: &RefCell<Recorder>, progress: &Progress<'_>) {
        let interrupts = signals::count();
        if interrupts > self.interrupts {
            if self.interrupts == 0 {
                run.stop();
                progress.note(&text!("bulk-interrupted", count = run.stats().in_flight));
            }
            if interrupts > 1 {
                run.cancel();
            }
            self.interrupts = interrupts;
        }
        let has_failed = recorder.borrow().has_failed();
        if (is_late && !self.is_late) || (has_failed && !self.has_failed) {
            run.stop();
        }
        (self.is_late, self.has_failed) = (is_late, has_failed);
    }
}

/// Wakes the thread that polls the run.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
