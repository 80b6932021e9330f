//! Converts between the JSON of scenarios and the types of `zexa`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use zexa::{Error, Event, Page, Response};

use crate::scenario::parse;

/// The result of a call.
pub(crate) type CallResult = Result<Success, Failure>;

/// A successful call.
#[derive(Default)]
pub(crate) struct Success {
    pub(crate) result: Value,
    /// Whether a list is incomplete, if it was read to its end.
    pub(crate) incomplete: Option<bool>,
    /// The subject of an event.
    pub(crate) about: Option<Value>,
}

impl From<Value> for Success {
    fn from(result: Value) -> Success {
        Success { result, ..Success::default() }
    }
}

impl From<Event> for Success {
    fn from(event: Event) -> Success {
        let about = json!({"message": event.message(), "campaign": event.campaign()});
        Success { result: json(event), about: Some(about), ..Success::default() }
    }
}

/// The members of a result that patterns are compared with.
pub(crate) fn members(result: CallResult) -> Value {
    match result {
        Ok(Success { result, incomplete, about }) => {
            json!({"result": result, "incomplete": incomplete, "about": about})
        }
        Err(Failure { error, items }) => json!({"error": error, "items": items}),
    }
}

/// A failed call, with the items of a list before the error.
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) items: Option<Vec<Value>>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure { error, items: None }
    }
}

/// Parses the parameters of a call. Null counts as absent.
pub(crate) fn params<T: Serialize + DeserializeOwned>(arguments: &Map<String, Value>) -> T {
    let input: Map<_, _> = arguments.clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
    let names: Vec<String> = input.keys().cloned().collect();
    let params = parse("arguments", Value::Object(input));
    let parsed = json(&params);
    // The key is not serialized, because it is not sent.
    for name in names.into_iter().filter(|name| name != "idempotency_key") {
        assert!(parsed.get(&name).is_some(), "the call has no argument `{name}`");
    }
    params
}

/// Returns a string argument. An absent one is empty.
pub(crate) fn text<'a>(arguments: &'a Map<String, Value>, name: &str) -> &'a str {
    match arguments.get(name) {
        None | Some(Value::Null) => "",
        Some(value) => value.as_str().unwrap_or_else(|| panic!("the argument `{name}` is not a string")),
    }
}

/// Returns the argument `query` of `request`.
pub(crate) fn query(arguments: &Map<String, Value>) -> Vec<(&str, &str)> {
    let query = arguments.get("query").and_then(Value::as_object);
    query
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value.as_str().expect("query values are strings")))
        .collect()
}

pub(crate) fn json(value: impl Serialize) -> Value {
    serde_json::to_value(value).expect("the value can be serialized")
}

pub(crate) fn of_page<T: Serialize>(page: Page<T>) -> Value {
    let mut all = page.extra;
    all.insert("items".into(), json(page.items));
    all.insert("page".into(), page.page.into());
    all.extend(page.total.map(|total| ("total".to_owned(), total.into())));
    all.extend(page.per_page.map(|size| ("per_page".to_owned(), size.into())));
    Value::Object(all)
}

pub(crate) fn of_response(response: Response) -> Value {
    json!({"status": response.status, "body": response.body})
}
