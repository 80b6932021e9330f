//! The calls of scenarios, with [`Client`].

use serde_json::Value;
use zexa::binding::Item;
use zexa::{Client, List, Method, webhooks};

use crate::bulk::{self, run};
use crate::scenario::Call;
use crate::values::{CallResult, Failure, Success, json, of_page, of_response, params, query, text};

pub(crate) fn call(client: &Client, call: &Call) -> CallResult {
    let arguments = &call.arguments;
    let id = text(arguments, "id");
    let result = match call.operation.as_str() {
        "messages.send" => json(client.messages().send(&params(arguments))?),
        "messages.send_many" => {
            let options = bulk::options(call);
            run!(client.messages().send_many(bulk::rows(call), &options)?, call, "message", |run| run.next())
        }
        "messages.get" => json(client.messages().get(id)?),
        "messages.wait" => json(client.messages().wait(id, text(arguments, "until"))?),
        "sender_ids.list" => return list(call, client.sender_ids().list(&params(arguments))),
        "campaigns.create" => json(client.campaigns().create(&params(arguments))?),
        "campaigns.list" => return list(call, client.campaigns().list(&params(arguments))),
        "campaigns.get" => json(client.campaigns().get(id)?),
        "campaigns.wait" => json(client.campaigns().wait(id, text(arguments, "until"))?),
        "contacts.create" => json(client.contacts().create(&params(arguments))?),
        "contacts.create_many" => {
            let options = bulk::options(call);
            run!(client.contacts().create_many(bulk::rows(call), &options)?, call, "contact", |run| run.next())
        }
        "contacts.list" => return list(call, client.contacts().list(&params(arguments))),
        "contacts.delete" => json(client.contacts().delete(id)?),
        "webhooks.create" => json(client.webhooks().create(&params(arguments))?),
        "webhooks.parse_event" => return Ok(webhooks::parse_event(text(arguments, "payload").as_bytes())?.into()),
        "segments" => json(zexa::segments(text(arguments, "text"))),
        "estimate" => json(zexa::estimate(&params(arguments))?),
        "credits.get" => json(client.credits().get()?),
        "request" => {
            let method: Method = text(arguments, "method").parse()?;
            let (path, query) = (text(arguments, "path"), query(arguments));
            let body = arguments.get("body").filter(|body| !body.is_null());
            of_response(client.request(method, path, &query, body)?)
        }
        unknown => panic!("there is no operation {unknown}"),
    };
    Ok(result.into())
}

fn list<T: Item>(call: &Call, mut list: List<T>) -> CallResult {
    if let Some(number) = call.page {
        return Ok(of_page(list.page(number)?).into());
    }
    let mut items = Vec::new();
    while items.len() < call.take.unwrap_or(usize::MAX) {
        match list.next() {
            Some(Ok(item)) => items.push(json(item)),
            Some(Err(error)) => return Err(Failure { error, items: Some(items) }),
            None => return Ok(Success { incomplete: Some(list.is_incomplete()), ..Value::from(items).into() }),
        }
    }
    Ok(Value::from(items).into())
}
