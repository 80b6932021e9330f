//! What the bindings of other languages stand on, so that they all say the same. It is no part of the API of this crate, and may change at any time.

use std::ffi::OsString;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::url::Url;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::client::any_request;
/// The generation of this process: another number in each forked child. Costs no system call.
pub use crate::engine::generation;
use crate::engine::request::Request;
pub use crate::list::Item;
pub use crate::model::Model;
pub use crate::observe::{Observe, Warning};
use crate::private::tail;
use crate::tolerant::body;
use crate::{
    AsyncClient, CallOptions, CancelToken, Client, ClientBuilder, Error, Kind, List, Method, Outcome, Response, Result,
    Template,
};
use crate::{environment, extra};

/// Parameters that a binding fills in field by field. What is required is checked when the call is made.
pub trait Blank {
    /// Names of the required fields.
    const REQUIRED: &'static [&'static str];

    /// With nothing in them.
    fn blank() -> Self;
}

/// A list of which something may have come already.
pub trait AtHand<T> {
    /// The next, where it is here and nothing has to be waited for.
    fn at_hand(&mut self) -> Option<T>;
}

/// A list that reports whether it ended short of its total.
pub trait Completeness {
    /// See [`List::is_incomplete`](crate::List::is_incomplete).
    fn is_incomplete(&self) -> bool;
}

/// A list of which several items are taken together.
pub trait Batches<T> {
    /// The next ones that come together: at least one, or `None` at the end.
    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<T>>>>;
}

/// Returns a list, or the error that it would begin with: for a language in which the function that begins it can fail.
pub fn checked_list<T: Item>(list: List<T>) -> Result<List<T>> {
    list.checked()
}

/// What the user of a language wants of a call that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To wait on.
    GoOn,
    /// To wait on, and not to be asked again: nothing can interrupt this thread.
    NeverAgain,
    /// To end it.
    End,
}

/// A token of a language whose interrupts have to be asked for, such as Python's Ctrl-C: while a blocking call with it waits, `ask` is called
/// every 50 ms on the caller's thread. It may make calls of its own.
pub fn asking(ask: fn() -> Asked) -> CancelToken {
    CancelToken::asking(ask)
}

/// A client of a binding, which names itself in the `User-Agent`, as in `zexa-c/1.2.3`.
pub fn named(builder: ClientBuilder, product: &'static str) -> ClientBuilder {
    builder.product(product)
}

/// The environment variables that a client reads when it is created.
pub const ENVIRONMENT: &[&str] = &environment::NAMES;

/// A client that reads these variables, and not the environment of the process.
pub fn environment(builder: ClientBuilder, variable: impl Fn(&str) -> Option<OsString>) -> ClientBuilder {
    let variables = ENVIRONMENT.iter().filter_map(|name| Some(((*name).to_owned(), variable(name)?)));
    builder.environment(variables.collect())
}

/// Where the API is, for who shows a client.
pub fn base_url(client: &Client) -> &str {
    client.base().as_str()
}

/// Likewise.
pub fn base_url_async(client: &AsyncClient) -> &str {
    client.base().as_str()
}

/// An argument that is not one, such as a NULL.
pub fn wrong_argument(name: &str, reason: &str) -> Error {
    Error::missing(name, reason)
}

/// An option of the client or of a call that cannot be used.
pub fn option(name: &str, reason: &str) -> Error {
    Error::config(name, reason)
}

/// A parameter that cannot be right.
pub fn wrong_parameter(field: &str, value: impl Into<Value>, reason: &str) -> Error {
    Error::invalid(field, value, reason)
}

/// The message and the details of an error, with the caller's names for arguments and options: `from_` in Python, `listId` in JavaScript.
///
/// Only errors that occur before anything is sent name arguments. `name` returns the caller's name for a field. `words` translates the rest of
/// the message, which may name other options. After an attempt, only a message that says why there is no connection names options: the others may be the
/// server's.
pub fn renamed(
    error: &Error,
    name: impl Fn(&str) -> String,
    words: impl Fn(&str) -> String,
) -> (String, Option<Value>) {
    let unchanged = || (error.message().to_owned(), error.details().cloned());
    if error.attempts() > 0 {
        return match error.reason_code() {
            Some(_) => (words(error.message()), error.details().cloned()),
            None => unchanged(),
        };
    }
    let Some(Value::Object(details)) = error.details() else { return unchanged() };
    let Some(Value::String(field)) = details.get("field") else { return unchanged() };
    let Some(reason) = error.message().strip_prefix(&format!("`{field}` ")) else { return unchanged() };
    let (name, reason) = (name(field), words(reason));
    let mut renamed = details.clone();
    renamed.insert("field".into(), name.as_str().into());
    renamed.insert("reason".into(), reason.as_str().into());
    (format!("`{name}` {reason}"), Some(renamed.into()))
}

/// Why a call has failed, in the end: what languages have a cause for.
pub struct Cause {
    /// In words.
    pub message: String,
    /// The system's number of it, where it is the system that said so.
    pub number: Option<i32>,
}

/// The code that Node.js has for the reason why there is no connection, or no longer one, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`.
pub fn reason_code(error: &Error) -> Option<&str> {
    error.reason_code()
}

/// The innermost reason: what the system said, where it said something, or else the code of the reason.
pub fn cause(error: &Error) -> Option<Cause> {
    let Some(source) = std::error::Error::source(error) else {
        return reason_code(error).map(|code| Cause { message: code.to_owned(), number: None });
    };
    let reasons: Vec<_> = std::iter::successors(Some(source), |reason| reason.source()).collect();
    let mut of_the_system = reasons.iter().filter_map(|reason| {
        let reason = reason.downcast_ref::<io::Error>()?;
        Some(Cause { message: reason.to_string(), number: Some(reason.raw_os_error()?) })
    });
    of_the_system.next().or_else(|| reasons.last().map(|reason| Cause { message: reason.to_string(), number: None }))
}

/// A panic that was caught at the boundary of the language. Whether a request had gone out by then is not known.
pub fn bug(what: &str) -> Error {
    Error::new(Kind::Other, Outcome::Unknown, format!("internal error in libzexa (please report this bug): {what}"))
}

/// What a log may show of a number, an address or a name: enough of it to tell two apart.
pub fn masked(text: &str) -> String {
    format!("***{}", tail(text))
}

/// The error of a call that could not begin.
pub fn not_begun(message: &str) -> Error {
    Error::new(Kind::Other, Outcome::NotSent, message)
}

/// The error of a call that was cancelled when its answer had come: what it asked for is done, and what came is in the details.
pub fn cancelled_too_late(answer: &impl Serialize) -> Error {
    Error::new(Kind::Cancelled, Outcome::Accepted, "the call was cancelled after its response had arrived")
        .with_details(serde_json::to_value(answer).unwrap_or_default())
        .with_attempts(1)
}

/// A parameter that is a time, from its text.
pub fn timestamp(field: &str, text: &str) -> Result<Timestamp> {
    let reason = "must be a time with a UTC offset, such as 2026-07-01T09:00:00Z";
    text.parse().map_err(|_| Error::invalid(field, text, reason))
}

/// An option that is a JSON object, from its text.
///
/// # Errors
///
/// [`Kind::Config`], naming the option.
pub fn option_object(name: &str, json: &str) -> Result<Map<String, Value>> {
    if !keeps_numbers(json) {
        return Err(Error::config(name, TOO_LARGE));
    }
    serde_json::from_str(json).map_err(|error| {
        let expected = "must be a JSON object, such as {\"name\": \"value\"}";
        // The error about JSON of another type quotes its content, which may be secret.
        let reason = if error.is_data() { expected.to_owned() } else { format!("{expected}: {error}") };
        Error::config(name, reason)
    })
}

/// Options of a call that adds these fields to the body.
pub fn extra_body(options: CallOptions, fields: Map<String, Value>) -> CallOptions {
    options.extra_body(fields)
}

/// Options of a call that adds these parameters to the query: texts, numbers, booleans, and arrays of these for a parameter that is repeated.
///
/// # Errors
///
/// [`Kind::Config`], naming a parameter that is none of these.
pub fn extra_query(options: CallOptions, parameters: Map<String, Value>) -> Result<CallOptions> {
    let pairs = extra::query(parameters)?;
    Ok(pairs.into_iter().fold(options, |options, (name, value)| options.extra_query(name, value)))
}

/// Refuses a client that was derived with options that only a call can have.
pub fn check_derived(client: &Client) -> Result<()> {
    client.check_derived()
}

/// Options of a call whose attempts and warnings go to this observer, and not to the client's.
pub fn observed(options: CallOptions, observer: impl Observe + 'static) -> CallOptions {
    options.observer(Arc::new(observer))
}

/// A client whose attempts and warnings go to this observer.
pub fn observed_client(builder: ClientBuilder, observer: impl Observe + 'static) -> ClientBuilder {
    builder.observer(Arc::new(observer))
}

/// [`AsyncClient::with_options`], which refuses at once what every call would be refused for.
pub fn with_options(client: &AsyncClient, options: CallOptions) -> Result<AsyncClient> {
    client.check(&options)?;
    Ok(client.with_options(options))
}

/// Carries a call out on the client's own thread, and says there what came of it. Where it cannot begin, that is said at once. Once `unless` is
/// cancelled, nobody wants to know: the call is dropped.
pub fn carry_out<T: Send + 'static>(
    client: &AsyncClient,
    call: impl Future<Output = Result<T>> + Send + 'static,
    unless: &CancelToken,
    done: impl FnOnce(Result<T>) + Send + 'static,
) {
    client.carry_out(call, unless.clone(), done);
}

/// Closes a client behind the calls that were carried out before, so that none of them finds it closed before it has begun.
pub fn close_in_turn(client: &AsyncClient) {
    client.close_in_turn();
}

/// [`Client::request`] with a body that is JSON already, which is sent as it is.
pub fn request(
    client: &Client,
    method: Method,
    path: &str,
    query: &[(&str, &str)],
    body: Option<&str>,
) -> Result<Response> {
    client.call(raw_request(client.base(), method, path, query, body))
}

/// Likewise, [`AsyncClient::request`].
pub fn request_async(
    client: &AsyncClient,
    method: Method,
    path: &str,
    query: &[(&str, &str)],
    body: Option<&str>,
) -> impl Future<Output = Result<Response>> + Send + use<> {
    client.call(raw_request(client.base(), method, path, query, body))
}

fn raw_request(base: &Url, method: Method, path: &str, query: &[(&str, &str)], body: Option<&str>) -> Result<Request> {
    let body: Option<&RawValue> = body.map(|json| parse("body", json, "must be JSON")).transpose()?;
    any_request(base, method, path, query, body.as_ref())
}

/// A parameter that is a template, from its JSON.
pub fn template(field: &str, json: &str) -> Result<Template> {
    check_numbers(field, json)?;
    let members: Map<String, Value> = parse(field, json, "must be a JSON object")?;
    Ok(Template::from(members))
}

/// The parameters of a call from their JSON, by the names of the API.
///
/// # Errors
///
/// [`Kind::Validation`], naming what is not of its type.
pub fn params<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).or_else(|_| {
        let members: Map<String, Value> = parse("params", json, "must be a JSON object in UTF-8")?;
        let wrong = members.into_iter().find(|(name, value)| {
            let alone = Map::from_iter([(name.clone(), value.clone())]);
            T::deserialize(Value::Object(alone)).is_err()
        });
        match wrong {
            // Whatever text it is, only a time can be wrong in it.
            Some((field, Value::String(text))) => timestamp(&field, &text).and_then(|_| Err(wrong_type(&field))),
            Some((field, _)) => Err(wrong_type(&field)),
            None => Err(wrong_type("params")),
        }
    })
}

fn wrong_type(field: &str) -> Error {
    Error::invalid(field, Value::Null, "has the wrong type")
}

/// The body of a request of the caller's, from its JSON.
pub fn body(field: &str, json: &str) -> Result<Value> {
    check_numbers(field, json)?;
    parse(field, json, "must be JSON")
}

/// A whole number of more than 64 bits would become a fraction that is nearly it.
fn check_numbers(field: &str, json: &str) -> Result<()> {
    if keeps_numbers(json) { Ok(()) } else { Err(Error::invalid(field, Value::Null, TOO_LARGE)) }
}

const TOO_LARGE: &str = "must not contain integers of more than 64 bits";

fn keeps_numbers(json: &str) -> bool {
    // What is behind an escaped quote is still in the string.
    let outside = json.split('"').scan(false, |in_string, part| {
        let text = (!*in_string).then_some(part);
        let escaped = *in_string && part.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
        *in_string = !*in_string || escaped;
        Some(text.unwrap_or_default())
    });
    let is_number = |word: &&str| word.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let fits = |word: &str| {
        let whole = word.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
        !whole || word.parse::<i64>().is_ok() || word.parse::<u64>().is_ok()
    };
    let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '[' | ']' | '{' | '}');
    outside.flat_map(|part| part.split(is_separator)).filter(is_number).all(fits)
}

/// A model from its JSON, read as a response of the API is.
pub fn model<T: Model>(json: &[u8]) -> Result<T> {
    body::read(json).map_err(|error| {
        Error::new(Kind::Decode, Outcome::NotSent, format!("cannot parse the JSON of a {}: {}", T::NAME, error.0))
    })
}

/// An answer that was kept as its status and its JSON.
pub fn response(status: u16, body: &str) -> Result<Response> {
    Ok(Response { status, body: self::body("body", body)? })
}

/// The text is not in the error: it may say what a message says.
fn parse<'de, T: Deserialize<'de>>(field: &str, json: &'de str, reason: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|_| Error::invalid(field, Value::Null, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_names_its_field() {
        for error in [
            timestamp("scheduled_at", "2026-07-01 09:00").expect_err("no offset"),
            timestamp("scheduled_at", "").expect_err("empty"),
            template("template", "[]").expect_err("no object"),
            body("body", "{").expect_err("no JSON"),
        ] {
            assert_eq!((error.kind(), error.outcome()), (Kind::Validation, Outcome::NotSent));
            assert!(error.details().is_some_and(|details| details["field"].is_string()), "{error}");
        }
        assert!(timestamp("scheduled_at", "2026-07-01T10:00:00+01:00").is_ok());
    }

    #[test]
    fn an_error_names_the_argument_as_the_caller_does() {
        let python = |field: &str| if field == "from" { "from_".to_owned() } else { field.to_owned() };
        let (message, details) =
            renamed(&Error::missing("from", "is required and must not be empty"), python, str::to_owned);
        assert_eq!(message, "`from_` is required and must not be empty");
        assert_eq!(details.expect("has details")["field"], "from_");
        let of_the_server = Error::missing("from", "is not registered").with_attempts(1);
        assert_eq!(renamed(&of_the_server, python, str::to_owned).0, "`from` is not registered");
    }

    #[test]
    fn an_option_is_renamed_in_the_reason_for_a_missing_connection_only() {
        let node = |text: &str| text.replace("ca_file", "caFile");
        let error = || Error::new(Kind::Connect, Outcome::NotSent, "set `ca_file`").with_attempts(1);
        let untrusted = error().with_reason(Some("CERT_REJECTED".into()));
        assert_eq!(renamed(&untrusted, str::to_owned, node).0, "set `caFile`");
        assert_eq!(renamed(&error(), str::to_owned, node).0, "set `ca_file`");
    }

    #[test]
    fn parameters_that_are_not_of_their_types() {
        let send = |json| params::<crate::SendMessage>(json);
        assert_eq!(send(r#"{"to": "+244912345678"}"#).expect("parameters").to, "+244912345678");
        for (json, message) in [
            (r#"{"to": "x", "scheduled_at": "tomorrow"}"#, "`scheduled_at` must be a time with a UTC offset"),
            (r#"{"template": []}"#, "`template` has the wrong type"),
            ("\"+244\"", "`params` must be a JSON object"),
        ] {
            let error = send(json).expect_err(json);
            assert!(error.kind() == Kind::Validation && error.message().starts_with(message), "{error}");
        }
    }

    #[test]
    fn a_number_that_cannot_be_kept_is_refused() {
        for json in ["18446744073709551616", "[1, -9223372036854775809]", r#"{"a\"1": {"b": 123456789012345678901}}"#] {
            assert_eq!(body("body", json).expect_err(json).kind(), Kind::Validation);
        }
        for json in [
            "18446744073709551615",
            "-9223372036854775808",
            "1e400",
            "0.1",
            r#"{"12345678901234567890123": "\"99999999999999999999999"}"#,
        ] {
            assert!(check_numbers("body", json).is_ok(), "{json}");
        }
    }
}
