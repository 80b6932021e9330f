//! The calls of scenarios, with [`Client`].

use serde::Serialize;
use zexa::{Client, List, Method, Page, Result, webhooks};

use crate::scenario::Call;
use crate::values::{Answer, Failure, json, of_page, of_response, params, query, text};

pub(crate) fn call(client: &Client, call: &Call) -> Answer {
    let arguments = &call.arguments;
    let id = text(arguments, "id");
    Ok(match call.operation.as_str() {
        "messages.send" => json(client.messages().send(&params(arguments))?),
        "messages.get" => json(client.messages().get(id)?),
        "messages.wait" => json(client.messages().wait(id, text(arguments, "until"))?),
        "sender_ids.list" => list(call, client.sender_ids().list(&params(arguments)), List::page)?,
        "campaigns.create" => json(client.campaigns().create(&params(arguments))?),
        "campaigns.list" => list(call, client.campaigns().list(&params(arguments)), List::page)?,
        "campaigns.get" => json(client.campaigns().get(id)?),
        "campaigns.wait" => json(client.campaigns().wait(id, text(arguments, "until"))?),
        "contacts.create" => json(client.contacts().create(&params(arguments))?),
        "contacts.list" => list(call, client.contacts().list(&params(arguments)), List::page)?,
        "contacts.delete" => json(client.contacts().delete(id)?),
        "webhooks.create" => json(client.webhooks().create(&params(arguments))?),
        "webhooks.parse_event" => json(webhooks::parse_event(text(arguments, "payload").as_bytes())?),
        "credits.get" => json(client.credits().get()?),
        "request" => {
            let method: Method = text(arguments, "method").parse()?;
            let (path, query) = (text(arguments, "path"), query(arguments));
            let body = arguments.get("body").filter(|body| !body.is_null());
            of_response(client.request(method, path, &query, body)?)
        }
        unknown => panic!("there is no operation {unknown}"),
    })
}

fn list<L, T>(call: &Call, list: L, page: impl FnOnce(L, u32) -> Result<Page<T>>) -> Answer
where
    L: Iterator<Item = Result<T>>,
    T: Serialize,
{
    if let Some(number) = call.page {
        return Ok(of_page(page(list, number)?));
    }
    let mut items = Vec::new();
    for item in list.take(call.take.unwrap_or(usize::MAX)) {
        match item {
            Ok(item) => items.push(json(item)),
            Err(error) => return Err(Failure { error, items: Some(items) }),
        }
    }
    Ok(items.into())
}
