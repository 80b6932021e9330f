//! Runs the program `zexa` against a sandbox, with a home directory of its own.

pub(crate) mod terminal;

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;
use zexa_sandbox::Sandbox;

/// Waits until a condition is true. Panics after 30 seconds.
pub(crate) fn until(what: &str, happened: impl Fn() -> bool) {
    let started = Instant::now();
    while !happened() {
        assert!(started.elapsed() < Duration::from_secs(30), "timeout while waiting for: {what}");
        // Leaves the processor to what it waits for.
        thread::park_timeout(Duration::from_millis(1));
    }
}

/// A sandbox, and a home directory for the program.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) home: TempDir,
}

/// The result of a run of the program.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl World {
    pub(crate) fn new() -> World {
        World::with(json!({}))
    }

    /// With a sandbox that starts with this spec.
    pub(crate) fn with(spec: Value) -> World {
        World { sandbox: Sandbox::from_json(spec), home: TempDir::new().expect("a folder") }
    }

    /// The environment of the program: nothing of the test's own but the path.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let mut variables = self.environment_without_key();
        variables.push(("ZEXA_API_KEY".to_owned(), self.sandbox.api_key().to_owned()));
        variables
    }

    pub(crate) fn environment_without_key(&self) -> Vec<(String, String)> {
        let home = self.home.path().display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        [("HOME", home.as_str()), ("PATH", &path), ("TERM", "xterm-256color"), ("ZEXA_BASE_URL", self.sandbox.url())]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(arguments);
        command.envs(self.environment()).current_dir(self.home.path());
        command
    }

    /// Runs the program with an API key.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        run(&mut self.command(arguments), "")
    }

    /// Runs the program with a stdout that nobody reads.
    pub(crate) fn run_unread(&self, arguments: &[&str]) -> Run {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(writer);
        Run::from(command.output().expect("the program ends"))
    }

    /// Runs the program in Portuguese.
    pub(crate) fn run_in_portuguese(&self, arguments: &[&str]) -> Run {
        run(self.command(arguments).env("LANG", "pt_AO.UTF-8"), "")
    }

    /// Runs the program without an API key in its environment.
    pub(crate) fn run_without_key(&self, arguments: &[&str], stdin: &str) -> Run {
        run(self.command(arguments).env_remove("ZEXA_API_KEY"), stdin)
    }

    /// The path of the profile file.
    pub(crate) fn profile(&self) -> PathBuf {
        self.home.path().join(".config/zexa/config.toml")
    }
}

/// The program, without any environment variables.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zexa"));
    command.args(arguments).env_clear();
    command
}

/// Runs a program with this text as stdin.
pub(crate) fn run(command: &mut Command, stdin: &str) -> Run {
    let mut child = spawn(command);
    // A program that does not read its stdin closes it.
    let _ = child.stdin.take().expect("a pipe").write_all(stdin.as_bytes());
    Run::from(child.wait_with_output().expect("the program ends"))
}

/// Starts a program whose stdin, stdout and stderr are pipes.
pub(crate) fn spawn(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

/// Sends a signal to a program.
pub(crate) fn kill(child: &Child, signal: Signal) {
    let id = Pid::from_raw(child.id().try_into().expect("a process id"));
    nix::sys::signal::kill(id, signal).expect("the program runs");
}

/// Reads stderr until a line contains the text.
#[track_caller]
pub(crate) fn until_stderr_says(child: &mut Child, text: &str) {
    let stderr = child.stderr.as_mut().expect("a pipe");
    let (mut line, mut byte) = (Vec::new(), [0]);
    // Byte by byte: what follows is left for the caller.
    while !String::from_utf8_lossy(&line).contains(text) {
        assert_eq!(
            stderr.read(&mut byte).expect("a pipe"),
            1,
            "{text:?} is missing in {:?}",
            String::from_utf8_lossy(&line)
        );
        line.push(byte[0]);
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Run {
    /// Asserts the exit code, and returns the run.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Run {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// The lines of stdout as JSON.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.stdout.lines().map(parse).collect()
    }

    /// The only line of stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let mut lines = self.json_lines();
        assert_eq!(lines.len(), 1, "{self:?}");
        lines.remove(0)
    }

    /// The only line of stderr as JSON.
    #[track_caller]
    pub(crate) fn json_error(&self) -> Value {
        serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts that stderr contains the text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Run {
        assert!(self.stderr.contains(text), "{text:?} is missing: {self:?}");
        self
    }
}
