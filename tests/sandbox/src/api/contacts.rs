//! `POST /contacts`, `GET /contacts` and `DELETE /contacts/{id}`.

use super::fields::{check_email, check_phone, invalid};
use super::page::Page;
use super::{ApiResult, Call};
use crate::reply::{ApiError, Reply};
use crate::world::contacts::Contact;

pub(super) fn create(call: &Call<'_>) -> ApiResult {
    let mut fields = call.fields()?;
    let name = fields.text("name")?;
    let phone = fields.text("phone")?;
    let email = fields.optional_text("email")?;
    let lists = fields.texts("lists")?.unwrap_or_default();
    if name.is_empty() {
        return Err(invalid("name", &name, "must not be empty"));
    }
    check_phone("phone", &phone)?;
    if let Some(email) = &email {
        check_email("email", email)?;
    }
    if let Some(list) = lists.iter().find(|list| !list.starts_with("lst_")) {
        return Err(invalid("lists", list, "must contain ids of contact lists (lst_…)"));
    }
    call.world(|world| {
        if let Some(list) = lists.iter().find(|list| !world.lists.contains(*list)) {
            return Err(ApiError::not_found("contact list", list));
        }
        if world.contacts.has_phone(&phone) {
            let message = "A contact with this phone number already exists.";
            return Err(ApiError::conflict("phone", &phone, message));
        }
        let contact = Contact { email, lists, ..Contact::new(name, phone, world.clock.now()) };
        let reply = Reply::json(201, &contact.to_json());
        world.contacts.add(contact);
        Ok(reply)
    })
}

pub(super) fn list(call: &Call<'_>) -> ApiResult {
    let page = Page::of(call);
    let list = page.filter("list_id");
    let search = page.filter("search").map(str::to_lowercase);
    call.world(|world| {
        let wanted = world.contacts.iter().filter(|contact| {
            list.is_none_or(|list| contact.is_in(list))
                && search.as_deref().is_none_or(|text| contact.contains_text(text))
        });
        Ok(page.respond(wanted, Contact::to_json))
    })
}

pub(super) fn delete(call: &Call<'_>, id: &str) -> ApiResult {
    call.world(|world| match world.contacts.remove(id) {
        true => Ok(Reply::empty()),
        false => Err(ApiError::not_found("contact", id)),
    })
}
