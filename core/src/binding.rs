//! Functions that only the bindings of other languages use. They are not part of the public API and may change at any time.

mod errors;

use std::ffi::OsString;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::url::Url;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

pub use self::errors::{
    Cause, cancelled_too_late, cancelled_without_report, cause, closed, internal_error, invalid_argument,
    invalid_option, invalid_parameter, not_started, reason_code, renamed,
};
pub use crate::bulk::row::BulkRow;
pub use crate::bulk::run::{BulkRun, Step};
use crate::client::any_request;
/// The generation of this process: a different number in each forked child. Needs no system call.
pub use crate::engine::generation;
use crate::engine::request::Request;
/// Rejects an idempotency key that a row cannot have.
pub use crate::ledger::key::check as check_key;
/// The path or the URL of a ledger, without a password.
pub use crate::ledger::location::shown as shown_ledger;
pub use crate::list::Item;
pub use crate::model::Model;
pub use crate::observe::{Observe, Warning};
pub use crate::options::{Pairs, ReadOptions};
use crate::redact::tail;
use crate::tolerant::body;
use crate::{
    AsyncClient, BulkOptions, CallOptions, CancelToken, Client, ClientBuilder, Error, Kind, List, Method, Outcome,
    Response, Result, Template,
};
use crate::{environment, extra};

/// Parameters that a binding fills in field by field. Required fields are checked by the call.
pub trait Empty {
    /// Names of the required fields.
    const REQUIRED: &'static [&'static str];

    /// Creates parameters without values.
    fn empty() -> Self;
}

/// A list that may have buffered items.
pub trait NextBuffered<T> {
    /// Returns the next item if it is buffered, without waiting.
    fn next_buffered(&mut self) -> Option<T>;
}

/// A list that reports whether it ended before its total was reached.
pub trait Completeness {
    /// See [`List::is_incomplete`](crate::List::is_incomplete).
    fn is_incomplete(&self) -> bool;
}

/// A list that yields several items together.
pub trait Batches<T> {
    /// Polls for the next items: at least one, or `None` at the end.
    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<T>>>>;
}

/// Returns a list, or the error that its first item would be, for languages in which creating a list can fail.
pub fn checked_list<T: Item>(list: List<T>) -> Result<List<T>> {
    list.checked()
}

/// The result of an interrupt check of a blocking call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterruptCheck {
    /// Continue the call.
    Continue,
    /// Continue the call, and do not check again: this thread cannot be interrupted.
    Disable,
    /// Cancel the call.
    Cancel,
}

/// Creates a token for a language that must be polled for interrupts, such as Ctrl-C in Python. While a blocking call with this token waits, `check`
/// is called every 50 ms on the caller's thread. It can make calls of its own.
pub fn with_interrupt_check(check: fn() -> InterruptCheck) -> CancelToken {
    CancelToken::with_interrupt_check(check)
}

/// Sets the product of a binding in the `User-Agent` header, such as `zexa-c/1.2.3`.
pub fn named(builder: ClientBuilder, product: &'static str) -> ClientBuilder {
    builder.product(product)
}

/// The environment variables that a client reads when it is created.
pub const ENVIRONMENT: &[&str] = &environment::NAMES;

/// Makes the client read these environment variables instead of those of the process.
pub fn environment(builder: ClientBuilder, variable: impl Fn(&str) -> Option<OsString>) -> ClientBuilder {
    let variables = ENVIRONMENT.iter().filter_map(|name| Some(((*name).to_owned(), variable(name)?)));
    builder.environment(variables.collect())
}

/// Returns the base URL of a client, for its representation as text.
pub fn base_url(client: &Client) -> &str {
    client.base().as_str()
}

/// Returns the base URL of an async client.
pub fn base_url_async(client: &AsyncClient) -> &str {
    client.base().as_str()
}

/// Masks a phone number, an address or a name for logs. The end is shown, to distinguish values.
pub fn masked(text: &str) -> String {
    format!("***{}", tail(text))
}

/// Parses a parameter that is a time.
pub fn timestamp(field: &str, text: &str) -> Result<Timestamp> {
    let reason = "must be a time with a UTC offset, such as 2026-07-01T09:00:00Z";
    text.parse().map_err(|_| Error::invalid(field, text, reason))
}

/// Parses an option that is a JSON object.
///
/// # Errors
///
/// [`Kind::Config`] if it is not a JSON object.
pub fn option_object(name: &str, json: &str) -> Result<Map<String, Value>> {
    if !keeps_numbers(json) {
        return Err(Error::config(name, TOO_LARGE));
    }
    serde_json::from_str(json)
        .map_err(|error| Error::config(name, reason("must be a JSON object, such as {\"name\": \"value\"}", &error)))
}

/// Sets the options of a client that the reader returns.
pub fn read_client_options<R: ReadOptions>(builder: ClientBuilder, reader: &mut R) -> Result<ClientBuilder, R::Error> {
    builder.read(reader)
}

/// Returns the options of a call that the reader returns.
pub fn read_call_options<R: ReadOptions>(reader: &mut R) -> Result<CallOptions, R::Error> {
    CallOptions::new().read(reader)
}

/// Converts the members of a JSON object to query parameters. An array becomes a repeated parameter.
///
/// # Errors
///
/// [`Kind::Config`] if a member is neither a string, a number, a boolean nor an array of these.
pub fn query(members: Map<String, Value>) -> Result<Pairs> {
    extra::query(members)
}

/// Returns the options of a bulk run that the reader returns.
pub fn read_bulk_options<R: ReadOptions>(reader: &mut R) -> Result<BulkOptions, R::Error> {
    BulkOptions::new().read(reader)
}

/// Begins a bulk run of a blocking client, whose rows the binding pulls.
pub fn begin_run<P: BulkRow>(client: &Client, options: &BulkOptions) -> Result<BulkRun<P>> {
    client.begin_run(options)
}

/// Begins a bulk run of an async client, whose rows the binding pulls.
pub fn begin_run_async<P: BulkRow>(client: &AsyncClient, options: &BulkOptions) -> Result<BulkRun<P>> {
    client.begin_run(options)
}

/// Rejects a derived client with options that are valid only for a single call.
pub fn check_derived(client: &Client) -> Result<()> {
    client.check_derived()
}

/// Makes a call report to this observer instead of the client's.
pub fn observed(options: CallOptions, observer: impl Observe + 'static) -> CallOptions {
    options.observer(Arc::new(observer))
}

/// Makes a client report to this observer.
pub fn observed_client(builder: ClientBuilder, observer: impl Observe + 'static) -> ClientBuilder {
    builder.observer(Arc::new(observer))
}

/// Calls [`AsyncClient::with_options`], and checks the options immediately instead of with each call.
pub fn with_options(client: &AsyncClient, options: CallOptions) -> Result<AsyncClient> {
    client.check(&options)?;
    Ok(client.with_options(options))
}

/// Runs a call on the client's background thread, and calls `done` there with the result. If the call cannot be started, `done` is called
/// immediately. If `unless` is cancelled, the call is dropped and `done` is not called.
pub fn spawn_with_callback<T: Send + 'static>(
    client: &AsyncClient,
    call: impl Future<Output = Result<T>> + Send + 'static,
    unless: &CancelToken,
    done: impl FnOnce(Result<T>) + Send + 'static,
) {
    client.spawn_with_callback(call, unless.clone(), done);
}

/// Closes a client after the calls that were spawned before have started, so that none of them fails because the client is closed.
pub fn close_after_spawned(client: &AsyncClient) {
    client.close_after_spawned();
}

/// Calls [`Client::request`] with a body that is already JSON and is sent unchanged.
pub fn request(
    client: &Client,
    method: Method,
    path: &str,
    query: &[(&str, &str)],
    body: Option<&str>,
) -> Result<Response> {
    client.call(raw_request(client.base(), method, path, query, body))
}

/// Calls [`AsyncClient::request`] with a body that is already JSON and is sent unchanged.
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

/// Parses a parameter that is a template.
pub fn template(field: &str, json: &str) -> Result<Template> {
    check_numbers(field, json)?;
    let members: Map<String, Value> = parse(field, json, "must be a JSON object")?;
    Ok(Template::from(members))
}

/// Parses the parameters of a call from JSON with the names of the API.
///
/// # Errors
///
/// [`Kind::Validation`] if a field has the wrong type. The error names it.
pub fn params<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).or_else(|_| {
        let members: Map<String, Value> = parse("params", json, "must be a JSON object in UTF-8")?;
        let wrong = members.into_iter().find(|(name, value)| {
            let alone = Map::from_iter([(name.clone(), value.clone())]);
            T::deserialize(Value::Object(alone)).is_err()
        });
        match wrong {
            // A string is only rejected by a time.
            Some((field, Value::String(text))) => timestamp(&field, &text).and_then(|_| Err(wrong_type(&field))),
            Some((field, _)) => Err(wrong_type(&field)),
            None => Err(wrong_type("params")),
        }
    })
}

fn wrong_type(field: &str) -> Error {
    Error::invalid(field, Value::Null, "has the wrong type")
}

/// Parses the JSON body of a request.
pub fn body(field: &str, json: &str) -> Result<Value> {
    check_numbers(field, json)?;
    parse(field, json, "must be JSON")
}

/// Rejects integers of more than 64 bits, which would be rounded.
fn check_numbers(field: &str, json: &str) -> Result<()> {
    if keeps_numbers(json) { Ok(()) } else { Err(Error::invalid(field, Value::Null, TOO_LARGE)) }
}

const TOO_LARGE: &str = "must not contain integers of more than 64 bits";

fn keeps_numbers(json: &str) -> bool {
    // After an escaped quote, the string continues.
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

/// Parses a model from JSON, as tolerantly as a response of the API.
pub fn model<T: Model>(json: &[u8]) -> Result<T> {
    body::read(json).map_err(|error| {
        Error::new(Kind::Decode, Outcome::NotSent, format!("cannot parse the JSON of a {}: {}", T::NAME, error.0))
    })
}

/// Restores a response from its status and its JSON body.
pub fn response(status: u16, body: &str) -> Result<Response> {
    Ok(Response { status, body: self::body("body", body)? })
}

/// Parses JSON. The error has the position of a syntax error, and does not quote the text, which may contain the text of a message.
fn parse<'de, T: Deserialize<'de>>(field: &str, json: &'de str, expected: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::invalid(field, Value::Null, &reason(expected, &error)))
}

/// The reason of an error about JSON. The error about JSON of another type quotes its content, which may be secret.
fn reason(expected: &str, error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Data => expected.to_owned(),
        Category::Eof => format!("{expected}: it ends too early at line {} column {}", error.line(), error.column()),
        Category::Syntax | Category::Io => format!("{expected}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_value_names_its_field() {
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
    fn a_syntax_error_has_a_position_and_quotes_nothing() {
        for (error, message) in [
            (
                body("body_json", "{\"body\": \"secret\",\n}").expect_err("no JSON"),
                "`body_json` must be JSON: trailing comma at line 2 column 1",
            ),
            (
                body("body_json", "").expect_err("no JSON"),
                "`body_json` must be JSON: it ends too early at line 1 column 0",
            ),
            (
                template("template_json", "{\"name\": secret}").expect_err("no JSON"),
                "`template_json` must be a JSON object: expected value at line 1 column 10",
            ),
            (template("template_json", "\"secret\"").expect_err("no object"), "`template_json` must be a JSON object"),
            (
                option_object("extra_body", "{\"a\" 1}").expect_err("no JSON"),
                "`extra_body` must be a JSON object, such as {\"name\": \"value\"}: expected `:` at line 1 column 6",
            ),
        ] {
            assert_eq!(error.message(), message);
            assert!(!format!("{error:?} {:?}", error.details()).contains("secret"), "{error:?}");
        }
    }

    #[test]
    fn parameters_of_the_wrong_type() {
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
    fn an_integer_that_would_be_rounded_is_rejected() {
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
