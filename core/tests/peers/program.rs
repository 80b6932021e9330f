//! A program that a test starts on a free port, and stops at its end.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How often a program is started again if another process has taken its port in the meantime.
const ATTEMPTS: usize = 3;

/// A running program with its ports and its folder. Dropping it stops the program.
pub(crate) struct Program {
    child: Child,
    ports: Vec<u16>,
    folder: TempDir,
}

impl Program {
    /// Starts a program that listens on `count` ports. `command` returns its command line for the folder and the ports.
    pub(crate) fn start(count: usize, command: impl Fn(&Path, &[u16]) -> Command) -> Program {
        for attempt in 1.. {
            let folder = tempfile::tempdir().expect("a folder");
            let ports = free_ports(count);
            let log = fs::File::create(folder.path().join("log")).expect("a log file");
            let mut command = command(folder.path(), &ports);
            let command = command.stdin(Stdio::null()).stdout(log.try_clone().expect("a handle")).stderr(log);
            let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
            let mut program = Program { child, ports, folder };
            match program.wait_until_listening() {
                Ok(()) => return program,
                Err(log) if attempt == ATTEMPTS => panic!("{command:?}: {log}"),
                Err(_) => {}
            }
        }
        unreachable!("the loop ends with the last attempt")
    }

    /// Sends a signal, such as `HUP`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().expect("kill");
        assert!(sent.success(), "{}", self.log());
    }

    pub(crate) fn port(&self, index: usize) -> u16 {
        self.ports[index]
    }

    /// Waits until all ports are open. Returns the output if the program has ended.
    fn wait_until_listening(&mut self) -> Result<(), String> {
        let started = Instant::now();
        for port in &self.ports {
            while TcpStream::connect(("127.0.0.1", *port)).is_err() {
                if self.child.try_wait().expect("a child").is_some() {
                    return Err(self.log());
                }
                assert!(started.elapsed() < Duration::from_secs(20), "nothing listens on port {port}: {}", self.log());
                thread::yield_now();
            }
        }
        Ok(())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ports that are free. They are below those that systems assign to connections and to servers without a port of their own, so that nothing else takes
/// them before the program does.
pub(crate) fn free_ports(count: usize) -> Vec<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Other processes that run these tests begin elsewhere.
    let start = std::process::id() as u16 % 1000 * 10;
    let candidates = std::iter::repeat_with(|| 20_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000);
    candidates.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).take(count).collect()
}

/// Writes a file, and returns its path.
pub(crate) fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    path
}
