//! Finds the subject of an event, that is, the message or campaign that it is about.
//!
//! The form of events is not documented, so several places are searched in this order: the members `data`, `message`, `campaign` and `payload` of the
//! event, also `message` and `campaign` within `data` and `payload`, and then the event itself. In each place, the subject is an object with an `id`,
//! or it is flat, with `message_id` or `campaign_id` next to its other fields. The first match counts.
//!
//! Whether an object is a message or a campaign is determined by the name of the event, or else by the prefix of the id, or else by the fields of the
//! object. An object without any of these hints is a message, unless the event is named after something else, such as `contact.created`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Event;
use crate::tolerant::{Code, Reading};

type Object = Map<String, Value>;

/// The type of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Message,
    Campaign,
}

/// A hint about the type of an object, from the name of the event, the id or the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hint {
    Is(Subject),
    SomethingElse,
    None,
}

/// Fields of messages that campaigns do not have.
const OF_MESSAGES: [&str; 5] = ["to", "from", "body", "sent_at", "delivered_at"];
/// Fields of campaigns that messages do not have.
const OF_CAMPAIGNS: [&str; 3] = ["stats", "total_recipients", "contact_list_id"];
/// Fields of contacts and webhooks.
const OF_OTHERS: [&str; 5] = ["phone", "email", "lists", "url", "events"];
/// Prefixes of the names of events about other objects.
const OTHER_NAMES: [&str; 6] = ["contact", "list", "webhook", "sender", "credit", "account"];

impl Subject {
    /// The field with the id of a flat subject.
    fn id_field(self) -> &'static str {
        match self {
            Subject::Message => "message_id",
            Subject::Campaign => "campaign_id",
        }
    }
}

/// Returns the subject of an event as the JSON of a model, if it has the wanted type.
pub(super) fn find(event: &Event, wanted: Subject) -> Option<Object> {
    let search = Search::of(event);
    search.in_members(event, wanted).or_else(|| search.flat(&event.extra, wanted)).or_else(|| {
        let is_wanted = search.event_itself(event) == Some(wanted);
        is_wanted.then(|| {
            let mut object = event.extra.clone();
            object.extend(event.id.clone().map(|id| ("id".to_owned(), id.into())));
            object.extend(event.created_at.map(|time| ("created_at".to_owned(), time.to_string().into())));
            object
        })
    })
}

/// Whether the payload is the message or the campaign itself, so that its `id` is not an event id.
pub(super) fn is_event_itself(event: &Event) -> bool {
    let search = Search::of(event);
    let is_elsewhere =
        |wanted| search.in_members(event, wanted).or_else(|| search.flat(&event.extra, wanted)).is_some();
    search.event_itself(event).is_some() && !is_elsewhere(Subject::Message) && !is_elsewhere(Subject::Campaign)
}

struct Search {
    /// The hint in the name of the event.
    name: Hint,
}

impl Search {
    fn of(event: &Event) -> Search {
        let name = event.event.as_ref().map(|name| name.as_str().to_ascii_lowercase()).unwrap_or_default();
        let name = match () {
            () if name.starts_with("message") => Hint::Is(Subject::Message),
            () if name.starts_with("campaign") => Hint::Is(Subject::Campaign),
            () if OTHER_NAMES.iter().any(|other| name.starts_with(other)) => Hint::SomethingElse,
            () => Hint::None,
        };
        Search { name }
    }

    fn in_members(&self, event: &Event, wanted: Subject) -> Option<Object> {
        let object = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
        let member = |name: &str| object(event.extra.get(name));
        self.anywhere_in(object(event.data.as_ref()), wanted)
            .or_else(|| self.named(member("message"), Subject::Message, wanted))
            .or_else(|| self.named(member("campaign"), Subject::Campaign, wanted))
            .or_else(|| self.anywhere_in(member("payload"), wanted))
    }

    /// Searches an object that may be the subject, or contain it.
    fn anywhere_in(&self, object: Option<Object>, wanted: Subject) -> Option<Object> {
        let object = object?;
        let member = |name: &str| object.get(name).and_then(Value::as_object).cloned();
        self.flat(&object, wanted)
            .or_else(|| (id(&object, "id").is_some() && self.subject(&object) == Some(wanted)).then(|| object.clone()))
            .or_else(|| self.named(member("message"), Subject::Message, wanted))
            .or_else(|| self.named(member("campaign"), Subject::Campaign, wanted))
    }

    /// Checks an object in a member with this name. Only the id, or the name of an event about campaigns, can override the name.
    fn named(&self, object: Option<Object>, name: Subject, wanted: Subject) -> Option<Object> {
        let object = object?;
        let subject = match (hint_of_id(&id(&object, "id")?), self.name) {
            (Hint::Is(subject), _) => subject,
            (_, Hint::Is(subject)) if name == Subject::Message => subject,
            _ => name,
        };
        (subject == wanted).then_some(object)
    }

    /// Returns a flat subject.
    fn flat(&self, object: &Object, wanted: Subject) -> Option<Object> {
        let subject_id = id(object, wanted.id_field())?;
        let is_wanted = match self.name {
            Hint::Is(subject) => subject == wanted,
            // A message may belong to a campaign.
            _ => wanted == Subject::Message || id(object, "message_id").or(id(object, "id")).is_none(),
        };
        is_wanted.then(|| {
            let mut subject = object.clone();
            subject.remove(wanted.id_field());
            subject.insert("id".into(), subject_id.into());
            subject
        })
    }

    fn subject(&self, object: &Object) -> Option<Subject> {
        let by_id = id(object, "id").map_or(Hint::None, |id| hint_of_id(&id));
        let by_name = if let Hint::Is(_) = self.name { self.name } else { Hint::None };
        let hints = [by_name, by_id, hint_of_fields(object), self.name];
        match hints.into_iter().find(|hint| *hint != Hint::None) {
            Some(Hint::Is(subject)) => Some(subject),
            Some(_) => None,
            None => Some(Subject::Message),
        }
    }

    /// Returns the type of the subject if it is the event itself. An `id` without a prefix is an event id, unless the fields are those of a subject.
    fn event_itself(&self, event: &Event) -> Option<Subject> {
        let own_id = event.id.clone().or_else(|| id(&event.extra, "id"))?;
        // Events have no status.
        let has_status = event.extra.contains_key("status");
        let hint = match (hint_of_id(&own_id), hint_of_fields(&event.extra)) {
            (Hint::None, Hint::None) if has_status => Hint::Is(Subject::Message),
            (Hint::None, by_fields) => by_fields,
            (by_id, _) => by_id,
        };
        match (hint, self.name) {
            (Hint::Is(_), Hint::Is(subject)) | (Hint::Is(subject), _) => Some(subject),
            _ => None,
        }
    }
}

/// The hint of a documented prefix of ids, or that of event ids.
fn hint_of_id(id: &str) -> Hint {
    match id.split_once('_') {
        Some(("msg", _)) => Hint::Is(Subject::Message),
        Some(("cmp", _)) => Hint::Is(Subject::Campaign),
        Some(("evt" | "cnt" | "lst" | "wh", _)) => Hint::SomethingElse,
        _ => Hint::None,
    }
}

fn hint_of_fields(object: &Object) -> Hint {
    let has = |names: &[&str]| names.iter().any(|name| object.get(*name).is_some_and(|value| !value.is_null()));
    match () {
        () if has(&OF_CAMPAIGNS) => Hint::Is(Subject::Campaign),
        () if has(&OF_MESSAGES) => Hint::Is(Subject::Message),
        () if has(&OF_OTHERS) => Hint::SomethingElse,
        // A message has no name.
        () if has(&["name"]) && has(&["status"]) => Hint::Is(Subject::Campaign),
        () => Hint::None,
    }
}

/// Returns the id in this field, if it has an accepted form.
fn id(object: &Object, name: &str) -> Option<String> {
    match Reading::<Code<String>>::deserialize(object.get(name)?) {
        Ok(Reading::Known(id)) => Some(String::from(id)).filter(|id| !id.is_empty()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::parse_event;
    use super::*;

    /// Returns the ids of the message, the campaign and the event.
    fn ids(payload: &Value) -> [Option<String>; 3] {
        let event = parse_event(payload.to_string().as_bytes()).expect("an event");
        let again: Event = serde_json::from_value(serde_json::to_value(&event).expect("JSON")).expect("an event");
        assert_eq!(again, event, "it is written as it was read");
        [event.message().map(|message| message.id), event.campaign().map(|campaign| campaign.id), event.id]
    }

    fn assert_ids(payload: Value, expected: [&str; 3]) {
        let expected = expected.map(|id| (!id.is_empty()).then(|| id.to_owned()));
        assert_eq!(ids(&payload), expected, "{payload}");
    }

    #[test]
    fn every_place() {
        for place in ["data", "message", "payload"] {
            assert_ids(json!({"id": "evt_1", "event": "message.sent", place: {"id": "msg_1"}}), ["msg_1", "", "evt_1"]);
            assert_ids(json!({"type": "campaign.sent", place: {"id": 7}}), ["", "7", ""]);
        }
        assert_ids(json!({"event": "campaign.sent", "campaign": {"id": "cmp_1"}}), ["", "cmp_1", ""]);
        assert_ids(json!({"event": "message.sent", "data": {"message": {"id": "1"}}}), ["1", "", ""]);
        assert_ids(json!({"event": "campaign.sent", "payload": {"campaign": {"id": "1"}}}), ["", "1", ""]);
        let both = json!({"campaign": {"id": "1"}, "message": {"id": "2"}});
        assert_ids(both, ["2", "1", ""]);
        // The first match counts.
        assert_ids(
            json!({"data": {"id": "msg_1"}, "message": {"id": "msg_2"}, "message_id": "msg_3"}),
            ["msg_1", "", ""],
        );
        // A text is not an object.
        assert_ids(json!({"event": "message.sent", "message": "sent", "data": "msg_1", "payload": [1]}), ["", "", ""]);
    }

    #[test]
    fn flat_events() {
        let flat =
            json!({"event": "message.delivered", "message_id": "msg_1", "to": "+244912345678", "status": "delivered"});
        assert_ids(flat, ["msg_1", "", ""]);
        assert_ids(json!({"id": "evt_1", "message_id": 5, "campaign_id": "cmp_1"}), ["5", "", "evt_1"]);
        assert_ids(json!({"id": "evt_1", "event": "campaign.sent", "campaign_id": "cmp_1"}), ["", "cmp_1", "evt_1"]);
        assert_ids(json!({"campaign_id": "cmp_1", "status": "sent"}), ["", "cmp_1", ""]);
        let receipt = json!({"event": "message.failed", "data": {"id": "dlr_1", "message_id": "msg_1"}});
        assert_ids(receipt, ["msg_1", "", ""]);
        let of_campaign = json!({"event": "message.failed", "data": {"id": "msg_1", "campaign_id": "cmp_1"}});
        assert_ids(of_campaign, ["msg_1", "", ""]);
    }

    #[test]
    fn the_event_itself() {
        assert_ids(json!({"event": "message.delivered", "id": "msg_1", "status": "delivered"}), ["msg_1", "", ""]);
        assert_ids(json!({"type": "campaign.completed", "id": "cmp_1"}), ["", "cmp_1", ""]);
        assert_ids(json!({"id": "msg_1"}), ["msg_1", "", ""]);
        assert_ids(json!({"event": "message.delivered", "id": 7, "to": "C0123"}), ["7", "", ""]);
        assert_ids(json!({"event": "campaign.completed", "id": "x", "stats": {}}), ["", "x", ""]);
        // An event id.
        assert_ids(json!({"event": "message.delivered", "id": "7"}), ["", "", "7"]);
        assert_ids(json!({"event": "message.delivered", "id": "evt_1", "status": "delivered"}), ["", "", "evt_1"]);
        assert_ids(json!({"event": "test", "id": "evt_1"}), ["", "", "evt_1"]);
        let with_data = json!({"event": "message.delivered", "id": "7", "status": "ok", "data": {"id": "msg_1"}});
        assert_ids(with_data, ["msg_1", "", "7"]);
    }

    #[test]
    fn hints() {
        // The name of the event takes precedence over the id, and the id over the fields.
        assert_ids(json!({"event": "message.sent", "data": {"id": "cmp_1"}}), ["cmp_1", "", ""]);
        assert_ids(json!({"event": "MessageSent", "data": {"id": "1"}}), ["1", "", ""]);
        assert_ids(json!({"event": "sms.sent", "data": {"id": "cmp_1", "to": "x"}}), ["", "cmp_1", ""]);
        assert_ids(json!({"event": "done", "data": {"id": "1", "total_recipients": 5}}), ["", "1", ""]);
        assert_ids(json!({"event": "done", "data": {"id": "1", "name": "July", "status": "sent"}}), ["", "1", ""]);
        assert_ids(json!({"event": "done", "data": {"id": "1", "to": "x"}}), ["1", "", ""]);
        assert_ids(json!({"event": "done", "data": {"id": "1"}}), ["1", "", ""]);
        // Other objects are neither.
        assert_ids(json!({"event": "contact.created", "data": {"id": "1"}}), ["", "", ""]);
        assert_ids(json!({"event": "created", "data": {"id": "cnt_1"}}), ["", "", ""]);
        assert_ids(json!({"event": "created", "data": {"id": "1", "phone": "+244923000001"}}), ["", "", ""]);
        assert_ids(json!({"event": "message.sent", "data": {"id": {"value": 1}}}), ["", "", ""]);
    }
}
