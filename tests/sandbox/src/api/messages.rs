//! `POST /messages` and `GET /messages/{id}`.

use jiff::Timestamp;
use serde_json::Value;

use super::fields::{check_channel, check_recipient, check_time, invalid};
use super::{ApiResult, Call};
use crate::reply::{ApiError, Reply};
use crate::world::World;
use crate::world::messages::Content;

pub(super) fn send(call: &Call<'_>) -> ApiResult {
    let mut fields = call.fields()?;
    let mut content = Content {
        channel: fields.text("channel")?,
        to: fields.text("to")?,
        from: fields.text("from")?,
        body: fields.optional_text("body")?,
        subject: fields.optional_text("subject")?,
        html: fields.optional_text("html")?,
        template: fields.optional_object("template")?,
        template_id: fields.optional_text("template_id")?,
        scheduled_at: None,
    };
    let scheduled_at = fields.optional_text("scheduled_at")?;
    check_content(&content)?;
    check_channel(&content.channel)?;
    check_recipient(&content.channel, "to", &content.to)?;
    content.scheduled_at = check_time("scheduled_at", scheduled_at)?;
    call.world(|world| {
        check_sender(world, &content.channel, "from", &content.from)?;
        let now = world.clock.now();
        // A scheduled message is checked and charged when it is dispatched.
        if content.scheduled_at.is_none_or(|time| time <= now) {
            check_dispatch(world, &content, now)?;
        }
        let message = world.add_message(content, None, now);
        Ok(Reply { message_id: Some(message.id.clone()), ..Reply::text(201, message.to_response_body()) })
    })
}

pub(super) fn get(call: &Call<'_>, id: &str) -> ApiResult {
    call.world(|world| match world.messages.get(id) {
        Some(message) => Ok(Reply::text(200, message.to_response_body())),
        None => Err(ApiError::not_found("message", id)),
    })
}

/// Checks the balance and WhatsApp's conversation window for a message that is dispatched immediately.
fn check_dispatch(world: &World, content: &Content, now: Timestamp) -> Result<(), ApiError> {
    if !world.is_window_open(content, now) {
        return Err(invalid(
            "to",
            &content.to,
            "must have written to the sender within 24 hours, or `template` must be set",
        ));
    }
    let cost = world.dispatch_cost(content, now);
    if cost > world.credits {
        return Err(ApiError::insufficient_credits(cost, world.credits));
    }
    Ok(())
}

/// Checks that the message has a body or a template, and that the template's name is valid.
pub(super) fn check_content(content: &Content) -> Result<(), ApiError> {
    let Content { body, template, template_id, .. } = content;
    if template_id.as_deref() == Some("") {
        return Err(invalid("template_id", "", "must not be empty"));
    }
    if body.is_none() && template.is_none() && template_id.is_none() {
        return Err(ApiError::invalid("body", &Value::Null, "or `template` or `template_id` is required"));
    }
    let Some(name) = template.as_ref().and_then(|template| template.get("name")) else { return Ok(()) };
    let is_valid = |name: &str| !name.is_empty() && name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'));
    if name.as_str().is_some_and(is_valid) {
        return Ok(());
    }
    Err(ApiError::invalid("template", name, "must have a name of lower-case letters, digits and underscores"))
}

/// Checks that the sender is registered and approved for the channel.
///
/// Telegram and Slack accept any non-empty sender, because the API does not document what they use.
pub(super) fn check_sender(world: &World, channel: &str, field: &str, name: &str) -> Result<(), ApiError> {
    match world.sender_status(channel, name) {
        Some("approved") => Ok(()),
        None if matches!(channel, "telegram" | "slack") && !name.is_empty() => Ok(()),
        Some(status) => Err(invalid(field, name, &format!("is {status} for {channel}, not approved"))),
        None => Err(invalid(field, name, &format!("is not registered for {channel}"))),
    }
}
