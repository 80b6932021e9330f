//! `zexa doctor`.

mod certificate;
mod check;
mod probe;
mod proxy;

use std::io;
use std::net::TcpStream;

use clap::Args;
use url::Url;
use zexa::{CallOptions, Client, Error, Kind, ListSenderIds, SenderIdStatus, binding};

use self::certificate::Issued;
use self::check::{Check, Status};
use self::probe::Found;
use self::proxy::Proxy;
use crate::context::{Context, KeySource, PRODUCT};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::texts::text;

/// Largest difference between the clocks that is not a problem, in seconds.
const CLOCK_TOLERANCE: i64 = 60;

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
    let mut has_failed = false;
    let mut print = |check: &Check| {
        has_failed |= check.status == Status::Failed;
        check.print(context)
    };
    let access = context.access();
    // Without a key, the rest can still be checked: the key is not sent.
    let key = access.as_ref().map_or("none", |access| access.key.as_str());
    let mut builder = Client::builder().api_key(key).max_retries(0);
    if let Some(url) = access.as_ref().ok().and_then(|access| access.base_url.as_deref()) {
        builder = builder.base_url(url);
    }
    let client = match binding::named(builder, PRODUCT).build() {
        Ok(client) => client.with_options(CallOptions::new().cancel(interrupt::token())),
        Err(error) => {
            print(&configuration_failed(&error))?;
            return Ok(Exit::Failed);
        }
    };
    let api = Url::parse(binding::base_url(&client)).expect("the client has checked the base URL");
    // The balance shows that the key is accepted, and that the certificate is trusted.
    let answer = access.as_ref().ok().map(|_| client.credits().get());
    if matches!(&answer, Some(Err(error)) if error.kind() == Kind::Cancelled) {
        return Err(Failure::Interrupted);
    }
    let failure = answer.as_ref().and_then(|answer| answer.as_ref().err());
    print(&match &access {
        Err(failure) => no_key(failure),
        Ok(access) => check_key(&access.source, failure),
    })?;
    let proxy = Proxy::of(&api);
    print(&check_proxy(proxy.as_ref(), &api))?;
    let (network, stream) = interrupt::exit_during(|| check_network(proxy.as_ref(), &api));
    print(&network)?;
    let can_probe = proxy.as_ref().is_none_or(Proxy::is_http);
    let stream = stream.filter(|_| can_probe);
    let found = interrupt::exit_during(|| stream.map(|stream| probe::probe(stream, &api))).unwrap_or_default();
    print(&check_tls(&api, &found, failure, answer.is_some() && network.status == Status::Ok))?;
    print(&check_clock(&found))?;
    print(&match &answer {
        Some(Ok(_)) => check_sender_ids(&client),
        _ => Check::skipped("sender_ids", text!("doctor-sender-ids"), text!("doctor-needs-key")),
    })?;
    Ok(if has_failed { Exit::Failed } else { Exit::Done })
}

/// An option from the environment or the profile is invalid.
fn configuration_failed(error: &Error) -> Check {
    let (title, text) = (text!("doctor-configuration"), error.message().to_owned());
    Check::failed("configuration", title, "invalid", text, text!("doctor-configuration-advice"))
        .fact("message", error.message())
}

fn no_key(failure: &Failure) -> Check {
    let text = failure.lines().into_iter().next().unwrap_or_default();
    Check::failed("key", text!("doctor-key"), "no_key", text, text!("advice-key"))
}

fn check_key(source: &KeySource, failure: Option<&Error>) -> Check {
    let title = text!("doctor-key");
    let (text, name) = match source {
        KeySource::Stdin => (text!("doctor-key-stdin"), "stdin".to_owned()),
        KeySource::Environment => (text!("doctor-key-environment"), "ZEXA_API_KEY".to_owned()),
        KeySource::Profile(name) => (text!("doctor-key-profile", name = name.as_str()), format!("profile {name}")),
        KeySource::Sandbox => (text!("doctor-key-sandbox"), "sandbox".to_owned()),
    };
    let check = match failure {
        None => Check::ok("key", title, text!("doctor-key-accepted", source = text)),
        Some(error) if error.kind() == Kind::Unauthorized => {
            let text = text!("doctor-key-rejected", source = text);
            Check::failed("key", title, "rejected", text, text!("advice-key"))
        }
        Some(error) if error.status().is_some() => {
            let text = text!("doctor-key-unclear", source = text, reason = error.to_string());
            Check::failed("key", title, "api_failed", text, text!("advice-later")).fact("message", error.message())
        }
        Some(_) => Check::skipped("key", title, text!("doctor-key-unchecked", source = text)),
    };
    check.fact("source", name)
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

/// Resolves the name of the API or of the proxy, and connects to it. Returns the connection to the API.
fn check_network(proxy: Option<&Proxy>, api: &Url) -> (Check, Option<TcpStream>) {
    let title = text!("doctor-network");
    let (host, port) = proxy.map_or_else(|| probe::host_and_port(api), Proxy::host_and_port);
    let authority = format!("{host}:{port}");
    let failed = |problem, error: &io::Error, advice| {
        let reason = error.to_string();
        let text = text!("doctor-network-failed", peer = authority.as_str(), reason = reason.as_str());
        let check = Check::failed("network", title.clone(), problem, text, advice);
        (check.fact("peer", authority.as_str()).fact("message", reason), None)
    };
    let addresses = match probe::resolve(&host, port) {
        Ok(addresses) => addresses,
        Err(error) => return failed("name_resolution", &error, text!("doctor-advice-name", host = host.as_str())),
    };
    let mut stream = match probe::connect(&addresses) {
        Ok(stream) => stream,
        Err(error) => return failed("connection", &error, text!("doctor-advice-connection")),
    };
    if let Some(proxy) = proxy.filter(|proxy| proxy.is_http() && api.scheme() == "https")
        && let Err(error) = probe::tunnel(&mut stream, api, proxy.authorization.as_deref())
    {
        return failed("proxy_refused", &error, text!("doctor-advice-proxy", variable = proxy.variable));
    }
    let address = stream.peer_addr().map(|address| address.to_string()).unwrap_or_default();
    let text = text!("doctor-network-ok", peer = authority.as_str(), address = address.as_str());
    (Check::ok("network", title, text).fact("peer", authority).fact("address", address), Some(stream))
}

/// Whether the client trusts the certificate. `is_tested` is whether the client has connected.
fn check_tls(api: &Url, found: &Found, failure: Option<&Error>, is_tested: bool) -> Check {
    let title = text!("doctor-tls");
    if api.scheme() != "https" {
        return Check::skipped("tls", title, text!("doctor-tls-none"));
    }
    let code = failure.and_then(binding::reason_code).unwrap_or_default();
    let is_untrusted = code.starts_with("CERT_") || code.contains("_CERT_") || code == "EPROTO";
    let issuer =
        found.certificate.as_ref().map(|Issued { issuer, .. }| text!("doctor-tls-issuer", issuer = issuer.as_str()));
    let with_issuer = |text: String| [Some(text), issuer].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let check = match failure {
        Some(error) if is_untrusted => {
            let text = with_issuer(error.message().to_owned());
            Check::failed("tls", title, "untrusted", text, advice_about_tls(code)).fact("code", code)
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
        Check::failed("clock", title, "wrong", text, text!("doctor-advice-clock"))
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
                let text = error.to_string();
                let check = Check::failed("sender_ids", title, "api_failed", text, text!("advice-later"));
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
            Check::failed("sender_ids", title, "none", text, text!("doctor-advice-register"))
        }
        (true, count) => {
            let text = text!("doctor-sender-ids-pending", count = count);
            Check::failed("sender_ids", title, "none_approved", text, text!("doctor-advice-approval"))
        }
    };
    check.fact("approved", approved).fact("others", others)
}
