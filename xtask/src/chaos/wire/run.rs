//! Makes the calls of one language, and compares the result.

use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::super::checks::Record;
use super::super::programs::Language;
use super::calls::Calls;
use super::compare::{Counts, compare};
use super::ledgers;
use super::options::Options;
use super::proxy::Proxy;
use super::report::{self, Outcome, Reported};
use super::server::Server;
use crate::command::Result;
use crate::files::{empty, write};
use crate::{paths, show};

/// Number of calls in progress at the same time.
const CONCURRENCY: usize = 32;

/// Number of processes that make them. They share the ledgers.
const PROCESSES: usize = 2;

/// Number of calls of a run on a machine that is too slow to make them in time.
const LEAST_CALLS: usize = 400;

/// A call that has not ended this long after its deadline hangs. Long enough for a slow machine, and for a bulk run whose rows have the deadline.
const MAX_OVERRUN: Duration = Duration::from_secs(60);

/// The numbers of a run without violations.
pub(super) struct Summary {
    calls: usize,
    messages: usize,
    /// Number of rows in all ledgers.
    rows: usize,
    kills: u32,
    results: Counts,
    /// Numbers of connections and of faults.
    faults: Value,
    /// The latest end of a call after its deadline.
    overrun: Duration,
    time: Duration,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let results: Vec<String> = self.results.iter().map(|(result, count)| format!("{count} {result}")).collect();
        let faults = self.faults.as_object().into_iter().flatten();
        let faults: Vec<String> = faults.map(|(name, count)| format!("{count} {name}")).collect();
        writeln!(f, "{} calls: {}", self.calls, results.join(", "))?;
        writeln!(f, "faults: {}, {} kills of the sandbox", faults.join(", "), self.kills)?;
        write!(
            f,
            "{} messages, {} rows in ledgers, no violation; no call ended later than {} after its deadline; {}",
            self.messages,
            self.rows,
            show::time(self.overrun),
            show::time(self.time)
        )
    }
}

/// Runs a language.
pub(super) fn run(language: &'static Language, options: &Options) -> Result<Summary> {
    let started = Instant::now();
    // Of its own, because runs with several seeds may run at the same time.
    let name = format!("wire-{}-{}{}", language.name, options.seed, options.sabotage);
    let folder = paths::target().join("chaos").join(name);
    empty(&folder)?;
    let mut record = Record::new(folder.join("messages.jsonl"));
    let mut proxy = Proxy::start(options.seed, &options.sabotage)?;
    let mut server = Server::start(options.seed, record.path(), &mut proxy)?;
    let mut command = (language.program)();
    command.env("ZEXA_API_KEY", &server.api_key).env("CHAOS_FOLDER", &folder);
    proxy.tell(&mut command);
    command.arg(CONCURRENCY.to_string());
    let (sender, lines) = mpsc::channel();
    let programs = (0..PROCESSES).map(|_| Program::start(&mut command, sender.clone()));
    let programs = programs.collect::<Result<Vec<_>>>()?;
    // The others are dropped at the end of each program.
    drop(sender);
    let mut run = Run {
        programs,
        lines,
        calls: Calls::new(options.seed),
        reported: Vec::new(),
        in_progress: Vec::new(),
        sent: None,
        reports: 0,
        overrun: Duration::ZERO,
    };
    let until = Instant::now() + options.time();
    while Instant::now() < until || run.reported.len() < LEAST_CALLS {
        server.advance(&mut proxy)?;
        while run.in_progress.len() < CONCURRENCY {
            run.begin()?;
        }
        run.wait_for_report()?;
    }
    while !run.in_progress.is_empty() {
        server.advance(&mut proxy)?;
        run.wait_for_report()?;
    }
    // A request may still be on its way to a sandbox, also after the program has ended.
    server.ensure_running(&mut proxy)?;
    run.end()?;
    let faults = proxy.counts()?;
    let messages = record.messages()?;
    write_reports(&folder, &run.reported)?;
    let results = compare(&run.reported, &messages)?;
    let rows = ledgers::check(&folder, &messages)?;
    // The files of a run with a violation are kept.
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(Summary {
        calls: run.reported.len(),
        messages: messages.len(),
        rows,
        kills: server.kills,
        results,
        faults,
        overrun: run.overrun,
        time: started.elapsed(),
    })
}

/// Keeps the calls with their reports, for the analysis of a violation.
fn write_reports(folder: &Path, reported: &[Reported]) -> Result {
    let file = folder.join("calls.txt");
    let lines: String = reported.iter().map(|call| format!("{call:?}\n")).collect();
    write(&file, &lines)
}

struct Run {
    programs: Vec<Program>,
    /// What they print.
    lines: Receiver<String>,
    calls: Calls,
    reported: Vec<Reported>,
    /// Numbers of the calls that have not ended, and their deadlines.
    in_progress: Vec<(usize, Instant)>,
    /// Id of the message that was sent last.
    sent: Option<String>,
    /// Number of events so far: calls that begin, and reports.
    reports: u64,
    overrun: Duration,
}

impl Run {
    /// Begins the next call.
    fn begin(&mut self) -> Result {
        let call = self.calls.next(self.sent.as_deref());
        let index = call.number as usize % self.programs.len();
        self.programs[index].write(&call.line())?;
        self.in_progress.push((self.reported.len(), Instant::now() + call.deadline()));
        self.reports += 1;
        self.reported.push(Reported::new(call, self.reports));
        Ok(())
    }

    /// Waits a short time for the next report, and reads all that have arrived.
    fn wait_for_report(&mut self) -> Result {
        let now = Instant::now();
        if let Some((number, _)) = self.in_progress.iter().find(|(_, deadline)| now > *deadline + MAX_OVERRUN) {
            let has_ended = self.programs.iter_mut().any(|program| matches!(program.child.try_wait(), Ok(Some(_))));
            let reason = if has_ended { "its program has failed" } else { "it hangs" };
            return Err(format!("a call has not ended, because {reason}: {:?}", self.reported[*number]));
        }
        match self.lines.recv_timeout(Duration::from_millis(10)) {
            Ok(line) => self.add(&line)?,
            Err(RecvTimeoutError::Timeout) => return Ok(()),
            Err(RecvTimeoutError::Disconnected) => {
                self.programs.iter_mut().try_for_each(Program::wait)?;
                return Err("the programs have ended before their last call".to_owned());
            }
        }
        while let Ok(line) = self.lines.try_recv() {
            self.add(&line)?;
        }
        Ok(())
    }

    fn add(&mut self, line: &str) -> Result {
        self.reports += 1;
        let (number, text) = report::parse(line)?;
        let reported = self.reported.get_mut(number).ok_or_else(|| format!("a report of an unknown call: {line:?}"))?;
        reported.add(text, self.reports)?;
        if let Some(row) = reported.rows.last().filter(|row| row.outcome == Outcome::Sent) {
            self.sent.clone_from(&row.id);
        }
        if !reported.ends.is_empty()
            && let Some(index) = self.in_progress.iter().position(|(in_progress, _)| *in_progress == number)
        {
            let (_, deadline) = self.in_progress.swap_remove(index);
            self.calls.end(&reported.call);
            if reported.call.kind.has_deadline() {
                self.overrun = self.overrun.max(Instant::now().saturating_duration_since(deadline));
            }
        }
        Ok(())
    }

    /// Waits for the end of the programs. Further reports are read, too.
    fn end(&mut self) -> Result {
        for program in &mut self.programs {
            drop(program.stdin.take());
        }
        let until = Instant::now() + MAX_OVERRUN;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => self.add(&line)?,
                Err(RecvTimeoutError::Timeout) => return Err("the program does not exit".to_owned()),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.programs.iter_mut().try_for_each(Program::wait)
    }
}

/// The running program. It is killed when this is dropped.
struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Program {
    fn start(command: &mut Command, lines: Sender<String>) -> Result<Program> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
        let stdout = BufReader::new(child.stdout.take().expect("stdio is piped"));
        let stdin = child.stdin.take();
        thread::spawn(move || stdout.lines().map_while(std::io::Result::ok).try_for_each(|line| lines.send(line)));
        Ok(Program { child, stdin })
    }

    fn write(&mut self, line: &str) -> Result {
        let stdin = self.stdin.as_mut().expect("no call begins after the end");
        stdin.write_all(line.as_bytes()).map_err(|error| format!("the program does not read: {error}"))
    }

    /// Waits for the end of the program, which has closed its stdout.
    fn wait(&mut self) -> Result {
        let status = self.child.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("the program has failed: {status}")) }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // These fail only if the program has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
