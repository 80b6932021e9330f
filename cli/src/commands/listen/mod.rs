//! `zexa listen`.

mod connections;
mod forward;
mod seen;
mod server;

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use zexa::{Client, CreateWebhook, Event, Webhook};

use self::forward::{Forwarder, Queue};
use self::server::{Receiver, Report};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::io_reason::io_reason;
use crate::output::{local_time, printable, status};
use crate::stderr;
use crate::texts::text;
use crate::values;

/// Time after Ctrl-C in which the events that wait are still forwarded.
const FORWARDING_ENDS_AFTER: Duration = Duration::from_secs(10);

/// Receive webhooks, and print each event
///
/// Answers each event with status 204, ignores events that are posted again, and forwards events to another server. Runs until Ctrl-C.
///
/// Zexa posts only to https addresses. Run this command behind a web server or a tunnel that has one.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa listen --port 8080
  zexa listen --port 8080 --forward-to http://localhost:3000/zexa
  zexa listen --port 8080 --register https://shop.example/zexa --event message.failed")]
pub(crate) struct Arguments {
    /// Port to listen on. 0 selects a free port
    #[arg(long, value_name = "NUMBER", default_value_t = 8080)]
    port: u16,
    /// Address to listen on. 0.0.0.0 accepts connections from other machines
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: IpAddr,
    /// Post each event to this URL, unchanged
    #[arg(long, value_name = "URL")]
    forward_to: Option<String>,
    /// Register this https address with Zexa first
    #[arg(long, value_name = "URL")]
    register: Option<String>,
    /// Event to register, such as message.delivered. Can be repeated. `*` means all
    #[arg(
        long = "event",
        value_name = "EVENT",
        default_value = "*",
        requires = "register",
        value_parser = values::suggested_event(),
        hide_possible_values = true
    )]
    events: Vec<String>,
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    let forwarder = arguments.forward_to.as_deref().map(Forwarder::new).transpose()?;
    let registration = match arguments.register {
        None => None,
        Some(url) => Some((context.client()?, CreateWebhook::new(url, arguments.events))),
    };
    // Before anything is printed, so that no signal is missed.
    interrupt::token();
    let failed = |error: io::Error| Failure::Local(text!("listen-failed", reason = io_reason(&error)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let result = runtime.block_on(async {
        let listener = TcpListener::bind((arguments.host, arguments.port)).await.map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let message = text!("listen-runs", url = url.as_str());
        match context.is_quiet() {
            // Programs need the port that was selected.
            true => stderr::line(json!({"kind": "listen", "message": message, "url": url})),
            false => stderr::line(message),
        }
        listen(context, listener, forwarder, registration).await
    });
    runtime.shutdown_background();
    result
}

/// Receives events until Ctrl-C, until the registration fails, or until nobody reads the output.
async fn listen(
    context: &Context,
    listener: TcpListener,
    forwarder: Option<Forwarder>,
    registration: Option<(Client, CreateWebhook)>,
) -> Result {
    let is_quiet = context.is_quiet();
    let report: Arc<Report> = Arc::new(move |text| {
        if is_quiet {
            stderr::line(json!({"kind": "listen", "message": text}));
        } else {
            stderr::line(printable(&text));
        }
    });
    let (queue, forwarding) = match forwarder {
        None => (None, None),
        Some(forwarder) => {
            let (queue, waiting) = Queue::new();
            let (stop, stopped) = oneshot::channel();
            let task = tokio::spawn(forwarder.run(waiting, stopped, report.clone()));
            (Some(queue), Some((stop, task)))
        }
    };
    let output = Mutex::new(context.output());
    let (failed, mut failures) = mpsc::channel(1);
    let receiver = Arc::new(Receiver {
        print: Box::new(move |event| {
            output.lock().unwrap_or_else(PoisonError::into_inner).result(event, || line(event))
        }),
        report: report.clone(),
        queue: queue.clone(),
        recent: Mutex::default(),
        failed,
    });
    // The server already runs during the registration: Zexa may post a test event before it responds.
    let server = tokio::spawn(server::serve(listener, receiver));
    let (interrupt, registered) = (interrupted(), register(registration));
    let result = tokio::select! {
        _ = interrupt => Ok(Exit::Done),
        Some(failure) = failures.recv() => Err(failure),
        Some(failure) = failure_of(&*report, registered) => Err(failure),
    };
    server.abort();
    if let (Some(queue), Some((stop, task))) = (queue, forwarding) {
        let _ = stop.send(());
        if timeout(FORWARDING_ENDS_AFTER, task).await.is_err() {
            return Err(Failure::Local(text!("listen-not-forwarded", count = queue.len())));
        }
    }
    result
}

/// Reports Ctrl-C.
fn interrupted() -> oneshot::Receiver<()> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        interrupt::wait_for_interrupt();
        // The receiver is gone if the command has ended otherwise.
        let _ = sender.send(());
    });
    receiver
}

/// Registers the address on a thread of its own. Without a registration, there is no result.
fn register(registration: Option<(Client, CreateWebhook)>) -> oneshot::Receiver<Result<Webhook>> {
    let (sender, receiver) = oneshot::channel();
    if let Some((client, webhook)) = registration {
        thread::spawn(move || {
            let result = client.webhooks().create(&webhook).map_err(Failure::Change);
            let _ = sender.send(result);
        });
    }
    receiver
}

/// Waits for the result of the registration. A success is a note on stderr.
async fn failure_of(report: &Report, registered: oneshot::Receiver<Result<Webhook>>) -> Option<Failure> {
    match registered.await.ok()? {
        Ok(Webhook { url, id, .. }) => {
            report(text!("listen-registered", url = url.unwrap_or_default(), id = id));
            None
        }
        Err(failure) => Some(failure),
    }
}

/// An event in one line.
fn line(event: &Event) -> String {
    let time = event.created_at.map(local_time).unwrap_or_default();
    let name = event.event.as_ref().map(|name| name.as_str()).unwrap_or_default();
    let subject = match (event.message(), event.campaign()) {
        (Some(message), _) => [message.id, message.to.unwrap_or_default(), status(message.status.as_str())],
        (None, Some(campaign)) => [campaign.id, campaign.name.unwrap_or_default(), status(campaign.status.as_str())],
        (None, None) => [event.id.clone().unwrap_or_default(), String::new(), String::new()],
    };
    let [id, recipient, status] = subject;
    let parts = [printable(&time), printable(name), printable(&id), printable(&recipient), status];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    match parts.is_empty() {
        // Nothing in it is known.
        true => printable(&serde_json::to_string(event).unwrap_or_default()),
        false => parts.join("  "),
    }
}
