//! Starts and controls the fault proxy.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::super::programs::rust;
use crate::command::Result;

/// A running proxy. It stops when this is dropped, and when this process exits.
pub(super) struct Proxy {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Lines<BufReader<ChildStdout>>,
    /// Base URLs of the routes, separated by spaces.
    urls: String,
    /// Their proxies; `-`: none.
    proxies: String,
    ca_file: String,
}

impl Proxy {
    /// Starts the proxy with the faults of this seed.
    pub(super) fn start(seed: u64, sabotage: &str) -> Result<Proxy> {
        let mut program = rust("proxy");
        program.arg(seed.to_string()).args((!sabotage.is_empty()).then_some(sabotage));
        let mut child = program
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.get_program().display()))?;
        let stdout = BufReader::new(child.stdout.take().expect("stdio is piped")).lines();
        let stdin = child.stdin.take();
        let mut proxy =
            Proxy { child, stdin, stdout, urls: String::new(), proxies: String::new(), ca_file: String::new() };
        let announcement = proxy.read()?;
        let list = |name: &str| {
            let values = announcement[name].as_array().into_iter().flatten();
            values.map(|value| value.as_str().unwrap_or("-")).collect::<Vec<_>>().join(" ")
        };
        (proxy.urls, proxy.proxies) = (list("urls"), list("proxies"));
        proxy.ca_file = announcement["ca_file"].as_str().unwrap_or_default().to_owned();
        Ok(proxy)
    }

    /// Sets the environment variables with which a program finds the proxy.
    pub(super) fn tell(&self, command: &mut Command) {
        command.env("CHAOS_URLS", &self.urls).env("CHAOS_PROXIES", &self.proxies).env("CHAOS_CA_FILE", &self.ca_file);
    }

    /// Connects to this port from now on.
    pub(super) fn set_upstream(&mut self, port: u16) -> Result {
        self.command(&format!("upstream {port}")).map(drop)
    }

    /// Waits until all connections have ended. Returns the number of connections and of faults.
    pub(super) fn counts(&mut self) -> Result<Value> {
        self.command("counts")
    }

    fn command(&mut self, command: &str) -> Result<Value> {
        let stdin = self.stdin.as_mut().expect("only drop takes it");
        writeln!(stdin, "{command}").map_err(|error| format!("the proxy: {error}"))?;
        self.read()
    }

    fn read(&mut self) -> Result<Value> {
        let line = self.stdout.next().ok_or("the proxy has ended")?.map_err(|error| format!("the proxy: {error}"))?;
        serde_json::from_str(&line).map_err(|error| format!("the proxy has printed {line:?}: {error}"))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // It removes its files, and exits by itself.
        let _ = self.child.wait();
    }
}
