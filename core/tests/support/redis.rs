//! A Redis server that a test starts, and stops at its end.
#![allow(dead_code, reason = "each test uses its part")]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running server. It ends when this is dropped.
pub(crate) struct Redis {
    folder: TempDir,
    port: u16,
    options: Vec<String>,
    process: Option<Child>,
}

impl Redis {
    pub(crate) fn start() -> Redis {
        Redis::start_with(&[], |_| {})
    }

    /// Starts a server with further options. `prepare` writes files to its folder.
    pub(crate) fn start_with(options: &[&str], prepare: impl FnOnce(&Path)) -> Redis {
        let folder = tempfile::tempdir().expect("a folder");
        prepare(folder.path());
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let mut server = Redis { folder, port: free_port(), options, process: None };
        server.run();
        server
    }

    /// Starts the server again. It has no data. Returns when it accepts connections.
    pub(crate) fn run(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--loglevel", "warning"]).args(&self.options);
        match self.options.iter().any(|option| option == "--tls-cert-file") {
            true => command.args(["--port", "0", "--tls-port", &self.port.to_string()]),
            false => command.args(["--port", &self.port.to_string()]),
        };
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log")).expect("a log");
        let process = command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(log).spawn();
        self.process = Some(process.expect("redis-server is installed: apt-get install redis-server"));
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(started.elapsed() < Duration::from_secs(120), "the server does not start: {}", log());
            thread::park_timeout(Duration::from_millis(1));
        }
    }

    /// Kills the server.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("killed");
            process.wait().expect("it ends");
        }
    }

    /// Stops the server, until [`Redis::thaw`]. Its connections stay open.
    pub(crate) fn freeze(&self) {
        self.signal(nix::sys::signal::Signal::SIGSTOP);
    }

    pub(crate) fn thaw(&self) {
        self.signal(nix::sys::signal::Signal::SIGCONT);
    }

    fn signal(&self, signal: nix::sys::signal::Signal) {
        let process = self.process.as_ref().expect("it runs");
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(process.id().cast_signed()), signal).expect("sent");
    }

    /// The URL of a limiter in this server.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The output of a command.
    pub(crate) fn command(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli").args(["-p", &self.port.to_string()]).args(arguments).output();
        let output = output.expect("redis-cli is installed: apt-get install redis-tools");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
    }

    /// The time on the clock of the server, in seconds.
    pub(crate) fn now(&self) -> f64 {
        let time = self.command(&["TIME"]);
        time.lines().next().and_then(|seconds| seconds.parse().ok()).expect("a number")
    }

    /// A field of the state of the only limiter in this server.
    pub(crate) fn field(&self, name: &str) -> f64 {
        let keys = self.command(&["KEYS", "zexa:limiter:*"]);
        assert_eq!(keys.lines().count(), 1, "{keys}");
        self.command(&["HGET", &keys, name]).parse().expect("a number")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id() % 500 * 20;
    let mut ports = std::iter::repeat_with(|| 20_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000);
    let port = ports.find(|port| TcpListener::bind(("127.0.0.1", *port as u16)).is_ok());
    port.expect("a free port") as u16
}
