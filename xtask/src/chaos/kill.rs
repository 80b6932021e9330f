//! Runs a program until its last row, and kills it and the sandbox at the planned moments.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::checks::{Counts, Record, compare};
use super::options::Options;
use super::plan::{Event, Moment, plan};
use super::programs::{self, Language};
use crate::command::Result;
use crate::files::empty;
use crate::sandbox::Sandbox;
use crate::{paths, show};

/// A run without a new message for this long has failed.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The response time of the sandbox, so that many rows are in flight at any time.
const DELAY: f64 = 0.04;

/// The number of times that a run may stop by itself without a new message.
const MAX_IDLE_STOPS: u32 = 5;

/// Exit status of a program whose run has stopped by itself.
const STOPPED: i32 = 3;

/// Runs a language, and prints what happens.
pub(super) fn run(language: &'static Language, options: &Options) -> Result {
    let started = Instant::now();
    let folder = paths::target().join("chaos").join(language.name);
    empty(&folder)?;
    let record = folder.join("messages.jsonl");
    let mut run = Run {
        language,
        options,
        ledger: folder.join("ledger.db"),
        sandbox: start_sandbox(0, &record, options.seed)?,
        record: Record::new(record),
        counts: Counts::default(),
        lost_in_flight: 0,
        max_doubts: 0,
        kills: 0,
        restarts: 0,
    };
    let mut process = run.start()?;
    for event in plan(options) {
        if run.wait_for(&mut process, Some(&event.moment))? {
            return Err(format!("the run has ended after kill {} of {}", run.kills, options.kills));
        }
        run.play(&event, &mut process)?;
    }
    run.wait_for(&mut process, None)?;
    let messages = run.record.messages()?;
    let states = compare(&programs::export(&run.ledger)?, &messages, options.rows)?;
    let states: Vec<String> = states.iter().map(|(state, count)| format!("{count} {state}")).collect();
    println!(
        "{} rows: {}; at most {} more in doubt at a time\n{} messages, none twice; {}",
        options.rows,
        states.join(", "),
        run.max_doubts,
        messages.len(),
        show::time(started.elapsed())
    );
    Ok(())
}

fn start_sandbox(port: u16, record: &Path, seed: u64) -> Result<Sandbox> {
    let (port, record) = (port.to_string(), record.to_string_lossy());
    let sandbox = Sandbox::start(&["--port", &port, "--record", &record, "--credits", "1000000"])?;
    // Half of the messages are accepted before the delay, and the others after it.
    sandbox.add_faults(&format!(
        "[{{\"method\": \"POST\", \"times\": 0, \"delay\": {DELAY}, \"process\": true, \"probability\": 0.5, \"seed\": {seed}}},
          {{\"method\": \"POST\", \"times\": 0, \"delay\": {DELAY}}}]"
    ))?;
    Ok(sandbox)
}

struct Run<'a> {
    language: &'static Language,
    options: &'a Options,
    ledger: PathBuf,
    record: Record,
    sandbox: Sandbox,
    /// The counts of the ledger when a process last ended.
    counts: Counts,
    /// How many rows may have been in flight when the sandbox was killed since then.
    lost_in_flight: u64,
    /// The maximum number of rows that were in doubt after a process, and not before.
    max_doubts: u64,
    kills: u64,
    restarts: u64,
}

impl Run<'_> {
    /// Kills the program, the sandbox, or both, and starts them again.
    fn play(&mut self, event: &Event, process: &mut Process) -> Result {
        let Options { kills, restarts, concurrency, .. } = *self.options;
        let mut done = Vec::new();
        if let Some(pause) = event.restarts_after {
            self.sandbox.kill();
            // The requests in flight have unknown outcomes.
            self.lost_in_flight += concurrency;
            self.restarts += 1;
            done.push(format!("restart {} of {restarts}", self.restarts));
            sleep(pause / 2);
        }
        if event.kills {
            process.kill();
            self.check_doubts(concurrency)?;
            self.kills += 1;
            done.push(format!("kill {} of {kills}", self.kills));
            *process = self.start()?;
        }
        if let Some(pause) = event.restarts_after {
            sleep(pause / 2);
            let port = self.sandbox.port()?;
            self.sandbox = start_sandbox(port, self.record.path(), self.options.seed)?;
        }
        let when = match event.moment {
            Moment::Started(after) => format!(", {} ms after its start", after.as_millis()),
            Moment::Recorded(..) => String::new(),
        };
        let Counts { accepted, in_doubt } = self.counts;
        let messages = self.record.count()?;
        println!("{}: {messages} messages, {accepted} accepted, {in_doubt} in doubt{when}", done.join(", "));
        Ok(())
    }

    /// Starts the program.
    fn start(&self) -> Result<Process> {
        let mut program = (self.language.program)();
        program.arg(&self.ledger).args([self.options.rows, self.options.concurrency].map(|number| number.to_string()));
        self.sandbox.tell(&mut program);
        Process::start(&mut program)
    }

    /// Waits for a moment, or for the end of the run if there is none. Returns whether the run has ended.
    ///
    /// A run that stops by itself is started again.
    fn wait_for(&mut self, process: &mut Process, moment: Option<&Moment>) -> Result<bool> {
        let (mut count, mut last_message, mut idle_stops) = (self.record.count()?, Instant::now(), 0);
        let mut reached = None;
        loop {
            if let Some(status) = process.status()? {
                let printed = process.output();
                let printed = printed.trim();
                self.check_doubts(0)?;
                match status {
                    Some(0) if printed == self.options.rows.to_string() => return Ok(true),
                    Some(0) => return Err(format!("the run has ended with {printed} results")),
                    Some(STOPPED) if idle_stops < MAX_IDLE_STOPS => {
                        println!("{}", show::dim(&format!("stopped by itself: {printed}")));
                        idle_stops += 1;
                        *process = self.start()?;
                    }
                    status => return Err(format!("the program has failed: {status:?} {printed}")),
                }
            }
            let (new_count, now) = (self.record.count()?, Instant::now());
            if new_count > count {
                (count, last_message, idle_stops) = (new_count, now, 0);
            }
            let (since, after) = match moment {
                Some(Moment::Started(after)) => (Some(process.started), *after),
                Some(Moment::Recorded(wanted, after)) if count >= *wanted => {
                    (Some(*reached.get_or_insert(now)), *after)
                }
                Some(Moment::Recorded(..)) | None => (None, Duration::MAX),
            };
            if since.is_some_and(|since| since.elapsed() >= after) {
                return Ok(false);
            }
            if last_message.elapsed() > MAX_PAUSE {
                return Err(format!("no message for {} after {count}", show::time(MAX_PAUSE)));
            }
            sleep(Duration::from_millis(1));
        }
    }

    /// Checks how many more rows are in doubt since a process last ended.
    fn check_doubts(&mut self, allowed: u64) -> Result {
        // A program that is killed early has not created the ledger.
        let is_empty = !self.ledger.exists();
        let counts = if is_empty { Counts::default() } else { Counts::parse(&programs::counts(&self.ledger)?)? };
        let more = counts.in_doubt.saturating_sub(self.counts.in_doubt);
        let allowed = allowed + std::mem::take(&mut self.lost_in_flight);
        if more > allowed {
            return Err(format!("{more} more rows are in doubt, and at most {allowed} are allowed"));
        }
        if counts.in_doubt < self.counts.in_doubt || counts.accepted < self.counts.accepted {
            return Err(format!("the ledger has lost rows: {counts:?} after {:?}", self.counts));
        }
        self.max_doubts = self.max_doubts.max(more);
        self.counts = counts;
        Ok(())
    }
}

/// The running program. It is killed when this is dropped.
struct Process {
    child: Child,
    started: Instant,
}

impl Process {
    fn start(program: &mut Command) -> Result<Process> {
        match program.stdin(Stdio::null()).stdout(Stdio::piped()).spawn() {
            Ok(child) => Ok(Process { child, started: Instant::now() }),
            Err(error) => Err(format!("{}: {error}", program.get_program().display())),
        }
    }

    /// Exit status. `None` while it runs. The inner value is `None` if a signal has ended it.
    fn status(&mut self) -> Result<Option<Option<i32>>> {
        let status = self.child.try_wait().map_err(|error| error.to_string())?;
        Ok(status.map(|status| status.code()))
    }

    /// The output of a process that has ended.
    fn output(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut stdout) = self.child.stdout.take() {
            // What was read before an error is still shown.
            let _ = stdout.read_to_string(&mut text);
        }
        text
    }

    /// Kills the process with SIGKILL.
    fn kill(&mut self) {
        // These fail only if the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
