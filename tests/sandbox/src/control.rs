//! The control path `/_sandbox`: what was received, what exists, what is to go wrong.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::hub::Site;
use crate::matching::mismatches;
use crate::record::query_pairs;
use crate::reply::{Refusal, Reply, amount};
use crate::server::{Server, Traffic};
use crate::service::read;
use crate::spec::{ReplySpec, ServerSpec};

const PREFIX: &str = "/_sandbox";
/// The longest body that the control path takes.
const LONGEST_BODY: usize = 256 * 1024 * 1024;
/// How long webhooks get to be posted before an answer to `advance`.
const POSTING: Duration = Duration::from_secs(30);

type Answer = Result<Reply, Refusal>;

pub(crate) fn is_for_control(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a request to the control path.
pub(crate) async fn serve(site: &Site, parts: &Parts, body: Incoming) -> Reply {
    let answer = match read(body, LONGEST_BODY).await {
        Ok(Some(body)) => route(site, parts, &body).await,
        Ok(None) => Err(Refusal::too_long(LONGEST_BODY)),
        Err(error) => Err(Refusal::unreadable(error.to_string())),
    };
    answer.unwrap_or_else(Reply::from)
}

async fn route(site: &Site, parts: &Parts, body: &Bytes) -> Answer {
    let path = &parts.uri.path()[PREFIX.len()..];
    let Some(rest) = path.strip_prefix("/instances/") else {
        return Command { site, parts, body }.run(path).await;
    };
    let (number, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let server = number.parse().ok().and_then(|number| site.hub.server(number));
    let server = server.ok_or_else(|| Refusal::not_found("instance", number))?;
    let site = &Site { server, ..site.clone() };
    Command { site, parts, body }.run(path).await
}

struct Command<'a> {
    site: &'a Site,
    parts: &'a Parts,
    body: &'a Bytes,
}

impl Command<'_> {
    async fn run(&self, path: &str) -> Answer {
        let server = &*self.site.server;
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
            ("/match", "POST") => self.fit(),
            (path, _) => match allowed(path) {
                Some(allow) => Err(Refusal::method_not_allowed(allow)),
                None => Err(Refusal::not_found("path", self.parts.uri.path())),
            },
        }
    }

    fn json(&self) -> Result<Value, Refusal> {
        if self.body.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_slice(self.body).map_err(|error| Refusal::unreadable(format!("The body is not JSON: {error}")))
    }

    /// The body as an object with no other keys than these.
    fn keys<const N: usize>(&self, names: [&str; N]) -> Result<[Value; N], Refusal> {
        let Value::Object(mut keys) = self.json()? else {
            return Err(Refusal::unreadable("The body must be a JSON object."));
        };
        let values = names.map(|name| keys.remove(name));
        if let Some((name, value)) = keys.iter().next() {
            return Err(Refusal::request(name, value, "is not a key that is known here"));
        }
        let mut all = [const { Value::Null }; N];
        for ((slot, value), name) in all.iter_mut().zip(values).zip(names) {
            *slot = value.ok_or_else(|| Refusal::request(name, &Value::Null, "is required"))?;
        }
        Ok(all)
    }

    fn number(&self, name: &str) -> Result<f64, Refusal> {
        let [value] = self.keys([name])?;
        value.as_f64().ok_or_else(|| Refusal::request(name, &value, "must be a number"))
    }

    fn end(&self) -> Answer {
        let server = &self.site.server;
        if server.number == 0 {
            return Err(Refusal::method_not_allowed("GET"));
        }
        self.site.hub.end(server.number);
        Ok(Reply::empty())
    }

    async fn start_instance(&self) -> Answer {
        let spec = ServerSpec::from_json(self.json()?).map_err(Refusal::unreadable)?;
        let started = self.site.hub.start_instance(spec).await;
        let server = started.map_err(|error| Refusal::unreadable(error.to_string()))?;
        Ok(Reply::json(201, &announcement(&server)))
    }

    async fn requests(&self) -> Answer {
        let query: HashMap<_, _> = query_pairs(self.parts.uri.query()).collect();
        let log = &self.site.server.log;
        if let Some(at_least) = query.get("at_least") {
            let at_least: usize = parse("at_least", at_least)?;
            let within: f64 = query.get("within").map_or(Ok(30.0), |within| parse("within", within))?;
            let within = seconds("within", within)?;
            log.wait_async(within, |log| log.settled() >= at_least).await;
        }
        let requests = log.lock().list();
        Ok(Reply::json(200, &json!({"requests": requests})))
    }

    fn add_faults(&self) -> Answer {
        let given = match self.json()? {
            Value::Array(items) => items,
            one => vec![one],
        };
        let faults: Result<Vec<Fault>, String> = given.into_iter().map(Fault::from_json).collect();
        let faults = faults.map_err(Refusal::unreadable)?;
        let count = faults.len();
        self.site.server.faults().add(faults);
        Ok(Reply::json(201, &json!({"added": count})))
    }

    async fn advance(&self) -> Answer {
        let by = seconds("seconds", self.number("seconds")?)?;
        let server = &self.site.server;
        server.advance(by);
        self.webhooks_tried().await;
        let now = server.visit(|world| world.clock.now());
        Ok(Reply::json(200, &json!({"now": now})))
    }

    fn set_credits(&self) -> Answer {
        let credits = self.number("credits")?;
        self.site.server.visit(|world| world.set_credits(credits));
        Ok(Reply::json(200, &json!({"credits": amount(credits)})))
    }

    async fn add_reply(&self) -> Answer {
        let reply: ReplySpec =
            serde_json::from_value(self.json()?).map_err(|error| Refusal::unreadable(error.to_string()))?;
        self.site.server.visit(|world| world.add_reply(&reply));
        self.webhooks_tried().await;
        Ok(Reply::json(201, &json!({})))
    }

    async fn webhooks_tried(&self) {
        self.site.server.world().wait_async(POSTING, |world| world.webhooks.all_tried()).await;
    }

    fn fit(&self) -> Answer {
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

/// What the program prints, and `POST /instances` answers.
pub(crate) fn announcement(server: &Server) -> Value {
    let places = &server.places;
    let mut all = json!({"url": places.url, "api_key": server.api_key, "control": places.control});
    if let Some(file) = &places.ca_file {
        all["ca_file"] = json!(file);
    }
    all
}

fn state(server: &Server) -> Value {
    let requests = server.log.lock().len();
    let faults = server.faults().list().count();
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(std::sync::atomic::Ordering::Relaxed);
    let Traffic { accepted, open, .. } = &server.traffic;
    server.visit(|world| {
        json!({
            "url": server.places.url,
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
    server.visit(|world| world.messages.all().iter().map(|message| message.full()).collect())
}

pub(crate) fn contacts(server: &Server) -> Vec<Value> {
    server.visit(|world| world.contacts.iter().map(|contact| contact.shown()).collect())
}

pub(crate) fn deliveries(server: &Server) -> Vec<Value> {
    server.visit(|world| world.webhooks.deliveries.iter().map(|delivery| json!(delivery)).collect())
}

fn faults(server: &Server) -> Vec<Value> {
    server
        .faults()
        .list()
        .map(|(fault, hits)| {
            let mut shown = json!(fault);
            shown["hits"] = json!(hits);
            shown
        })
        .collect()
}

fn list(name: &str, items: &[Value]) -> Answer {
    Ok(Reply::json(200, &json!({name: items})))
}

fn parse<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::request(name, &json!(text), "must be a number"))
}

fn seconds(name: &str, seconds: f64) -> Result<Duration, Refusal> {
    let duration = Duration::try_from_secs_f64(seconds).ok().filter(|time| time.as_secs() < 4_000_000_000);
    duration.ok_or_else(|| Refusal::request(name, &json!(seconds), "must be a number of seconds"))
}
