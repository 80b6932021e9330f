//! [`Limiter`]: the script of the core in a real Redis server, on a virtual clock.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::Micros;
use crate::command::Result;
use crate::paths;

/// The script asks the clock of the server here.
const CLOCK: &str = "local time = redis.call('TIME')\nlocal now = tonumber(time[1]) * 1000000 + tonumber(time[2])\n";

/// The clock begins here, because the script treats 0 as no time.
const START: Micros = 1_000_000_000_000;

/// A question of a worker.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Question {
    /// The number of attempts that are taken: 1, or 0 for a mere report.
    pub(super) count: u8,
    /// The number of attempts that the API has accepted since the last question.
    pub(super) accepted: u64,
    /// The epoch of an attempt that met a 429, and for how long it closes the gate.
    pub(super) refused: Option<(u64, Micros)>,
    /// The last limit that the worker has seen, or 0.
    pub(super) last_limit: f64,
}

/// The answer of the script.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    /// The delay after which the attempt may begin. `None` if it may not.
    pub(super) delay: Option<Micros>,
    pub(super) closed_for: Micros,
    pub(super) epoch: u64,
    pub(super) limit: f64,
}

pub(super) struct Limiter {
    server: Child,
    _folder: TempDir,
    connection: BufReader<UnixStream>,
    sha1: String,
}

impl Limiter {
    pub(super) fn start() -> Result<Limiter> {
        let script = fs::read_to_string(paths::root().join("core/src/engine/limiter/limiter.lua"));
        let script = script.map_err(|error| format!("cannot read limiter.lua: {error}"))?;
        let changed = script.replace(CLOCK, "local now = tonumber(ARGV[7])\n");
        if changed == script {
            return Err("limiter.lua does not ask for the time as expected".to_owned());
        }
        let folder = tempfile::tempdir().map_err(|error| format!("cannot create a folder: {error}"))?;
        let socket = folder.path().join("socket");
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", "", "--unixsocket"]).arg(&socket).current_dir(folder.path());
        let server = command.stdout(Stdio::null()).spawn();
        let server =
            server.map_err(|error| format!("cannot start redis-server (apt-get install redis-server): {error}"))?;
        let connection = BufReader::new(connect(&socket)?);
        let mut limiter = Limiter { server, _folder: folder, connection, sha1: String::new() };
        limiter.send(&["SCRIPT", "LOAD", &changed])?;
        limiter.sha1 = limiter.text()?;
        Ok(limiter)
    }

    /// Asks the limiter at this time.
    pub(super) fn ask(&mut self, now: Micros, question: &Question) -> Result<Answer> {
        let (epoch, wait) = question.refused.map_or((-1, 0), |(epoch, wait)| (epoch as i64, wait));
        let numbers = [
            question.count.to_string(),
            "0".to_owned(),
            question.accepted.to_string(),
            epoch.to_string(),
            wait.to_string(),
            question.last_limit.to_string(),
            (START + now).to_string(),
        ];
        let mut command = vec!["EVALSHA", &self.sha1, "1", "limiter"];
        command.extend(numbers.iter().map(String::as_str));
        let message = resp(&command);
        self.write(&message)?;
        self.line()?;
        let delay = self.number()?;
        Ok(Answer {
            delay: u64::try_from(delay).ok(),
            closed_for: self.number()?.unsigned_abs(),
            epoch: self.number()?.unsigned_abs(),
            limit: self.text()?.parse().map_err(|_| "the script returned no limit")?,
        })
    }

    fn send(&mut self, command: &[&str]) -> Result {
        self.write(&resp(command))
    }

    fn write(&mut self, message: &str) -> Result {
        self.connection.get_mut().write_all(message.as_bytes()).map_err(|error| format!("redis-server: {error}"))
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.connection.read_line(&mut line).map_err(|error| format!("redis-server: {error}"))?;
        match line.starts_with('-') {
            true => Err(format!("redis-server: {}", line.trim_end())),
            false => Ok(line.trim_end().to_owned()),
        }
    }

    fn number(&mut self) -> Result<i64> {
        self.line()?[1..].parse().map_err(|_| "the script returned something other than a number".to_owned())
    }

    fn text(&mut self) -> Result<String> {
        self.line()?;
        self.line()
    }
}

impl Drop for Limiter {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A command in the protocol of Redis.
fn resp(command: &[&str]) -> String {
    let parts = command.iter().map(|part| format!("${}\r\n{part}\r\n", part.len()));
    format!("*{}\r\n{}", command.len(), parts.collect::<String>())
}

fn connect(socket: &Path) -> Result<UnixStream> {
    for _ in 0..5000 {
        if let Ok(stream) = UnixStream::connect(socket) {
            return Ok(stream);
        }
        thread::park_timeout(Duration::from_millis(1));
    }
    Err("redis-server does not start".to_owned())
}
