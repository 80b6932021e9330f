//! The eleven endpoints: authentication, rate limit and routing.

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
use crate::reply::{ApiError, Reply, amount};
use crate::server::Server;
use crate::world::World;

use fields::Fields;
use page::Page;
pub(crate) use rate::RateLimiter;

type ApiResult = Result<Reply, ApiError>;

/// Responds to a request to the API.
pub(crate) fn respond(server: &Arc<Server>, head: &Head, body: &[u8]) -> Reply {
    let call = Call { server, head, body };
    let result = match head.uri.path().strip_prefix("/v1") {
        Some(path) if path.starts_with('/') => call.route(path),
        _ => Err(call.no_such_path()),
    };
    result.unwrap_or_else(Reply::from)
}

struct Call<'a> {
    server: &'a Arc<Server>,
    head: &'a Head,
    body: &'a [u8],
}

impl Call<'_> {
    fn route(&self, path: &str) -> ApiResult {
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

    fn no_such_path(&self) -> ApiError {
        ApiError::not_found("path", self.head.uri.path())
    }

    fn authorize(&self) -> Result<(), ApiError> {
        let header = self.head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = header.and_then(|value| {
            let (scheme, key) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
        });
        if key == Some(&self.server.api_key) { Ok(()) } else { Err(ApiError::unauthorized()) }
    }

    fn only(&self, method: &'static str, respond: impl FnOnce() -> ApiResult) -> ApiResult {
        self.only_or(method, method, respond)
    }

    fn only_or(&self, method: &str, allow: &'static str, respond: impl FnOnce() -> ApiResult) -> ApiResult {
        if self.head.method.as_str() == method { respond() } else { Err(ApiError::method_not_allowed(allow)) }
    }

    fn fields(&self) -> Result<Fields, ApiError> {
        let content_type = self.head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Fields::parse(content_type, self.body)
    }

    /// Reads or changes the account, after all due events have run.
    fn world<T>(&self, action: impl FnOnce(&mut World) -> T) -> T {
        self.server.with_world(action)
    }

    fn sender_ids(&self) -> ApiResult {
        let page = Page::of(self);
        self.world(|world| Ok(page.respond(world.sender_ids.iter(), |sender| json!(sender))))
    }

    fn credits(&self) -> ApiResult {
        self.world(|world| Ok(Reply::json(200, &json!({"credits": amount(world.credits), "currency": world.currency}))))
    }
}
