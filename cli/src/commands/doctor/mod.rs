//! `zexa doctor`.

mod certificate;
mod check;
mod probe;
mod proxy;

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use clap::Args;
use url::Url;
use zexa::{CallOptions, Client, Error, Kind, ListSenderIds, SenderIdStatus, binding};

use self::certificate::Issued;
use self::check::{Check, Status};
use self::probe::Found;
use self::proxy::Proxy;
use crate::context::{Access, Context, KeySource, PRODUCT};
use crate::exit::Exit;
use crate::failure::{self, Failure, Result};
use crate::interrupt;
use crate::io_reason::io_reason;
use crate::texts::text;

/// Largest difference between the clocks that is not a problem, in seconds.
const CLOCK_TOLERANCE: i64 = 60;

/// Timeout of a request: an API that is slower cannot be used.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Check the API key, the network, the proxy, TLS, the clock and the Sender IDs
///
/// Says what to do about each problem. Nothing is sent but requests that change nothing. The exit code is 1 if a check fails.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa doctor
  zexa doctor --json")]
pub(crate) struct Arguments {}

pub(crate) fn run(context: &Context, Arguments {}: Arguments) -> Result {
    let access = context.access();
    let client = match client(access.as_ref().ok()) {
        Ok(client) => client,
        Err(error) => {
            configuration_failed(&error).print(context)?;
            return Ok(Exit::Failed);
        }
    };
    let mut has_failed = false;
    let mut print = |check: &Check| {
        has_failed |= check.status == Status::Failed;
        check.print(context)
    };
    let api = Url::parse(binding::base_url(&client)).expect("the client has checked the base URL");
    // Each check needs the ones before it, so the first that fails is the cause of the rest.
    let proxy = Proxy::of(&api);
    print(&check_proxy(proxy.as_ref(), &api))?;
    let connected = interrupt::exit_during(|| check_network(proxy.as_ref(), &api));
    let is_connected = connected.is_ok();
    let (network, found) = match connected {
        // Before the client connects: some servers have one connection at a time.
        Ok((check, stream)) if proxy.as_ref().is_none_or(Proxy::is_http) => {
            (check, interrupt::exit_during(|| probe::probe(stream, &api)))
        }
        Ok((check, _)) => (check, Found::default()),
        Err(check) => (*check, Found::default()),
    };
    // The balance shows whether the key is accepted, and whether the certificate is trusted.
    let answer = (is_connected && access.is_ok()).then(|| client.credits().get());
    if matches!(&answer, Some(Err(error)) if error.kind() == Kind::Cancelled) {
        return Err(Failure::Interrupted);
    }
    let failure = answer.as_ref().and_then(|answer| answer.as_ref().err());
    let network = network_after(network, failure);
    print(&network)?;
    let tls = check_tls(&api, &found, failure, answer.is_some() && network.status == Status::Ok);
    print(&tls)?;
    print(&check_clock(&found))?;
    let is_reached = network.status != Status::Failed && tls.status != Status::Failed;
    print(&check_api(is_reached, answer.is_some(), failure))?;
    print(&match &access {
        Err(failure) => no_key(failure),
        Ok(access) => check_key(&access.source, is_reached, failure),
    })?;
    print(&match &answer {
        Some(Ok(_)) => check_sender_ids(&client),
        _ => Check::skipped("sender_ids", text!("doctor-sender-ids"), text!("doctor-sender-ids-unchecked")),
    })?;
    Ok(if has_failed { Exit::Failed } else { Exit::Done })
}

/// A client with the key, or without one: the rest can still be checked, because the key is not sent.
fn client(access: Option<&Access>) -> zexa::Result<Client> {
    let mut builder =
        Client::builder().api_key(access.map_or("none", |access| access.key.as_str())).max_retries(0).timeout(TIMEOUT);
    if let Some(url) = access.and_then(|access| access.base_url.as_deref()) {
        builder = builder.base_url(url);
    }
    let client = binding::named(builder, PRODUCT).build()?;
    Ok(client.with_options(CallOptions::new().cancel(interrupt::token())))
}

/// An option from the environment or the profile is invalid.
fn configuration_failed(error: &Error) -> Check {
    let (title, text) = (text!("doctor-configuration"), failure::message_of_call(error));
    Check::failed("configuration", title, "invalid", text, Some(text!("doctor-configuration-advice")))
        .fact("message", error.message())
}

fn no_key(failure: &Failure) -> Check {
    let mut lines = failure.lines().into_iter();
    let text = lines.next().unwrap_or_default();
    Check::failed("key", text!("doctor-key"), "no_key", text, lines.next())
}

fn check_key(source: &KeySource, is_reached: bool, failure: Option<&Error>) -> Check {
    let title = text!("doctor-key");
    let (text, name) = match source {
        KeySource::Stdin => (text!("doctor-key-stdin"), "stdin".to_owned()),
        KeySource::Environment => (text!("doctor-key-environment"), "ZEXA_API_KEY".to_owned()),
        KeySource::Profile(name) => (text!("doctor-key-profile", name = name.as_str()), format!("profile {name}")),
        KeySource::Sandbox => (text!("doctor-key-sandbox"), "sandbox".to_owned()),
    };
    let check = match failure {
        Some(error) if error.kind() == Kind::Unauthorized => {
            let text = text!("doctor-key-rejected", source = text);
            Check::failed("key", title, "rejected", text, Some(failure::advice_about_key()))
        }
        None if is_reached => Check::ok("key", title, text!("doctor-key-accepted", source = text)),
        _ => Check::skipped("key", title, text!("doctor-key-unchecked", source = text)),
    };
    check.fact("source", name)
}

/// Whether the server responds as the API does.
fn check_api(is_reached: bool, is_asked: bool, failure: Option<&Error>) -> Check {
    let title = text!("doctor-api");
    match failure {
        _ if !is_reached => Check::skipped("api", title, text!("doctor-unreached")),
        _ if !is_asked => Check::skipped("api", title, text!("doctor-unchecked")),
        None => Check::ok("api", title, text!("doctor-api-ok")),
        Some(error) if error.kind() == Kind::Unauthorized => Check::ok("api", title, text!("doctor-api-ok")),
        Some(error) => {
            let (problem, advice) = match error.kind() {
                // A captive portal, or another server.
                Kind::Decode | Kind::NotFound | Kind::Other => ("not_the_api", text!("doctor-advice-api")),
                _ => ("api_failed", text!("advice-later")),
            };
            let text = text!("doctor-api-failed", reason = failure::message_of_call(error));
            Check::failed("api", title, problem, text, Some(advice)).fact("message", error.message())
        }
    }
}

fn check_proxy(proxy: Option<&Proxy>, api: &Url) -> Check {
    let title = text!("doctor-proxy");
    let (host, _) = probe::host_and_port(api);
    match proxy {
        None => Check::ok("proxy", title, text!("doctor-proxy-none", host = host)).fact("url", None::<String>),
        Some(proxy) => {
            let text = text!("doctor-proxy-used", url = proxy.shown(), variable = proxy.variable);
            Check::ok("proxy", title, text).fact("url", proxy.shown()).fact("variable", proxy.variable)
        }
    }
}

/// Resolves the name of the API or of the proxy, and connects to it. Returns the connection to the API. The error is a failed check.
fn check_network(proxy: Option<&Proxy>, api: &Url) -> std::result::Result<(Check, TcpStream), Box<Check>> {
    let title = text!("doctor-network");
    let (host, port) = proxy.map_or_else(|| probe::host_and_port(api), Proxy::host_and_port);
    let authority = format!("{host}:{port}");
    let failed = |problem, error: &io::Error, reason: String, advice| {
        let text = text!("doctor-network-failed", peer = authority.as_str(), reason = reason);
        let check = Check::failed("network", title.clone(), problem, text, Some(advice));
        Box::new(check.fact("peer", authority.as_str()).fact("message", error.to_string()))
    };
    let addresses = probe::resolve(&host, port).map_err(|error| {
        let advice = match proxy {
            None => text!("doctor-advice-name", host = host.as_str()),
            Some(proxy) => text!("doctor-advice-proxy-name", host = host.as_str(), variable = proxy.variable),
        };
        failed("name_resolution", &error, text!("io-name"), advice)
    })?;
    let mut stream = probe::connect(&addresses).map_err(|error| {
        let advice = match proxy {
            None => text!("doctor-advice-connection"),
            Some(proxy) => text!("doctor-advice-proxy-connection", variable = proxy.variable),
        };
        failed("connection", &error, io_reason(&error), advice)
    })?;
    if let Some(proxy) = proxy.filter(|proxy| proxy.is_http() && api.scheme() == "https") {
        let advice = || text!("doctor-advice-proxy", variable = proxy.variable);
        probe::tunnel(&mut stream, api, proxy.authorization.as_deref())
            .map_err(|error| failed("proxy_refused", &error, io_reason(&error), advice()))?;
    }
    let address = stream.peer_addr().map(|address| address.to_string()).unwrap_or_default();
    let text = text!("doctor-network-ok", peer = authority.as_str(), address = address.as_str());
    Ok((Check::ok("network", title, text).fact("peer", authority).fact("address", address), stream))
}

/// The check of the network after the client has used it. A connection without a response is no connection to the API.
fn network_after(check: Check, failure: Option<&Error>) -> Check {
    let Some(error) = failure.filter(|error| error.status().is_none() && !is_about_tls(error)) else { return check };
    let text = text!("doctor-network-silent", reason = failure::message_of_call(error));
    let advice = text!("doctor-advice-connection");
    let failed = Check::failed("network", text!("doctor-network"), "no_response", text, Some(advice));
    failed.fact("message", error.message())
}

/// Whether TLS is the reason of a failure.
fn is_about_tls(error: &Error) -> bool {
    let code = binding::reason_code(error).unwrap_or_default();
    code.starts_with("CERT_") || code.contains("_CERT_") || matches!(code, "EPROTO" | "INVALID_PURPOSE")
}

/// Whether the client trusts the certificate. `is_tested` is whether the client has connected.
fn check_tls(api: &Url, found: &Found, failure: Option<&Error>, is_tested: bool) -> Check {
    let title = text!("doctor-tls");
    if api.scheme() != "https" {
        return Check::skipped("tls", title, text!("doctor-tls-none"));
    }
    let code = failure.and_then(binding::reason_code).unwrap_or_default();
    let issuer =
        found.certificate.as_ref().map(|Issued { issuer, .. }| text!("doctor-tls-issuer", issuer = issuer.as_str()));
    let with_issuer = |text: String| [Some(text), issuer].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let check = match failure {
        Some(error) if is_about_tls(error) => {
            let text = with_issuer(failure::message_of_call(error));
            Check::failed("tls", title, "untrusted", text, Some(advice_about_tls(code))).fact("code", code)
        }
        _ if !is_tested => Check::skipped("tls", title, text!("doctor-tls-untested")),
        _ => Check::ok("tls", title, with_issuer(text!("doctor-tls-ok"))),
    };
    match &found.certificate {
        None => check,
        Some(Issued { issuer, subject, not_after }) => check
            .fact("issuer", issuer.as_str())
            .fact("subject", subject.as_str())
            .fact("not_after", not_after.as_str()),
    }
}

fn advice_about_tls(code: &str) -> String {
    match code {
        "CERT_HAS_EXPIRED" | "CERT_NOT_YET_VALID" => text!("doctor-advice-expired"),
        "EPROTO" => text!("doctor-advice-protocol"),
        _ => text!("doctor-advice-certificate"),
    }
}

fn check_clock(found: &Found) -> Check {
    let title = text!("doctor-clock");
    let Some(ahead) = found.clock_ahead else {
        return Check::skipped("clock", title, text!("doctor-clock-unknown"));
    };
    let check = if ahead.abs() <= CLOCK_TOLERANCE {
        Check::ok("clock", title, text!("doctor-clock-ok"))
    } else {
        let text = match ahead > 0 {
            true => text!("doctor-clock-slow", seconds = ahead),
            false => text!("doctor-clock-fast", seconds = -ahead),
        };
        Check::failed("clock", title, "wrong", text, Some(text!("doctor-advice-clock")))
    };
    check.fact("seconds_behind", ahead)
}

/// Whether an approved Sender ID exists. Only then can messages be sent.
fn check_sender_ids(client: &Client) -> Check {
    let title = text!("doctor-sender-ids");
    let mut approved = Vec::new();
    let mut others = 0_u32;
    for sender in client.sender_ids().list(&ListSenderIds::new()) {
        match sender {
            Ok(sender) if sender.status == SenderIdStatus::Approved => approved.extend(sender.sender_id),
            Ok(_) => others += 1,
            Err(error) => {
                let text = failure::message_of_call(&error);
                let check = Check::failed("sender_ids", title, "api_failed", text, failure::advice(&error));
                return check.fact("message", error.message());
            }
        }
    }
    approved.dedup();
    let names = approved.join(", ");
    let check = match (approved.is_empty(), others) {
        (false, _) => Check::ok("sender_ids", title, text!("doctor-sender-ids-ok", names = names)),
        (true, 0) => {
            let text = text!("doctor-sender-ids-none");
            Check::failed("sender_ids", title, "none", text, Some(text!("doctor-advice-register")))
        }
        (true, count) => {
            let text = text!("doctor-sender-ids-pending", count = count);
            Check::failed("sender_ids", title, "none_approved", text, Some(text!("doctor-advice-approval")))
        }
    };
    check.fact("approved", approved).fact("others", others)
}
