//! The calls of scenarios, with [`AsyncClient`].

use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use serde_json::Value;
use zexa::binding::Item;
use zexa::{AsyncClient, AsyncList, Method, webhooks};

use crate::bulk::{self, Rows, run};
use crate::scenario::Call;
use crate::values::{CallResult, Failure, Success, json, of_page, of_response, params, query, text};

pub(crate) async fn call(client: &AsyncClient, call: &Call) -> CallResult {
    let arguments = &call.arguments;
    let id = text(arguments, "id");
    let result = match call.operation.as_str() {
        "messages.send" => json(client.messages().send(&params(arguments)).await?),
        "messages.send_many" => {
            let (rows, options) = (Rows(bulk::rows(call)), bulk::options(call));
            run!(client.messages().send_many(rows, &options)?, call, "message", |run| next(&mut run).await)
        }
        "messages.get" => json(client.messages().get(id).await?),
        "messages.wait" => json(client.messages().wait(id, text(arguments, "until")).await?),
        "sender_ids.list" => return list(call, client.sender_ids().list(&params(arguments))).await,
        "campaigns.create" => json(client.campaigns().create(&params(arguments)).await?),
        "campaigns.list" => return list(call, client.campaigns().list(&params(arguments))).await,
        "campaigns.get" => json(client.campaigns().get(id).await?),
        "campaigns.wait" => json(client.campaigns().wait(id, text(arguments, "until")).await?),
        "contacts.create" => json(client.contacts().create(&params(arguments)).await?),
        "contacts.create_many" => {
            let (rows, options) = (Rows(bulk::rows(call)), bulk::options(call));
            run!(client.contacts().create_many(rows, &options)?, call, "contact", |run| next(&mut run).await)
        }
        "contacts.list" => return list(call, client.contacts().list(&params(arguments))).await,
        "contacts.delete" => json(client.contacts().delete(id).await?),
        "webhooks.create" => json(client.webhooks().create(&params(arguments)).await?),
        "webhooks.parse_event" => return Ok(webhooks::parse_event(text(arguments, "payload").as_bytes())?.into()),
        "segments" => json(zexa::segments(text(arguments, "text"))),
        "estimate" => json(zexa::estimate(&params(arguments))?),
        "credits.get" => json(client.credits().get().await?),
        "request" => {
            let method: Method = text(arguments, "method").parse()?;
            let (path, query) = (text(arguments, "path"), query(arguments));
            let body = arguments.get("body").filter(|body| !body.is_null());
            of_response(client.request(method, path, &query, body).await?)
        }
        unknown => panic!("there is no operation {unknown}"),
    };
    Ok(result.into())
}

async fn list<T: Item>(call: &Call, mut list: AsyncList<T>) -> CallResult {
    if let Some(number) = call.page {
        return Ok(of_page(list.page(number).await?).into());
    }
    let mut items = Vec::new();
    while items.len() < call.take.unwrap_or(usize::MAX) {
        match next(&mut list).await {
            Some(Ok(item)) => items.push(json(item)),
            Some(Err(error)) => return Err(Failure { error, items: Some(items) }),
            None => return Ok(Success { incomplete: Some(list.is_incomplete()), ..Value::from(items).into() }),
        }
    }
    Ok(Value::from(items).into())
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}
