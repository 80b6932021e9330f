//! A PostgreSQL server that a test starts, and stops at its end.
#![allow(dead_code, reason = "each test uses its part")]

use std::env;
use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// The password of the user `zexa`.
pub(crate) const PASSWORD: &str = "zx_top_secret/+";

/// The same, as a part of a URL.
const ENCODED_PASSWORD: &str = "zx_top_secret%2F%2B";

/// A running server.
pub(crate) struct Postgres {
    folder: TempDir,
    port: u16,
    options: Vec<String>,
    /// Ends the server when the test program ends, also if it is killed.
    guard: Option<Child>,
}

impl Postgres {
    /// Starts a server with its own data.
    pub(crate) fn start(options: &[&str]) -> Postgres {
        Postgres::start_with(options, |_| {})
    }

    /// Starts a server. `prepare` writes further files to its folder.
    pub(crate) fn start_with(options: &[&str], prepare: impl FnOnce(&Path)) -> Postgres {
        let folder = tempfile::Builder::new().prefix("zexa-pg").tempdir().expect("a folder");
        let password = folder.path().join("password");
        fs::write(&password, PASSWORD).expect("written");
        prepare(folder.path());
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let mut server = Postgres { folder, port: free_port(), options, guard: None };
        server.give_away();
        let mut initdb = server.command("initdb");
        initdb.args(["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=scram-sha-256", "--username=zexa"]);
        let output = initdb.arg("--pwfile").arg(&password).output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        server.run();
        server
    }

    /// The server of this test program. Each test uses its own ledger of it.
    pub(crate) fn shared() -> &'static Postgres {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        SERVER.get_or_init(|| Postgres::start(&[]))
    }

    /// A URL of a new ledger.
    pub(crate) fn new_ledger(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        self.ledger(&format!("test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// The URL of a ledger.
    pub(crate) fn ledger(&self, name: &str) -> String {
        format!("postgres://zexa:{ENCODED_PASSWORD}@127.0.0.1:{}/postgres?connect_timeout=60&ledger={name}", self.port)
    }

    /// The URL of a ledger, through the server's Unix socket.
    pub(crate) fn ledger_on_socket(&self, name: &str) -> String {
        let host = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://zexa:{ENCODED_PASSWORD}@{host}:{}/postgres?connect_timeout=60&ledger={name}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the server. Returns when it accepts connections.
    pub(crate) fn run(&mut self) {
        let data = self.folder.path().join("data");
        // Of a server that was killed.
        let _ = fs::remove_file(data.join("postmaster.pid"));
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log")).expect("a log");
        // If the test program ends without a word, nobody else removes the folder.
        let script =
            "\"$@\" & pid=$!; read word; kill -QUIT $pid 2> /dev/null; wait $pid; [ \"$word\" ] || rm -rf \"$PWD\"";
        let mut shell = self.command("sh");
        shell.args(["-c", script, "sh"]).arg(program("postgres")).arg("-D").arg(&data);
        shell.arg("-k").arg(self.folder.path()).args(["-p", &self.port.to_string(), "-h", "127.0.0.1"]);
        for option in ["fsync=off", "shared_buffers=16MB", "max_connections=60", "log_min_messages=warning"] {
            shell.args(["-c", option]);
        }
        for option in &self.options {
            shell.args(["-c", option]);
        }
        let shell = shell.stdin(Stdio::piped()).stdout(log.try_clone().expect("a handle")).stderr(log).spawn();
        self.guard = Some(shell.expect("it starts"));
        self.until("the server accepts connections", || self.try_connect().is_ok());
    }

    /// Kills all processes of the server at once. Returns when they have ended, because the server does not start beside one of them.
    pub(crate) fn kill(&mut self) {
        self.signal_all(Signal::SIGKILL);
        self.stop_guard();
        self.until("the processes have ended", || {
            let left = self.processes();
            // A process that has started in the meantime.
            left.iter().for_each(|pid| self.signal(*pid, Signal::SIGKILL));
            left.is_empty()
        });
    }

    /// The processes of the server: they run in the folder with its data.
    fn processes(&self) -> Vec<i32> {
        let data = self.folder.path().join("data");
        let all =
            fs::read_dir("/proc").expect("a folder").filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        all.filter(|pid: &i32| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|folder| folder == data)).collect()
    }

    /// Stops all processes of the server, until [`Postgres::thaw`]. Its connections stay open.
    pub(crate) fn freeze(&self) {
        self.signal_all(Signal::SIGSTOP);
    }

    /// Continues all processes of the server.
    pub(crate) fn thaw(&self) {
        self.signal_all(Signal::SIGCONT);
    }

    /// Sends a signal to all processes of the server.
    fn signal_all(&self, signal: Signal) {
        let pid = self.pid();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|child| child.parse().ok());
        for pid in std::iter::once(pid).chain(children) {
            self.signal(pid, signal);
        }
    }

    /// Stops the server as the system does when it is shut down: it ends all connections.
    pub(crate) fn shut_down(&mut self) {
        self.signal(self.pid(), Signal::SIGINT);
        let pid = self.folder.path().join("data/postmaster.pid");
        self.until("the server has stopped", || !pid.exists());
        self.stop_guard();
    }

    pub(crate) fn is_running(&self) -> bool {
        self.guard.is_some()
    }

    fn stop_guard(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            // It may have been killed.
            let _ = guard.stdin.take().map(|mut stdin| stdin.write_all(b"keep\n"));
            guard.wait().expect("it ends");
        }
    }

    fn pid(&self) -> i32 {
        let path = self.folder.path().join("data/postmaster.pid");
        let text = fs::read_to_string(path).expect("the file of a running server");
        text.lines().next().expect("a line").parse().expect("a number")
    }

    fn signal(&self, pid: i32, signal: Signal) {
        // It may have ended.
        let _ = nix::sys::signal::kill(Pid::from_raw(pid), signal);
    }

    /// Runs statements, and returns the first column of each row as text.
    pub(crate) fn sql(&self, statements: &str) -> Vec<String> {
        let (runtime, client) = self.connect();
        let messages = runtime.block_on(client.simple_query(statements)).expect("statements");
        messages.iter().filter_map(first_column).collect()
    }

    /// A connection, with the runtime that drives it while statements are run.
    pub(crate) fn connect(&self) -> (tokio::runtime::Runtime, Client) {
        self.try_connect().unwrap_or_else(|error| panic!("{error:?}"))
    }

    fn try_connect(&self) -> Result<(tokio::runtime::Runtime, Client), tokio_postgres::Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut config = tokio_postgres::Config::new();
        config.host("127.0.0.1").port(self.port).user("zexa").password(PASSWORD).dbname("postgres");
        let (client, connection) = runtime.block_on(config.connect(NoTls))?;
        runtime.spawn(connection);
        Ok((runtime, client))
    }

    fn until(&self, what: &str, mut happened: impl FnMut() -> bool) {
        let started = Instant::now();
        while !happened() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(started.elapsed() < Duration::from_secs(120), "timeout while waiting for: {what}: {}", log());
            thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// A command that runs as a user who may run the server: it refuses to run as root.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(program(name));
        command.current_dir(self.folder.path()).env("PGDATA", self.folder.path().join("data")).env_remove("LC_ALL");
        if let Some((user, group)) = other_user() {
            command.uid(user).gid(group);
        }
        command
    }

    /// Gives the folder and its files to the user who runs the server.
    fn give_away(&self) {
        let Some((user, group)) = other_user() else { return };
        let files = fs::read_dir(self.folder.path()).expect("a folder").map(|entry| entry.expect("a file").path());
        for path in files.chain([self.folder.path().to_owned()]) {
            chown(path, Some(user), Some(group)).expect("given away");
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop_guard();
    }
}

fn first_column(message: &tokio_postgres::SimpleQueryMessage) -> Option<String> {
    match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
        _ => None,
    }
}

/// The user and the group that run the server, if this is root.
fn other_user() -> Option<(u32, u32)> {
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    let find = |name| nix::unistd::User::from_name(name).ok().flatten();
    let user = find("postgres").or_else(|| find("nobody")).expect("a user other than root");
    Some((user.uid.as_raw(), user.gid.as_raw()))
}

/// The path of a program of the server. Debian does not add it to the `PATH`.
fn program(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    versions.sort();
    let folders = env::split_paths(&path).chain(versions.into_iter().rev());
    folders
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("{name} is not installed: apt-get install postgresql"))
}

fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id() % 500 * 20;
    let mut ports = std::iter::repeat_with(|| 10_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000);
    let port = ports.find(|port| TcpListener::bind(("127.0.0.1", *port as u16)).is_ok());
    port.expect("a free port") as u16
}

/// Writes a file that only its owner can read, such as a private key.
pub(crate) fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::OpenOptionsExt as _;

    let mut file = fs::File::options().write(true).create_new(true).mode(0o600).open(path).expect("a file");
    file.write_all(text.as_bytes()).expect("written");
}
