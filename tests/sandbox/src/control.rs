//! The control API `/_sandbox`: reads what the server received, and changes its state and faults.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::hub::HostedServer;
use crate::matching::mismatches;
use crate::record::query_pairs;
use crate::reply::{ApiError, Reply, amount};
use crate::server::{Server, Traffic};
use crate::service::read;
use crate::spec::{ReplySpec, ServerSpec};

const PREFIX: &str = "/_sandbox";
/// Maximum size of a request body, in bytes.
const MAX_BODY: usize = 256 * 1024 * 1024;
/// How long a response waits for webhook deliveries.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(30);

type ControlResult = Result<Reply, ApiError>;

pub(crate) fn is_for_control(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Responds to a request to the control API.
pub(crate) async fn serve(hosted: &HostedServer, parts: &Parts, body: Incoming) -> Reply {
    let result = match read(body, MAX_BODY).await {
        Ok(Some(body)) => route(hosted, parts, &body).await,
        Ok(None) => Err(ApiError::too_large(MAX_BODY)),
        Err(error) => Err(ApiError::unreadable(error.to_string())),
    };
    result.unwrap_or_else(Reply::from)
}

async fn route(hosted: &HostedServer, parts: &Parts, body: &Bytes) -> ControlResult {
    let path = &parts.uri.path()[PREFIX.len()..];
    let Some(rest) = path.strip_prefix("/instances/") else {
        return Command { hosted, parts, body }.run(path).await;
    };
    let (number, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let server = number.parse().ok().and_then(|number| hosted.hub.server(number));
    let server = server.ok_or_else(|| ApiError::not_found("instance", number))?;
    let hosted = &HostedServer { server, ..hosted.clone() };
    Command { hosted, parts, body }.run(path).await
}

struct Command<'a> {
    hosted: &'a HostedServer,
    parts: &'a Parts,
    body: &'a Bytes,
}

impl Command<'_> {
    async fn run(&self, path: &str) -> ControlResult {
        let server = &*self.hosted.server;
        let method = &self.parts.method;
        match (path.trim_end_matches('/'), method.as_str()) {
            ("", "DELETE") => self.end(),
            ("" | "/state", "GET") => Ok(Reply::json(200, &state(server))),
            ("/instances", "POST") => self.start_instance().await,
            ("/requests", "GET") => self.requests().await,
            ("/requests", "DELETE") => {
                server.log.lock().clear();
                Ok(Reply::empty())
            }
            ("/messages", "GET") => list("messages", &messages(server)),
            ("/contacts", "GET") => list("contacts", &contacts(server)),
            ("/deliveries", "GET") => list("deliveries", &deliveries(server)),
            ("/faults", "GET") => list("faults", &faults(server)),
            ("/faults", "POST") => self.add_faults(),
            ("/faults", "DELETE") => {
                server.faults().clear();
                Ok(Reply::empty())
            }
            ("/advance", "POST") => self.advance().await,
            ("/credits", "POST") => self.set_credits(),
            ("/replies", "POST") => self.add_reply().await,
            ("/match", "POST") => self.match_pattern(),
            (path, _) => match allowed(path) {
                Some(allow) => Err(ApiError::method_not_allowed(allow)),
                None => Err(ApiError::not_found("path", self.parts.uri.path())),
            },
        }
    }

    fn json(&self) -> Result<Value, ApiError> {
        if self.body.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_slice(self.body)
            .map_err(|error| ApiError::unreadable(format!("The body is not JSON: {error}")))
    }

    /// The values of the body, which must be an object with exactly these keys.
    fn keys<const N: usize>(&self, names: [&str; N]) -> Result<[Value; N], ApiError> {
        let Value::Object(mut keys) = self.json()? else {
            return Err(ApiError::unreadable("The body must be a JSON object."));
        };
        let values = names.map(|name| keys.remove(name));
        if let Some((name, value)) = keys.iter().next() {
            return Err(ApiError::request(name, value, "is not a known key"));
        }
        let mut all = [const { Value::Null }; N];
        for ((slot, value), name) in all.iter_mut().zip(values).zip(names) {
            *slot = value.ok_or_else(|| ApiError::request(name, &Value::Null, "is required"))?;
        }
        Ok(all)
    }

    fn number(&self, name: &str) -> Result<f64, ApiError> {
        let [value] = self.keys([name])?;
        value.as_f64().ok_or_else(|| ApiError::request(name, &value, "must be a number"))
    }

    fn end(&self) -> ControlResult {
        let server = &self.hosted.server;
        if server.number == 0 {
            return Err(ApiError::method_not_allowed("GET"));
        }
        self.hosted.hub.end(server.number);
        Ok(Reply::empty())
    }

    async fn start_instance(&self) -> ControlResult {
        let spec = ServerSpec::from_json(self.json()?).map_err(ApiError::unreadable)?;
        let started = self.hosted.hub.start_instance(spec).await;
        let server = started.map_err(|error| ApiError::unreadable(error.to_string()))?;
        Ok(Reply::json(201, &announcement(&server)))
    }

    async fn requests(&self) -> ControlResult {
        let query: HashMap<_, _> = query_pairs(self.parts.uri.query()).collect();
        let log = &self.hosted.server.log;
        if let Some(at_least) = query.get("at_least") {
            let at_least: usize = parse("at_least", at_least)?;
            let within: f64 = query.get("within").map_or(Ok(30.0), |within| parse("within", within))?;
            let within = seconds("within", within)?;
            log.wait_async(within, |log| log.processed() >= at_least).await;
        }
        let requests = log.lock().list();
        Ok(Reply::json(200, &json!({"requests": requests})))
    }

    fn add_faults(&self) -> ControlResult {
        let input = match self.json()? {
            Value::Array(items) => items,
            one => vec![one],
        };
        let faults: Result<Vec<Fault>, String> = input.into_iter().map(Fault::from_json).collect();
        let faults = faults.map_err(ApiError::unreadable)?;
        let count = faults.len();
        self.hosted.server.faults().add(faults);
        Ok(Reply::json(201, &json!({"added": count})))
    }

    async fn advance(&self) -> ControlResult {
        let by = seconds("seconds", self.number("seconds")?)?;
        let server = &self.hosted.server;
        server.advance(by);
        self.webhooks_attempted().await;
        let now = server.with_world(|world| world.clock.now());
        Ok(Reply::json(200, &json!({"now": now})))
    }

    fn set_credits(&self) -> ControlResult {
        let credits = self.number("credits")?;
        self.hosted.server.with_world(|world| world.set_credits(credits));
        Ok(Reply::json(200, &json!({"credits": amount(credits)})))
    }

    async fn add_reply(&self) -> ControlResult {
        let reply: ReplySpec =
            serde_json::from_value(self.json()?).map_err(|error| ApiError::unreadable(error.to_string()))?;
        self.hosted.server.with_world(|world| world.add_reply(&reply));
        self.webhooks_attempted().await;
        Ok(Reply::json(201, &json!({})))
    }

    async fn webhooks_attempted(&self) {
        self.hosted.server.world().wait_async(WEBHOOK_TIMEOUT, |world| world.webhooks.all_attempted()).await;
    }

    fn match_pattern(&self) -> ControlResult {
        let [expected, actual] = self.keys(["expected", "actual"])?;
        Ok(Reply::json(200, &json!({"mismatches": mismatches(&expected, &actual)})))
    }
}

fn allowed(path: &str) -> Option<&'static str> {
    match path {
        "" => Some("GET, DELETE"),
        "/state" | "/messages" | "/contacts" | "/deliveries" => Some("GET"),
        "/requests" => Some("GET, DELETE"),
        "/faults" => Some("GET, POST, DELETE"),
        "/instances" | "/advance" | "/credits" | "/match" | "/replies" => Some("POST"),
        _ => None,
    }
}

/// The JSON that the program prints, and that `POST /instances` returns.
pub(crate) fn announcement(server: &Server) -> Value {
    let addresses = &server.addresses;
    let mut all = json!({"url": addresses.url, "api_key": server.api_key, "control": addresses.control});
    if let Some(files) = &addresses.tls {
        all["ca_file"] = json!(files.ca);
        all["client_cert_file"] = json!(files.client.cert_file);
        all["client_key_file"] = json!(files.client.key_file);
    }
    all
}

fn state(server: &Server) -> Value {
    let requests = server.log.lock().len();
    let faults = server.faults().list().count();
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(std::sync::atomic::Ordering::Relaxed);
    let Traffic { accepted, open, .. } = &server.traffic;
    server.with_world(|world| {
        json!({
            "url": server.addresses.url,
            "now": world.clock.now(),
            "credits": amount(world.credits),
            "currency": world.currency,
            "connections": count(accepted),
            "open_connections": count(open),
            "requests": requests,
            "faults": faults,
            "messages": world.messages.all().len(),
            "campaigns": world.campaigns.all().len(),
            "contacts": world.contacts.len(),
            "lists": world.lists,
            "sender_ids": world.sender_ids,
            "webhooks": world.webhooks.len(),
            "deliveries": world.webhooks.deliveries.len(),
        })
    })
}

pub(crate) fn messages(server: &Server) -> Vec<Value> {
    server.with_world(|world| world.messages.all().iter().map(|message| message.to_full_json()).collect())
}

pub(crate) fn contacts(server: &Server) -> Vec<Value> {
    server.with_world(|world| world.contacts.iter().map(|contact| contact.to_json()).collect())
}

pub(crate) fn deliveries(server: &Server) -> Vec<Value> {
    server.with_world(|world| world.webhooks.deliveries.iter().map(|delivery| json!(delivery)).collect())
}

fn faults(server: &Server) -> Vec<Value> {
    server
        .faults()
        .list()
        .map(|(fault, hits)| {
            let mut json = json!(fault);
            json["hits"] = json!(hits);
            json
        })
        .collect()
}

fn list(name: &str, items: &[Value]) -> ControlResult {
    Ok(Reply::json(200, &json!({name: items})))
}

fn parse<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::request(name, &json!(text), "must be a number"))
}

fn seconds(name: &str, seconds: f64) -> Result<Duration, ApiError> {
    let duration = Duration::try_from_secs_f64(seconds).ok().filter(|time| time.as_secs() < 4_000_000_000);
    duration.ok_or_else(|| ApiError::request(name, &json!(seconds), "must be a number of seconds"))
}
