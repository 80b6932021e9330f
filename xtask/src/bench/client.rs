//! A client process of a benchmark, which runs one round for each line that it receives.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::command::Result;

/// Time per operation in one round, in microseconds.
#[derive(Clone, Copy)]
pub(super) struct Round {
    pub(super) wall: f64,
    pub(super) cpu: f64,
}

pub(super) struct ClientProcess {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// Command line, for error messages.
    name: String,
}

impl ClientProcess {
    /// Starts the process, and waits until it has warmed up.
    pub(super) fn start(mut command: Command) -> Result<ClientProcess> {
        let name = format!("{command:?}");
        let failed = |error| format!("{name}: {error}");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let stdout = BufReader::new(child.stdout.take().expect("stdio is piped"));
        let mut process = ClientProcess { child, stdout, name };
        match process.line()?.as_str() {
            "ready" => Ok(process),
            other => Err(format!("{} printed {other:?}", process.name)),
        }
    }

    pub(super) fn run_round(&mut self) -> Result<Round> {
        let stdin = self.child.stdin.as_mut().expect("stdio is piped");
        writeln!(stdin, "go").map_err(|error| format!("{}: {error}", self.name))?;
        let line = self.line()?;
        let mut times = line.split(' ').map(str::parse);
        match (times.next(), times.next()) {
            (Some(Ok(wall)), Some(Ok(cpu))) => Ok(Round { wall, cpu }),
            _ => Err(format!("{} printed {line:?}", self.name)),
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stdout.read_line(&mut line).map_err(|error| format!("{}: {error}", self.name))?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for ClientProcess {
    /// Closes stdin, at which the process exits.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Fails only if the process has already exited.
        let _ = self.child.wait();
    }
}
