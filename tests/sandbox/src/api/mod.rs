//! The eleven endpoints: who may call, what is asked, and where it is answered.

mod campaigns;
mod contacts;
mod fields;
mod messages;
mod page;
mod rate;
mod webhooks;

use std::sync::Arc;

use hyper::Method;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::json;

use crate::record::{Head, decode};
use crate::reply::{Refusal, Reply, amount};
use crate::server::Server;
use crate::world::World;

use fields::Fields;
use page::Page;
pub(crate) use rate::RateLimiter;

type Answer = Result<Reply, Refusal>;

/// Answers a request to the API.
pub(crate) fn answer(server: &Arc<Server>, head: &Head, body: &[u8]) -> Reply {
    let call = Call { server, head, body };
    let answer = match head.uri.path().strip_prefix("/v1") {
        Some(path) if path.starts_with('/') => call.answer(path),
        _ => Err(call.no_such_path()),
    };
    answer.unwrap_or_else(Reply::from)
}

struct Call<'a> {
    server: &'a Arc<Server>,
    head: &'a Head,
    body: &'a [u8],
}

impl Call<'_> {
    fn answer(&self, path: &str) -> Answer {
        self.authorize()?;
        self.server.rate_limiter.admit()?;
        let (collection, id) = match path[1..].split_once('/') {
            Some((_, id)) if id.is_empty() || id.contains('/') => return Err(self.no_such_path()),
            Some((collection, id)) => (collection, Some(decode(id, false))),
            None => (&path[1..], None),
        };
        match (collection, id.as_deref()) {
            ("messages", None) => self.only("POST", || messages::send(self)),
            ("messages", Some(id)) => self.only("GET", || messages::get(self, id)),
            ("sender-ids", None) => self.only("GET", || self.sender_ids()),
            ("campaigns", None) if self.head.method == Method::GET => campaigns::list(self),
            ("campaigns", None) => self.only_or("POST", "GET, POST", || campaigns::create(self)),
            ("campaigns", Some(id)) => self.only("GET", || campaigns::get(self, id)),
            ("contacts", None) if self.head.method == Method::GET => contacts::list(self),
            ("contacts", None) => self.only_or("POST", "GET, POST", || contacts::create(self)),
            ("contacts", Some(id)) => self.only("DELETE", || contacts::delete(self, id)),
            ("webhooks", None) => self.only("POST", || webhooks::create(self)),
            ("credits", None) => self.only("GET", || self.credits()),
            _ => Err(self.no_such_path()),
        }
    }

    fn no_such_path(&self) -> Refusal {
        Refusal::not_found("path", self.head.uri.path())
    }

    fn authorize(&self) -> Result<(), Refusal> {
        let given = self.head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = given.and_then(|value| {
            let (scheme, key) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
        });
        if key == Some(&self.server.api_key) { Ok(()) } else { Err(Refusal::unauthorized()) }
    }

    fn only(&self, method: &'static str, answer: impl FnOnce() -> Answer) -> Answer {
        self.only_or(method, method, answer)
    }

    fn only_or(&self, method: &str, allow: &'static str, answer: impl FnOnce() -> Answer) -> Answer {
        if self.head.method.as_str() == method { answer() } else { Err(Refusal::method_not_allowed(allow)) }
    }

    fn fields(&self) -> Result<Fields, Refusal> {
        let content_type = self.head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Fields::parse(content_type, self.body)
    }

    /// Looks at or changes the account, after all that is due by now has happened.
    fn world<T>(&self, visit: impl FnOnce(&mut World) -> T) -> T {
        self.server.visit(visit)
    }

    fn sender_ids(&self) -> Answer {
        let page = Page::of(self);
        self.world(|world| Ok(page.answer(world.sender_ids.iter(), |sender| json!(sender))))
    }

    fn credits(&self) -> Answer {
        self.world(|world| Ok(Reply::json(200, &json!({"credits": amount(world.credits), "currency": world.currency}))))
    }
}
