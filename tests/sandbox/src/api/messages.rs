//! `POST /messages` and `GET /messages/{id}`.

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
        scheduled_at: None,
    };
    let scheduled_at = fields.optional_text("scheduled_at")?;
    check_content(&content.body, &content.template)?;
    check_channel(&content.channel)?;
    check_recipient(&content.channel, "to", &content.to)?;
    content.scheduled_at = check_time("scheduled_at", scheduled_at)?;
    call.world(|world| {
        check_sender(world, &content.channel, "from", &content.from)?;
        let cost = content.cost();
        if cost > world.credits {
            return Err(Refusal::insufficient_credits(cost, world.credits));
        }
        let now = world.clock.now();
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

/// There must be something to send.
pub(super) fn check_content(body: &Option<String>, template: &Option<Value>) -> Result<(), Refusal> {
    if body.is_some() || template.is_some() {
        return Ok(());
    }
    Err(Refusal::invalid("body", &Value::Null, "or `template` must be given"))
}

/// A Sender ID must be registered on the channel, and approved.
pub(super) fn check_sender(world: &World, channel: &str, field: &str, name: &str) -> Result<(), Refusal> {
    match world.sender_status(channel, name) {
        Some("approved") => Ok(()),
        Some(status) => Err(invalid(field, name, &format!("is {status} on {channel}, not approved"))),
        None => Err(invalid(field, name, &format!("is not registered for {channel}"))),
    }
}
