//! Makes the calls that `cargo xtask chaos wire` asks for, and reports how each of them ends. The programs in the other languages do the same.
//!
//! Each line of stdin is a call, whose fields are separated by spaces. At most `WORKERS` calls are in progress at the same time:
//!
//! | field | meaning |
//! |---|---|
//! | number | number of the call |
//! | kind | `send`; `keyed` (with an idempotency key); `repeat` (with `retry_ambiguous`); `bulk` (without a ledger); `recorded` (bulk with a ledger of its own); `list` (Sender IDs, one per page); `wait` |
//! | route | index of the base URL: plain, TLS, HTTP/2, TLS through an HTTP proxy, plain through a SOCKS proxy |
//! | first | number of the first message |
//! | count | number of messages |
//! | retries, timeout, deadline | options of the call; times in milliseconds |
//! | cancel | milliseconds after which the call is cancelled; 0: never |
//! | text | id of the message to wait for, or `-` |
//!
//! Each line of stdout is a report, which begins with the number of the call:
//!
//! - `row MESSAGE OUTCOME KIND ID`: the result of a message; the outcome of a success is `sent`. What is absent is `-`;
//! - `item ID`: an item of a list;
//! - `end KIND`: the call has ended, with this kind of error or with `ok`.
//!
//! Environment: `ZEXA_API_KEY`, `CHAOS_URLS` (base URLs, separated by spaces), `CHAOS_PROXIES` (of the same routes; `-`: none), `CHAOS_CA_FILE`,
//! `CHAOS_FOLDER` (of ledgers).

mod asynchronous;
mod blocking;

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zexa::{BulkOptions, CallOptions, CancelToken, Client, ClientBuilder, Error, Message, Outcome, SendMessage};

pub(crate) use self::asynchronous::run_async;
pub(crate) use self::blocking::run_blocking;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Every message whose number, divided by this, has the remainder 39 is rejected, because its sender is not approved.
const REJECTED: u64 = 40;

/// A line of stdin.
#[derive(Debug, Clone)]
struct Call {
    number: u64,
    kind: String,
    route: usize,
    first: u64,
    count: u64,
    retries: u32,
    timeout: Duration,
    deadline: Duration,
    cancel: Option<Duration>,
    text: String,
}

impl Call {
    fn parse(line: &str) -> Result<Call> {
        let mut fields = line.split(' ');
        let mut next = || fields.next().ok_or_else(|| format!("a field of {line:?} is missing"));
        let (number, kind) = (next()?.parse()?, next()?.to_owned());
        let (route, first, count, retries) = (next()?.parse()?, next()?.parse()?, next()?.parse()?, next()?.parse()?);
        let mut time = || Result::Ok(Duration::from_millis(next()?.parse()?));
        let (timeout, deadline, cancel) = (time()?, time()?, time()?);
        let cancel = Some(cancel).filter(|time| !time.is_zero());
        Ok(Call { number, kind, route, first, count, retries, timeout, deadline, cancel, text: next()?.to_owned() })
    }

    /// Index of the client, which has a ledger for a call with a key.
    fn client(&self) -> usize {
        self.route * 2 + usize::from(self.kind == "keyed")
    }

    fn options(&self, token: &CancelToken) -> CallOptions {
        let options = CallOptions::new().timeout(self.timeout).deadline(self.deadline).max_retries(self.retries);
        let options = if self.kind == "repeat" { options.retry_ambiguous(true) } else { options };
        options.cancel(token)
    }

    fn bulk_options(&self, setup: &Setup, token: &CancelToken) -> BulkOptions {
        let options = BulkOptions::new().concurrency(8).cancel(token);
        if self.kind == "recorded" { options.ledger(setup.ledger_of(self.first)) } else { options }
    }

    /// The messages of the call. Each has its own recipient.
    fn messages(&self) -> impl Iterator<Item = SendMessage> + use<> {
        let has_keys = matches!(self.kind.as_str(), "keyed" | "recorded");
        (self.first..self.first + self.count).map(move |number| {
            let sender = if number % REJECTED == REJECTED - 1 { "BANNED" } else { "ZEXA" };
            let message = SendMessage::sms(format!("+2449{number:08}"), sender, format!("Message {number}"));
            if has_keys { message.idempotency_key(format!("key-{number}")) } else { message }
        })
    }

    fn report_message(&self, number: u64, result: std::result::Result<&Message, &Error>) -> Result {
        match result {
            Ok(message) => self.report(format_args!("row {number} sent - {}", message.id)),
            Err(error) => self.report(format_args!("row {number} {} {} -", error.outcome(), error.kind())),
        }
    }

    /// The result of a message that nobody waited for.
    fn report_dropped(&self, number: u64) -> Result {
        self.report(format_args!("row {number} {} dropped -", Outcome::Unknown))
    }

    fn report_end(&self, result: zexa::Result<()>) -> Result {
        match result {
            Ok(()) => self.report(format_args!("end ok")),
            Err(error) => self.report(format_args!("end {}", error.kind())),
        }
    }

    fn report(&self, text: std::fmt::Arguments<'_>) -> Result {
        // One write per line: many calls report at the same time.
        Ok(io::stdout().lock().write_all(format!("{} {text}\n", self.number).as_bytes())?)
    }
}

/// What the environment says.
struct Setup {
    /// Base URL and proxy of each route.
    routes: Vec<(String, Option<String>)>,
    ca_file: PathBuf,
    folder: PathBuf,
}

impl Setup {
    fn from_env() -> Result<Setup> {
        let (urls, proxies) = (env::var("CHAOS_URLS")?, env::var("CHAOS_PROXIES")?);
        let proxies = proxies.split(' ').map(|proxy| Some(proxy.to_owned()).filter(|proxy| proxy != "-"));
        let routes = urls.split(' ').map(str::to_owned).zip(proxies).collect();
        Ok(Setup { routes, ca_file: env::var("CHAOS_CA_FILE")?.into(), folder: env::var("CHAOS_FOLDER")?.into() })
    }

    /// The options of two clients for each route: without a ledger, and with one.
    fn clients(&self) -> impl Iterator<Item = ClientBuilder> {
        self.routes.iter().enumerate().flat_map(|(route, (url, proxy))| {
            let client = || Client::builder().base_url(url).ca_file(&self.ca_file).http2(route == 2);
            let client = || client().connect_timeout(Duration::from_secs(1));
            let client = || match proxy {
                Some(proxy) => client().proxy(proxy),
                None => client(),
            };
            [client(), client().ledger(self.folder.join(format!("route-{route}.db")))]
        })
    }

    /// The ledger of a bulk run. A run with the same messages continues it.
    fn ledger_of(&self, first: u64) -> PathBuf {
        Path::new(&self.folder).join(format!("run-{first}.db"))
    }
}
