//! The program `zexa-sandbox`, for use from any language.

mod flags;

use std::future::pending;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use zexa_sandbox::{MessageRecord, Sandbox, ServerSpec, scenarios};

use flags::{Action, Flags};

fn main() -> ExitCode {
    match Flags::parse(lexopt::Parser::from_env()) {
        Ok(Action::Run(flags)) => match run(*flags) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("zexa-sandbox: {error}");
                ExitCode::FAILURE
            }
        },
        Ok(Action::PrintScenarios(root)) => match scenarios::selected(&root) {
            Ok(found) => {
                println!("{}", serde_json::to_string(&found).expect("scenarios are JSON"));
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("zexa-sandbox: {error}");
                ExitCode::FAILURE
            }
        },
        Ok(Action::Print(text)) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("zexa-sandbox: {error}\nTry zexa-sandbox --help");
            ExitCode::from(2)
        }
    }
}

/// Serves until SIGINT or SIGTERM, or until the parent process exits.
fn run(flags: Flags) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let port = flags.listen.port;
    let record = flags.record.map(|path| {
        let failed = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        MessageRecord::open(&path).map_err(failed)
    });
    let spec = ServerSpec { record: record.transpose()?, ..flags.spec };
    // Handlers are installed before the announcement, so that no signal is missed.
    let signals = runtime.block_on(async { Signals::new() })?;
    let sandbox = Sandbox::try_start(spec, flags.listen)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot start a server on port {port}: {error}")))?;
    announce(&sandbox)?;
    let parent = flags.exit_with_parent.then(watch_parent);
    runtime.block_on(async {
        let parent_exited = async {
            match parent {
                Some(closed) => drop(closed.await),
                None => pending().await,
            }
        };
        tokio::select! {
            () = signals.any() => {}
            () = parent_exited => {}
        }
    });
    Ok(())
}

/// Prints one line of JSON with the URLs and the API key.
fn announce(sandbox: &Sandbox) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", sandbox.announcement())?;
    stdout.flush()
}

/// Reports when stdin closes, which happens when the process that holds the other end exits.
fn watch_parent() -> tokio::sync::oneshot::Receiver<()> {
    let (closed, parent) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 256];
        while io::stdin().read(&mut bytes).is_ok_and(|count| count > 0) {}
        let _ = closed.send(());
    });
    parent
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 2]);

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]))
    }

    async fn any(self) {
        let [mut interrupt, mut terminate] = self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn any(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            pending().await
        }
    }
}
