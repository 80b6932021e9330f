//! [`Context`]: what every command needs: the global options, the client and the output.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::io::{IsTerminal, Read};
use std::sync::OnceLock;

use zexa::{CallOptions, Client, ClientBuilder, binding};
use zexa_sandbox::Sandbox;

use crate::arguments::Global;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::io_reason::io_reason;
use crate::output::{Output, printable};
use crate::profile::{self, Profile};
use crate::texts::text;
use crate::{interrupt, log_records, stderr};

/// The start of the `User-Agent` header.
pub(crate) const PRODUCT: &str = concat!("zexa-cli/", env!("CARGO_PKG_VERSION"));

/// Where an API key is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    Stdin,
    Environment,
    Profile(String),
    Sandbox,
}

/// The key and the base URL of a client. If the base URL is absent, the client reads `ZEXA_BASE_URL`.
pub(crate) struct Access {
    pub(crate) key: String,
    pub(crate) base_url: Option<String>,
    pub(crate) source: KeySource,
}

/// Return an environment variable. An empty one counts as unset.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where the key of this process is from.
static SOURCE: OnceLock<KeySource> = OnceLock::new();

/// Return where the key is from. `None` if none was used yet.
pub(crate) fn key_source() -> Option<&'static KeySource> {
    SOURCE.get()
}

/// The global options, the output, and the sandbox of `--sandbox`.
pub(crate) struct Context {
    global: Global,
    sandbox: OnceCell<Sandbox>,
}

impl Context {
    pub(crate) fn new(global: Global) -> Context {
        log_records::print(global.debug);
        Context { global, sandbox: OnceCell::new() }
    }

    /// Return the output for results.
    pub(crate) fn output(&self) -> Output {
        Output::new(self.is_json())
    }

    /// Whether results are JSON: with `--json`, and if stdout is not a terminal.
    pub(crate) fn is_json(&self) -> bool {
        self.global.json || !std::io::stdout().is_terminal()
    }

    /// Whether stderr contains JSON only.
    pub(crate) fn is_quiet(&self) -> bool {
        self.global.json
    }

    /// Return the name of the profile: that of `--profile`, or else the default one.
    pub(crate) fn profile_name(&self) -> &str {
        self.global.profile.as_deref().unwrap_or(profile::DEFAULT)
    }

    /// Print a note for people to stderr. With `--json`, stderr contains errors only.
    pub(crate) fn note(&self, text: &str) {
        if !self.global.json {
            stderr::line(printable(text));
        }
    }

    /// Print a note about something that takes long, to people only: without a terminal, nobody waits.
    pub(crate) fn progress_note(&self, text: &str) {
        if std::io::stderr().is_terminal() {
            self.note(text);
        }
    }

    /// Return a client, whose calls end with Ctrl-C.
    pub(crate) fn client(&self) -> Result<Client> {
        let client = self.builder()?.build()?;
        Ok(client.with_options(CallOptions::new().cancel(interrupt::token())))
    }

    /// Return the options of a client: with the key of `--api-key-stdin`, of `--profile`, of `ZEXA_API_KEY` or of the default profile.
    pub(crate) fn builder(&self) -> Result<ClientBuilder> {
        let access = self.access()?;
        let mut builder = Client::builder().api_key(access.key);
        if let Some(url) = access.base_url {
            builder = builder.base_url(url);
        }
        Ok(binding::named(builder, PRODUCT))
    }

    /// Return the key and the base URL.
    pub(crate) fn access(&self) -> Result<Access> {
        let access = self.find_access()?;
        // A command has one key, so the value is the same in each call.
        let _ = SOURCE.set(access.source.clone());
        Ok(access)
    }

    fn find_access(&self) -> Result<Access> {
        if self.global.sandbox {
            let sandbox = self.sandbox()?;
            let (key, base_url) = (sandbox.api_key().to_owned(), Some(sandbox.url().to_owned()));
            return Ok(Access { key, base_url, source: KeySource::Sandbox });
        }
        if let Some(key) = self.key_from_stdin() {
            return Ok(Access { key: key?, base_url: None, source: KeySource::Stdin });
        }
        let key = std::env::var_os("ZEXA_API_KEY").filter(|key| !key.is_empty() && self.global.profile.is_none());
        // One that is not UTF-8 must not be replaced by the key of another account.
        match key.map(OsString::into_string) {
            Some(Err(_)) => Err(Failure::BadKey(text!("key-not-utf8"))),
            Some(Ok(key)) => Ok(Access { key, base_url: None, source: KeySource::Environment }),
            None => {
                let name = self.profile_name();
                let Profile { api_key: key, base_url } = profile::read(name)?;
                let base_url = base_url.filter(|_| environment("ZEXA_BASE_URL").is_none());
                Ok(Access { key, base_url, source: KeySource::Profile(name.to_owned()) })
            }
        }
    }

    /// Whether the command runs against a sandbox of its own.
    pub(crate) fn uses_sandbox(&self) -> bool {
        self.global.sandbox
    }

    /// Whether stdin contains the key.
    pub(crate) fn reads_key_from_stdin(&self) -> bool {
        self.global.api_key_stdin
    }

    /// Return the key on stdin, with `--api-key-stdin`.
    pub(crate) fn key_from_stdin(&self) -> Option<Result<String>> {
        self.global.api_key_stdin.then(key_from_stdin)
    }

    /// Return the exit code of a list. An incomplete list is a failure, which is reported on stderr.
    pub(crate) fn check_complete(&self, is_incomplete: bool) -> Result {
        if is_incomplete { Err(Failure::Local(text!("list-incomplete"))) } else { Ok(Exit::Done) }
    }

    /// Return the exit code of a command that has changed something. What could not be written is reported, and is a failure if nothing else is.
    pub(crate) fn end(&self, unwritten: Option<Failure>, exit: Exit) -> Result {
        match unwritten {
            Some(failure) if exit == Exit::Done => Err(failure),
            Some(failure) => {
                self.report(&failure);
                Ok(exit)
            }
            None => Ok(exit),
        }
    }

    /// The sandbox of this command, which is started when it is first needed.
    fn sandbox(&self) -> Result<&Sandbox> {
        if let Some(sandbox) = self.sandbox.get() {
            return Ok(sandbox);
        }
        let started = Sandbox::try_start(zexa_sandbox::ServerSpec::default(), zexa_sandbox::Listen::default())
            .map_err(|error| Failure::Local(text!("sandbox-failed", reason = io_reason(&error))))?;
        self.note(&text!("sandbox-note"));
        Ok(self.sandbox.get_or_init(|| started))
    }

    /// Report a failure on stderr, and return the exit code.
    pub(crate) fn report(&self, failure: &Failure) -> Exit {
        if matches!(failure, Failure::OutputClosed) {
        } else if self.global.json {
            stderr::line(failure.to_json());
        } else {
            print_failure(failure);
        }
        failure.exit()
    }
}

/// Prints the lines of a failure. Only the first one starts with `error:`, unless the user has chosen it.
pub(crate) fn print_failure(failure: &Failure) {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    let mut lines = failure.lines().into_iter();
    let first = lines.next().unwrap_or_default();
    match failure {
        Failure::Declined(_) => stderr::line(printable(&first)),
        _ => stderr::line(format_args!("{style}{}{style:#} {}", text!("error"), printable(&first))),
    }
    for line in lines {
        stderr::line(printable(&line));
    }
}

/// Reads the key from stdin, without the end of the line.
fn key_from_stdin() -> Result<String> {
    let mut key = String::new();
    let mut limited = std::io::stdin().lock().take(64 * 1024);
    limited.read_to_string(&mut key).map_err(|_| Failure::NoKey(text!("key-unreadable")))?;
    match key.trim() {
        "" => Err(Failure::NoKey(text!("key-empty"))),
        key => Ok(key.to_owned()),
    }
}
