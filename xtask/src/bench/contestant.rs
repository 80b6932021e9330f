//! A client that is measured: a process which does a round of its work for each line that it is sent.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::command::Result;

/// What one piece of work took, in microseconds.
#[derive(Clone, Copy)]
pub(super) struct Round {
    pub(super) wall: f64,
    pub(super) cpu: f64,
}

pub(super) struct Contestant {
    child: Child,
    answers: BufReader<ChildStdout>,
    /// For who is told that it failed.
    name: String,
}

impl Contestant {
    /// Starts the process, and waits until it is warm.
    pub(super) fn start(mut command: Command) -> Result<Contestant> {
        let name = format!("{command:?}");
        let told = |error| format!("{name}: {error}");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(told)?;
        let answers = BufReader::new(child.stdout.take().expect("it was asked for"));
        let mut contestant = Contestant { child, answers, name };
        match contestant.answer()?.as_str() {
            "ready" => Ok(contestant),
            other => Err(format!("{} said {other:?}", contestant.name)),
        }
    }

    pub(super) fn play(&mut self) -> Result<Round> {
        let stdin = self.child.stdin.as_mut().expect("it was asked for");
        writeln!(stdin, "go").map_err(|error| format!("{}: {error}", self.name))?;
        let answer = self.answer()?;
        let mut times = answer.split(' ').map(str::parse);
        match (times.next(), times.next()) {
            (Some(Ok(wall)), Some(Ok(cpu))) => Ok(Round { wall, cpu }),
            _ => Err(format!("{} said {answer:?}", self.name)),
        }
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(|error| format!("{}: {error}", self.name))?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Contestant {
    /// It ends when nothing more is to come.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Nothing can be done where this fails: it is gone already.
        let _ = self.child.wait();
    }
}
