//! `NativeClient`: the client behind the JavaScript class `Zexa`.

use std::collections::HashMap;
use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::ObjectFinalize;
use napi_derive::napi;
use serde::Serialize;
use zexa::binding::{self, BulkRow, Item, Observe, Warning};
use zexa::{
    AsyncClient, AsyncList, Attempt, CallOptions, CancelToken, CreateContact, Kind, Method, Result, SendMessage,
};

use crate::bulk::NativeRun;
use crate::call::Call;
use crate::completion_queue::{CompletionQueue, EntryKind, Sender};
use crate::errors::to_napi_error;
use crate::json::WriteJson;
use crate::list::NativeList;
use crate::options;

/// A client, and the queue that receives the results of its calls. Its operations are in `generated`.
#[napi(custom_finalize)]
pub struct NativeClient {
    client: AsyncClient,
    sender: Arc<Sender>,
    external_bytes: i64,
}

/// Memory outside the JavaScript heap that is reported to V8 for a client. Its thread and connections are invisible to V8, which would otherwise delay the
/// collection of hundreds of unused clients.
const EXTERNAL_BYTES: i64 = 4 << 20;

impl ObjectFinalize for NativeClient {
    fn finalize(self, env: Env) -> napi::Result<()> {
        env.adjust_external_memory(-self.external_bytes).map(drop)
    }
}

/// A cancel token: cancels the calls that it was passed to.
#[napi]
pub struct Token(CancelToken);

#[napi]
impl NativeClient {
    /// Creates a client. `logger` is the number of the logger that receives records of attempts, if there is one.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: Env,
        queue: &CompletionQueue,
        options: String,
        environment: HashMap<String, String>,
        logger: Option<u32>,
    ) -> napi::Result<NativeClient> {
        let sender = queue.sender();
        // If the client cannot be created, the logger is dropped, which unregisters it.
        let logger = logger.map(|number| Logger { number, sender: sender.clone() });
        let builder = options::of_client(&options, &environment).map_err(to_napi_error)?;
        let builder = match logger {
            Some(logger) => binding::observed_client(builder, logger),
            None => builder,
        };
        let client = builder.build_async().map_err(to_napi_error)?;
        env.adjust_external_memory(EXTERNAL_BYTES)?;
        Ok(NativeClient { client, sender, external_bytes: EXTERNAL_BYTES })
    }

    /// Returns a client with other call options that shares the connections.
    #[napi(catch_unwind)]
    pub fn with_options(&self, options: String) -> napi::Result<NativeClient> {
        let options = options::of_call(&options);
        let client = options.and_then(|options| binding::with_options(&self.client, options)).map_err(to_napi_error)?;
        Ok(NativeClient { client, sender: self.sender.clone(), external_bytes: 0 })
    }

    #[napi(getter, catch_unwind)]
    pub fn base_url(&self) -> String {
        binding::base_url_async(&self.client).to_owned()
    }

    /// Closes the client. Attempts in flight continue.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        binding::close_after_spawned(&self.client);
    }

    /// Sends a request to any path. `query` is a JSON array of pairs, `body` is JSON.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments, reason = "JavaScript passes them")]
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

    #[napi(catch_unwind)]
    pub fn messages_send_many(&self, run: String, options: Option<String>) -> napi::Result<NativeRun> {
        self.run::<SendMessage>(&run, options)
    }

    #[napi(catch_unwind)]
    pub fn contacts_create_many(&self, run: String, options: Option<String>) -> napi::Result<NativeRun> {
        self.run::<CreateContact>(&run, options)
    }
}

#[napi]
impl Token {
    #[napi(constructor, catch_unwind)]
    #[allow(clippy::new_without_default, reason = "only JavaScript creates it")]
    pub fn new() -> Token {
        Token(CancelToken::new())
    }

    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl NativeClient {
    /// Starts a call. Its result is sent to the completion queue.
    pub(crate) fn begin<T, F>(
        &self,
        call: u32,
        options: Option<String>,
        token: Option<&Token>,
        begin: impl FnOnce(&AsyncClient) -> Result<F>,
    ) where
        T: WriteJson + Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let call = Call::new(call, self.sender.clone());
        match self.with(options, token).and_then(|client| begin(&client)) {
            Ok(future) => call.spawn(&self.client, future),
            Err(error) => call.complete(Err::<T, _>(error)),
        }
    }

    /// The client for a call with these options.
    fn with(&self, options: Option<String>, token: Option<&Token>) -> Result<AsyncClient> {
        if options.is_none() && token.is_none() {
            return Ok(self.client.clone());
        }
        let mut call_options = match options {
            Some(options) => options::of_call(&options)?,
            None => CallOptions::new(),
        };
        if let Some(token) = token {
            call_options = call_options.cancel(&token.0);
        }
        Ok(self.client.with_options(call_options))
    }

    /// Creates a list. It requests nothing yet.
    pub(crate) fn list<T: Item + WriteJson>(
        &self,
        options: Option<String>,
        token: Option<&Token>,
        begin: impl FnOnce(&AsyncClient) -> Result<AsyncList<T>>,
    ) -> napi::Result<NativeList> {
        let client = self.with(options, token).map_err(to_napi_error)?;
        let list = begin(&client).map_err(to_napi_error)?;
        Ok(NativeList::new(client, self.sender.clone(), list))
    }

    /// Begins a bulk run. It pulls no rows by itself. `run` are the options of the run, and `options` those of its calls.
    fn run<P>(&self, run: &str, options: Option<String>) -> napi::Result<NativeRun>
    where
        P: BulkRow<Model: WriteJson>,
    {
        let run = options::of_bulk(run).and_then(|run| {
            let client = self.with(options, None)?;
            NativeRun::begin::<P>(&client, self.sender.clone(), &run)
        });
        run.map_err(to_napi_error)
    }
}

/// The logger of a client, by its number. Dropping it unregisters the logger in JavaScript.
struct Logger {
    number: u32,
    sender: Arc<Sender>,
}

impl Observe for Logger {
    fn attempt(&self, attempt: &Attempt<'_>) {
        self.sender.send(self.number, EntryKind::Attempt, &AttemptRecord::of(attempt));
    }

    fn warning(&self, warning: &Warning) {
        let Warning { method, route, .. } = *warning;
        self.sender.send(
            self.number,
            EntryKind::Warning,
            &WarningRecord { message: warning.to_string(), method, route },
        );
    }
}

impl Drop for Logger {
    fn drop(&mut self) {
        self.sender.send(self.number, EntryKind::LoggerDropped, &());
    }
}

/// The record of an attempt, for the logger.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AttemptRecord<'a> {
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

impl<'a> AttemptRecord<'a> {
    fn of(attempt: &Attempt<'a>) -> AttemptRecord<'a> {
        AttemptRecord {
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

/// The record of a warning, for the logger.
#[derive(Serialize)]
struct WarningRecord {
    message: String,
    method: &'static str,
    route: &'static str,
}

impl WriteJson for WarningRecord {
    fn write(&self, json: &mut Vec<u8>) {
        serde_json::to_writer(json, self).expect("a warning is text");
    }
}

impl WriteJson for AttemptRecord<'_> {
    fn write(&self, json: &mut Vec<u8>) {
        serde_json::to_writer(json, self).expect("an attempt is text and numbers");
    }
}
