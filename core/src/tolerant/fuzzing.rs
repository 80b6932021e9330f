//! Checks of decoding, for arbitrary bodies.

use std::fmt::Debug;

use serde_json::{Map, Value, json};

use super::body::{self, Unreadable};
use super::fill::FillFrom;
use crate::binding::Empty;
use crate::decode::{Decode, Decoder, ResponseDecoder};
use crate::json;
use crate::model::Model;
use crate::{
    Campaign, Channel, Contact, CreateCampaign, CreateContact, CreateWebhook, Credits, Kind, Message, Outcome, Page,
    Response, SendMessage, SenderId, Webhook, webhooks,
};

/// Decodes the rest of the input as the model that the first byte selects.
pub fn models(input: &[u8]) {
    let Some((selected, body)) = input.split_first() else { return };
    match selected % 10 {
        0 => created::<Message, _>(body, SendMessage::sms("+244912345678", "ZEXA", "Hello")),
        1 => created::<Campaign, _>(body, CreateCampaign { channel: Channel::Sms, ..CreateCampaign::empty() }),
        2 => created::<Contact, _>(body, CreateContact::new("Ana", "+244912345678")),
        3 => created::<Webhook, _>(body, CreateWebhook::new("https://shop.example/zexa", ["message.sent"])),
        4 => model::<SenderId>(body),
        5 => model::<Credits>(body),
        6 => page::<Contact>(body),
        7 => page::<SenderId>(body),
        8 => page::<Campaign>(body),
        _ => response(body),
    }
}

/// Parses the input as an event.
pub fn events(input: &[u8]) {
    let event = match webhooks::parse_event(input) {
        Ok(event) => event,
        Err(error) => {
            assert_eq!((error.kind(), error.outcome()), (Kind::Decode, Outcome::NotSent));
            return;
        }
    };
    let (message, campaign) = (event.message(), event.campaign());
    assert!(message.as_ref().is_none_or(|message| !message.id.is_empty()), "a message without an id");
    assert!(campaign.as_ref().is_none_or(|campaign| !campaign.id.is_empty()), "a campaign without an id");
    if let Ok(Value::Object(raw)) = json::parse_tolerant(input) {
        keeps_members(&raw, &event);
        let data = raw.get("data").filter(|data| !data.is_null());
        assert_eq!(event.data.as_ref(), data, "the data is not raw");
    }
    let again = is_stable(&event);
    assert!(again.message() == message && again.campaign() == campaign, "another subject after a round trip");
}

/// Checks a model that a call creates, with fields that are filled in from its parameters.
fn created<T, P>(body: &[u8], params: P)
where
    T: Model + Decode + FillFrom<P> + PartialEq + Debug,
    P: Send + 'static,
{
    model::<T>(body);
    let mut decoder = ResponseDecoder::<T>::filled_from(params);
    let filled = decoder.decode(201, body).map(|_| decoder.into_inner());
    let read = body::read::<T>(body);
    assert_eq!(filled.is_ok(), read.is_ok(), "fields of the request decide whether the response is read");
    if let (Ok(filled), Ok(read)) = (filled, read) {
        let filled = members(&filled);
        for (name, value) in members(&read) {
            // Fields that are always written have an empty value if they are absent.
            let is_empty = value == json!("") || value == json!([]);
            assert!(filled.get(&name) == Some(&value) || is_empty, "`{name}` was replaced");
        }
        is_stable::<T>(&read_again(&Value::Object(filled).to_string()));
    }
}

fn model<T: Model + PartialEq + Debug>(body: &[u8]) {
    let Some(model) = readable(body::read::<T>(body)) else { return };
    if let Ok(Value::Object(raw)) = json::parse_tolerant(body)
        && T::REQUIRED.iter().all(|name| raw.get(*name).is_some_and(|value| !value.is_null()))
    {
        keeps_members(&raw, &model);
    }
    is_stable(&model);
    // A member that no version knows is kept unchanged.
    let unknown = json!([{"of": null}, 1.5, "\u{0}\u{1f600}"]);
    let mut all = members(&model);
    all.insert("x_unknown".to_owned(), unknown.clone());
    let extended: T = read_again(&Value::Object(all).to_string());
    assert_eq!(members(&extended).remove("x_unknown"), Some(unknown));
}

fn page<T: Model + PartialEq + Debug>(body: &[u8]) {
    let Some(page) = readable(Page::<T>::read(body)) else { return };
    let mut notes = Vec::new();
    page.add_notes(&mut notes);
    for item in &page.items {
        is_stable(item);
    }
    let text = serde_json::to_string(&page).expect("a page is JSON");
    let written: Map<String, Value> = serde_json::from_str(&text).expect("an object");
    assert_eq!(written["items"].as_array().map(Vec::len), Some(page.items.len()));
    // Without duplicate names, which a map would hide.
    assert_eq!(Value::Object(written).to_string().len(), text.len());
}

fn response(body: &[u8]) {
    let Some(Response { body: parsed, .. }) = readable(Response::decode(200, body)) else { return };
    let again = Response::decode(200, parsed.to_string().as_bytes());
    assert_eq!(again.map_err(|error| error.0).expect("what was parsed is JSON").body, parsed);
}

/// The result. An error contains no part of the body, and is therefore short.
fn readable<T>(result: Result<T, Unreadable>) -> Option<T> {
    result.map_err(|error| assert!(error.0.len() < 200, "a long reason: {}", error.0)).ok()
}

/// Checks that a model is the same after it was written and read, and returns that.
fn is_stable<T: Model + PartialEq + Debug>(model: &T) -> T {
    model.add_notes(&mut Vec::new());
    let _ = format!("{model:?}");
    let text = serde_json::to_string(model).expect("a model is JSON");
    let again: T = read_again(&text);
    assert!(again == *model, "another model after a round trip: {text}");
    assert_eq!(serde_json::to_string(&again).expect("a model is JSON"), text);
    again
}

fn read_again<T: Model>(text: &str) -> T {
    body::read(text.as_bytes()).unwrap_or_else(|error| panic!("{} in {text}", error.0))
}

fn members<T: Model>(model: &T) -> Map<String, Value> {
    match serde_json::to_value(model) {
        Ok(Value::Object(members)) => members,
        other => panic!("a model is an object, got {other:?}"),
    }
}

/// Checks that each member that a server has sent is in the model: as a field, or in `extra`.
fn keeps_members<T: Model>(raw: &Map<String, Value>, model: &T) {
    /// Other names of fields.
    const ALIASES: [&str; 5] = ["name", "value", "type", "timestamp", "time"];
    let kept = members(model);
    for (name, _) in raw.iter().filter(|(_, value)| !value.is_null()) {
        assert!(kept.contains_key(name) || ALIASES.contains(&name.as_str()), "`{name}` is lost");
    }
}
