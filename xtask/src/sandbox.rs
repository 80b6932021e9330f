//! Starts and stops the sandbox program.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::command::Result;
use crate::paths;

/// Name of the program.
pub(crate) const PROGRAM: &str = "zexa-sandbox";

/// A running sandbox. It stops when this is dropped, and when this process exits.
pub(crate) struct Sandbox {
    child: Child,
    /// Base URL of the API.
    pub(crate) url: String,
    /// API key that the sandbox accepts.
    pub(crate) api_key: String,
    /// URL of the control API.
    pub(crate) control: String,
}

impl Sandbox {
    /// Starts the program, which must be built, and waits until it accepts connections.
    pub(crate) fn start(flags: &[&str]) -> Result<Sandbox> {
        Sandbox::of(Command::new(paths::program(PROGRAM)).args(flags))
    }

    /// Starts the program with another command, and waits until it accepts connections.
    pub(crate) fn of(command: &mut Command) -> Result<Sandbox> {
        // The pipe to its stdin closes when this process exits.
        let command = command.arg("--exit-with-parent").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
        let stdout = child.stdout.take().expect("stdio is piped");
        let mut sandbox = Sandbox { child, url: String::new(), api_key: String::new(), control: String::new() };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).map_err(|error| format!("{PROGRAM}: {error}"))?;
        (sandbox.url, sandbox.api_key, sandbox.control) =
            read_announcement(&line).ok_or_else(|| format!("{PROGRAM} printed an invalid announcement: {line:?}"))?;
        Ok(sandbox)
    }

    /// Sets the environment variables with which a program finds the sandbox.
    pub(crate) fn tell(&self, command: &mut Command) {
        command.env("ZEXA_BASE_URL", &self.url).env("ZEXA_API_KEY", &self.api_key);
    }

    /// Number of messages that the sandbox has received.
    pub(crate) fn messages(&self) -> Result<usize> {
        let answer = exchange("GET", &format!("{}/messages", self.control), "")
            .map_err(|error| format!("{PROGRAM}: {error}"))?;
        count_messages(&answer).ok_or_else(|| format!("{PROGRAM} returned an invalid list of messages: {answer:?}"))
    }

    /// The port that it listens on.
    pub(crate) fn port(&self) -> Result<u16> {
        let port = self.url.split([':', '/']).nth(4).and_then(|port| port.parse().ok());
        port.ok_or_else(|| format!("{PROGRAM} printed no port: {}", self.url))
    }

    /// Adds faults, which are given as a JSON array.
    pub(crate) fn add_faults(&self, faults: &str) -> Result {
        let answer = exchange("POST", &format!("{}/faults", self.control), faults);
        match answer.map_err(|error| format!("{PROGRAM}: {error}"))? {
            answer if answer.starts_with("HTTP/1.1 2") => Ok(()),
            answer => Err(format!("{PROGRAM} refused the faults: {answer}")),
        }
    }

    /// Kills the program, so that it does not answer the requests in flight.
    pub(crate) fn kill(&mut self) {
        // These fail only if the program has already exited.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits until the program has exited. Returns `false` on timeout.
    fn wait_for_exit(&mut self, within: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < within {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        if !self.wait_for_exit(Duration::from_secs(3)) {
            // These fail only if the program has already exited.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Sends a request, and returns the response including its head.
fn exchange(method: &str, url: &str, body: &str) -> io::Result<String> {
    let (authority, path) = url.trim_start_matches("http://").split_once('/').unwrap_or((url, ""));
    let mut stream = TcpStream::connect(authority)?;
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {authority}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn count_messages(answer: &str) -> Option<usize> {
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let body: Value = serde_json::from_str(body).ok()?;
    Some(body.get("messages")?.as_array()?.len())
}

fn read_announcement(line: &str) -> Option<(String, String, String)> {
    let announcement: Value = serde_json::from_str(line).ok()?;
    let text = |name: &str| Some(announcement.get(name)?.as_str()?.to_owned());
    Some((text("url")?, text("api_key")?, text("control")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_announcement_is_one_line_of_json() {
        let line =
            "{\"url\":\"http://127.0.0.1:1/v1\",\"api_key\":\"k\",\"control\":\"http://127.0.0.1:1/_sandbox\"}\n";
        let expected = ("http://127.0.0.1:1/v1".into(), "k".into(), "http://127.0.0.1:1/_sandbox".into());
        assert_eq!(read_announcement(line), Some(expected));
        assert_eq!(read_announcement(""), None);
        assert_eq!(read_announcement("{}"), None);
    }

    #[test]
    fn messages_are_counted() {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 23\r\n\r\n{\"messages\":[{}, {}]}";
        assert_eq!(count_messages(answer), Some(2));
        assert_eq!(count_messages("HTTP/1.1 404 Not Found\r\n\r\n{}"), None);
    }
}
