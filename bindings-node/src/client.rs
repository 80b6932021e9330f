//! `NativeClient`: what the class `Zexa` stands on.

use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::ObjectFinalize;
use napi_derive::napi;
use serde::Serialize;
use zexa::binding::{self, Item, Observe, Warning};
use zexa::{AsyncClient, AsyncList, Attempt, CallOptions, CancelToken, Kind, Method, Result};

use crate::call::Call;
use crate::errors::thrown;
use crate::json::Plain;
use crate::list::NativeList;
use crate::mailbox::{Letter, Mailbox, Post};
use crate::options::{self, OfCall, Options};

/// A client, and where what comes of its calls is posted to. Its operations are in `generated`.
#[napi(custom_finalize)]
pub struct NativeClient {
    client: AsyncClient,
    post: Arc<Post>,
    weight: i64,
}

/// What V8 is told that a client weighs, in bytes. It sees little of one, which has a thread and connections, and would leave hundreds that nobody has any
/// more for later.
const WEIGHT: i64 = 4 << 20;

impl ObjectFinalize for NativeClient {
    fn finalize(self, env: Env) -> napi::Result<()> {
        env.adjust_external_memory(-self.weight).map(drop)
    }
}

/// Ends the calls that are given it.
#[napi]
pub struct Token(CancelToken);

#[napi]
impl NativeClient {
    /// `logger` is the number of the logger that attempts are told to, if there is one.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, mailbox: &Mailbox, options: String, logger: Option<u32>) -> napi::Result<NativeClient> {
        let post = mailbox.post();
        let client = make(&options, logger, &post).map_err(thrown)?;
        env.adjust_external_memory(WEIGHT)?;
        Ok(NativeClient { client, post, weight: WEIGHT })
    }

    /// The same client, for calls with other options.
    #[napi(catch_unwind)]
    pub fn with_options(&self, options: String) -> napi::Result<NativeClient> {
        let options = options::read(&options).map(OfCall::options);
        let client = options.and_then(|options| binding::with_options(&self.client, options)).map_err(thrown)?;
        Ok(NativeClient { client, post: self.post.clone(), weight: 0 })
    }

    #[napi(getter, catch_unwind)]
    pub fn base_url(&self) -> String {
        binding::base_url_async(&self.client).to_owned()
    }

    /// What was begun before goes on.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        binding::close_after_spawned(&self.client);
    }

    /// `query` is a JSON array of pairs, `body` is JSON.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments, reason = "they are what JavaScript gives")]
    pub fn request(
        &self,
        call: u32,
        method: String,
        path: String,
        query: String,
        body: Option<String>,
        options: Option<String>,
        token: Option<&Token>,
    ) {
        self.begin(call, options, token, |client| {
            let method = method.parse::<Method>()?;
            let query: Vec<(String, String)> = binding::params(&query)?;
            let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (&**name, &**value)).collect();
            Ok(binding::request_async(client, method, &path, &query, body.as_deref()))
        });
    }
}

#[napi]
impl Token {
    #[napi(constructor, catch_unwind)]
    #[allow(clippy::new_without_default, reason = "it is made by JavaScript")]
    pub fn new() -> Token {
        Token(CancelToken::new())
    }

    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl NativeClient {
    /// Begins a call; what comes of it is posted.
    pub(crate) fn begin<T, F>(
        &self,
        call: u32,
        options: Option<String>,
        token: Option<&Token>,
        begin: impl FnOnce(&AsyncClient) -> Result<F>,
    ) where
        T: Plain + Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let call = Call::new(call, self.post.clone());
        match self.with(options, token).and_then(|client| begin(&client)) {
            Ok(future) => call.carry_out(&self.client, future),
            Err(error) => call.answer(Err::<T, _>(error)),
        }
    }

    /// The client for a call with these options.
    fn with(&self, options: Option<String>, token: Option<&Token>) -> Result<AsyncClient> {
        if options.is_none() && token.is_none() {
            return Ok(self.client.clone());
        }
        let mut of_call = match options {
            Some(options) => options::read::<OfCall>(&options)?.options(),
            None => CallOptions::new(),
        };
        if let Some(token) = token {
            of_call = of_call.cancel(&token.0);
        }
        Ok(self.client.with_options(of_call))
    }

    /// A list, of which nothing is asked for yet.
    pub(crate) fn list<T: Item + Plain>(
        &self,
        options: Option<String>,
        token: Option<&Token>,
        begin: impl FnOnce(&AsyncClient) -> Result<AsyncList<T>>,
    ) -> napi::Result<NativeList> {
        let client = self.with(options, token).map_err(thrown)?;
        let list = begin(&client).map_err(thrown)?;
        Ok(NativeList::new(client, self.post.clone(), list))
    }
}

fn make(options: &str, logger: Option<u32>, post: &Arc<Post>) -> Result<AsyncClient> {
    // Where the client cannot be made, it is gone at once.
    let logger = logger.map(|number| Logger { number, post: post.clone() });
    let builder = options::read::<Options>(options)?.builder();
    let builder = match logger {
        Some(logger) => binding::observed_client(builder, logger),
        None => builder,
    };
    builder.build_async()
}

/// The logger of a client, by its number. JavaScript lets go of it when the client is no more.
struct Logger {
    number: u32,
    post: Arc<Post>,
}

impl Observe for Logger {
    fn attempt(&self, attempt: &Attempt<'_>) {
        self.post.send(self.number, Letter::Attempt, &Told::of(attempt));
    }

    fn warning(&self, warning: &Warning) {
        let Warning { method, route, .. } = *warning;
        self.post.send(self.number, Letter::Warning, &WarningRecord { message: warning.to_string(), method, route });
    }
}

impl Drop for Logger {
    fn drop(&mut self) {
        self.post.send(self.number, Letter::LoggerGone, &());
    }
}

/// An attempt, for the logger.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    message: String,
    method: &'static str,
    route: &'static str,
    attempt: u32,
    elapsed: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

impl<'a> Told<'a> {
    fn of(attempt: &Attempt<'a>) -> Told<'a> {
        Told {
            message: attempt.to_string(),
            method: attempt.method,
            route: attempt.route,
            attempt: attempt.number,
            elapsed: attempt.elapsed.as_secs_f64() * 1e3,
            status: attempt.status,
            request_id: attempt.request_id,
            kind: attempt.failure.as_ref().map(Kind::as_str),
        }
    }
}

/// A warning, for the logger.
#[derive(Serialize)]
struct WarningRecord {
    message: String,
    method: &'static str,
    route: &'static str,
}

impl Plain for WarningRecord {
    fn write(&self, json: &mut Vec<u8>) {
        serde_json::to_writer(json, self).expect("a warning is text");
    }
}

impl Plain for Told<'_> {
    fn write(&self, json: &mut Vec<u8>) {
        serde_json::to_writer(json, self).expect("an attempt is text and numbers");
    }
}
