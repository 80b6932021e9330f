//! `POST /webhooks`.

use hyper::Uri;
use serde_json::json;

use super::fields::{invalid, missing};
use super::{ApiResult, Call};
use crate::reply::{ApiError, Reply};

const EVENTS: [&str; 7] = [
    "message.delivered",
    "message.failed",
    "message.undeliverable",
    "message.optout",
    "campaign.sent",
    "campaign.completed",
    "*",
];

pub(super) fn create(call: &Call<'_>) -> ApiResult {
    let mut fields = call.fields()?;
    let url = fields.text("url")?;
    let events = fields.texts("events")?.ok_or_else(|| missing("events"))?;
    check_url(&url, call.server.allow_http_webhooks)?;
    if events.is_empty() {
        return Err(ApiError::invalid("events", &json!([]), "must name at least one event"));
    }
    if let Some(event) = events.iter().find(|event| !EVENTS.contains(&event.as_str())) {
        let reason = format!("contains {event:?}, which is not an event. The events are {}", EVENTS.join(", "));
        return Err(invalid("events", event, &reason));
    }
    let queue = call.server.start_poster(&url);
    call.world(|world| Ok(Reply::json(201, &world.add_webhook(url, events, queue))))
}

fn check_url(url: &str, allow_http: bool) -> Result<(), ApiError> {
    let parsed = url.parse::<Uri>().ok();
    let has_host = parsed.as_ref().and_then(Uri::host).is_some_and(|host| !host.is_empty());
    match parsed.as_ref().and_then(Uri::scheme_str) {
        Some("https") if has_host => Ok(()),
        Some("http") if has_host && allow_http => Ok(()),
        _ => Err(invalid("url", url, "must be an https URL")),
    }
}
