//! A client process of a benchmark, which runs one round for each line that it receives, and the server.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::command::{self, Result};
use crate::paths;

/// Time per operation in one round, in microseconds.
#[derive(Clone, Copy)]
pub(super) struct Round {
    pub(super) wall: f64,
    pub(super) cpu: f64,
}

/// A running client.
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

/// A running benchmark server.
pub(super) struct Server {
    /// The server exits when its stdin closes.
    child: Child,
    pub(super) url: String,
}

impl Server {
    pub(super) fn start(core: &Core) -> Result<Server> {
        let program = paths::program("zexa-bench-server");
        let failed = |error| format!("{}: {error}", program.display());
        let mut server = core.pin(Command::new(&program));
        let mut child = server.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let mut address = String::new();
        let stdout = child.stdout.take().expect("stdio is piped");
        BufReader::new(stdout).read_line(&mut address).map_err(failed)?;
        Ok(Server { child, url: format!("http://{}", address.trim()) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Fails only if the server has already exited.
        let _ = self.child.wait();
    }
}

/// The processor that server and clients run on.
pub(super) struct Core(Option<String>);

impl Core {
    /// No particular processor.
    pub(super) fn any() -> Core {
        Core(None)
    }

    /// One that this process may use, if `taskset` is installed. Without it, results vary more.
    pub(super) fn choose() -> Core {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let cores = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default();
        // A list such as `0-2,5`. The last core usually has the least system load.
        let last = cores.rsplit([',', '-']).next().unwrap_or_default().trim().to_owned();
        let works = command::output(Command::new("taskset").args(["--cpu-list", &last, "true"])).is_ok();
        if !works {
            println!("taskset failed: clients and server are not pinned to one core.");
        }
        Core(works.then_some(last))
    }

    /// The same command on this processor.
    pub(super) fn pin(&self, command: Command) -> Command {
        let Some(core) = &self.0 else { return command };
        let mut pinned = Command::new("taskset");
        pinned.args(["--cpu-list", core]).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => pinned.env(name, value),
                None => pinned.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            pinned.current_dir(folder);
        }
        pinned
    }
}
