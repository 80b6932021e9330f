//! `POST /campaigns`, `GET /campaigns` and `GET /campaigns/{id}`.

use super::fields::{check_channel, check_time, invalid};
use super::messages::{check_content, check_sender};
use super::page::Page;
use super::{ApiResult, Call};
use crate::reply::{ApiError, Reply};
use crate::world::campaigns::{Campaign, NewCampaign};
use crate::world::messages::Content;

pub(super) fn create(call: &Call<'_>) -> ApiResult {
    let mut fields = call.fields()?;
    let name = fields.text("name")?;
    let channel = fields.text("channel")?;
    let contact_list_id = fields.text("contact_list_id")?;
    let sender_id = fields.text("sender_id")?;
    let content = Content {
        channel,
        from: sender_id.clone(),
        body: fields.optional_text("body")?,
        template: fields.optional_object("template")?,
        template_id: fields.optional_text("template_id")?,
        ..Content::default()
    };
    let scheduled_at = fields.nullable_text("scheduled_at")?;
    check_content(&content)?;
    if name.is_empty() {
        return Err(invalid("name", &name, "must not be empty"));
    }
    check_channel(&content.channel)?;
    let scheduled_at = check_time("scheduled_at", scheduled_at)?;
    call.world(|world| {
        check_sender(world, &content.channel, "sender_id", &sender_id)?;
        if !world.lists.contains(&contact_list_id) {
            return Err(ApiError::not_found("contact list", &contact_list_id));
        }
        let now = world.clock.now();
        let start = scheduled_at.map_or(now, |time| time.max(now));
        let cost = world.campaign_cost(&contact_list_id, &content, start);
        if cost > world.credits {
            return Err(ApiError::insufficient_credits(cost, world.credits));
        }
        let campaign = world.add_campaign(NewCampaign { name, contact_list_id, sender_id, content, scheduled_at });
        Ok(Reply::json(201, &campaign.to_json()))
    })
}

pub(super) fn list(call: &Call<'_>) -> ApiResult {
    let page = Page::of(call);
    call.world(|world| Ok(page.respond(world.campaigns.all().iter(), Campaign::to_json)))
}

pub(super) fn get(call: &Call<'_>, id: &str) -> ApiResult {
    call.world(|world| match world.campaigns.get(id) {
        Some(campaign) => Ok(Reply::json(200, &campaign.to_json_with_stats())),
        None => Err(ApiError::not_found("campaign", id)),
    })
}
