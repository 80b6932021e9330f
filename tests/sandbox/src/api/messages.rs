//! `POST /messages` and `GET /messages/{id}`.

use jiff::Timestamp;
use serde_json::Value;

use super::fields::{check_channel, check_recipient, check_time, invalid};
use super::{Answer, Call};
use crate::reply::{Refusal, Reply};
use crate::world::World;
use crate::world::messages::Content;

pub(super) fn send(call: &Call<'_>) -> Answer {
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
        // What is scheduled is checked and charged when it is dispatched.
        if content.scheduled_at.is_none_or(|time| time <= now) {
            check_dispatch(world, &content, now)?;
        }
        let message = world.add_message(content, None, now);
        Ok(Reply { message_id: Some(message.id.clone()), ..Reply::text(201, message.answer()) })
    })
}

pub(super) fn get(call: &Call<'_>, id: &str) -> Answer {
    call.world(|world| match world.messages.get(id) {
        Some(message) => Ok(Reply::text(200, message.answer())),
        None => Err(Refusal::not_found("message", id)),
    })
}

/// A message that is dispatched at once must be paid for, and must fit WhatsApp's conversation windows.
fn check_dispatch(world: &World, content: &Content, now: Timestamp) -> Result<(), Refusal> {
    if !world.fits_window(content, now) {
        return Err(invalid(
            "to",
            &content.to,
            "must have written to the sender within 24 hours, or `template` must be given",
        ));
    }
    let cost = world.charge(content, now);
    if cost > world.credits {
        return Err(Refusal::insufficient_credits(cost, world.credits));
    }
    Ok(())
}

/// There must be something to send. A template that has a name must have a right one.
pub(super) fn check_content(content: &Content) -> Result<(), Refusal> {
    let Content { body, template, template_id, .. } = content;
    if template_id.as_deref() == Some("") {
        return Err(invalid("template_id", "", "must not be empty"));
    }
    if body.is_none() && template.is_none() && template_id.is_none() {
        return Err(Refusal::invalid("body", &Value::Null, "or `template` or `template_id` must be given"));
    }
    let Some(name) = template.as_ref().and_then(|template| template.get("name")) else { return Ok(()) };
    let fits = |name: &str| !name.is_empty() && name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'));
    if name.as_str().is_some_and(fits) {
        return Ok(());
    }
    Err(Refusal::invalid("template", name, "must have a name of lower-case letters, digits and underscores"))
}

/// A Sender ID must be registered on the channel, and approved. What Telegram and Slack have is not documented: there, any name will do.
pub(super) fn check_sender(world: &World, channel: &str, field: &str, name: &str) -> Result<(), Refusal> {
    match world.sender_status(channel, name) {
        Some("approved") => Ok(()),
        None if matches!(channel, "telegram" | "slack") && !name.is_empty() => Ok(()),
        Some(status) => Err(invalid(field, name, &format!("is {status} on {channel}, not approved"))),
        None => Err(invalid(field, name, &format!("is not registered for {channel}"))),
    }
}
