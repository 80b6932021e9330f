//! [`AsyncClient`]: async calls.

use std::fmt;
use std::sync::Arc;

use ::url::Url;
use serde_json::Value;

use crate::bulk::row::BulkRow;
use crate::bulk::run::BulkRun;
use crate::call_options::CallOptions;
use crate::client::any_request;
use crate::config::Config;
use crate::decode::{Decode, HasStatus, ResponseDecoder};
use crate::engine::Shared;
use crate::engine::request::{Method, Request};
use crate::extra::BodyParams;
use crate::list::{Filter, Source};
use crate::tolerant::fill::FillFrom;
use crate::{BulkOptions, CancelToken, Client, Response, Result};

/// The async client of the Zexa API.
///
/// The client is thread-safe and cheap to clone; clones share their connections. Its futures can be awaited in any executor: the first call starts a
/// background thread that drives them. The futures are `'static`, so they can be spawned. Nothing is sent until a future is polled, and dropping a
/// future cancels its call. The client works after `fork()`, in the parent and in the child.
///
/// ```
/// use zexa::SendMessage;
/// # let sandbox = zexa_sandbox::Sandbox::start();
/// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build_async()?;
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
///
/// let message = client.messages().send(&SendMessage::sms("+244912345678", "ZEXA", "Hello")).await?;
/// println!("{} is {}", message.id, message.status);
/// # Ok(()) })?;
/// # Ok::<(), zexa::Error>(())
/// ```
#[derive(Clone)]
pub struct AsyncClient {
    shared: Arc<Shared>,
    options: CallOptions,
}

impl AsyncClient {
    /// Create a client with default options. The API key is read from `ZEXA_API_KEY`, and the base URL from `ZEXA_BASE_URL` if it is set.
    ///
    /// To set options, use [`ClientBuilder::build_async`](crate::ClientBuilder::build_async).
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if there is no API key, or if an environment variable is invalid.
    pub fn from_env() -> Result<AsyncClient> {
        Client::builder().build_async()
    }

    pub(crate) fn new(config: Config) -> Result<AsyncClient> {
        let shared = Shared::new(config);
        shared.ledger()?;
        Ok(AsyncClient { shared: Arc::new(shared), options: CallOptions::new() })
    }

    /// Return a client that makes calls with other options over the same connections.
    ///
    /// Options that are not set are those of this client. A deadline starts when the future is created.
    #[must_use = "this returns a new client and does not change the original"]
    pub fn with_options(&self, options: CallOptions) -> AsyncClient {
        AsyncClient { shared: self.shared.clone(), options: options.or(&self.options) }
    }

    /// Whether a client can be derived with these options, and make calls.
    pub(crate) fn check(&self, options: &CallOptions) -> Result<()> {
        options.check_derived()?;
        options.begin(&self.shared.config).map(drop)
    }

    /// Send a request to any path of the API, for endpoints that this version does not know: see [`Client::request`].
    ///
    /// # Errors
    ///
    /// The same as for all calls, and [`Kind::Validation`](crate::Kind::Validation) if the path is invalid or leads out of the base URL.
    pub fn request(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> impl Future<Output = Result<Response>> + Send + use<> {
        self.call(any_request(self.base(), method, path, query, body))
    }

    /// Close the client and all its clones.
    ///
    /// Later calls and calls that are waiting fail with [`Kind::Closed`](crate::Kind::Closed), and idle connections are closed. Attempts in flight
    /// are completed. Calling this is optional: dropping the client releases everything.
    pub fn close(&self) {
        self.shared.close();
    }

    pub(crate) fn base(&self) -> &Url {
        &self.shared.config.base_url
    }

    /// Nothing is sent until the future is polled. The future is `'static`, so it can be spawned.
    pub(crate) fn call<T: Decode>(&self, request: Result<Request>) -> impl Future<Output = Result<T>> + Send + use<T> {
        let request = request.and_then(|request| self.options.complete(request));
        let call = self.options.begin(&self.shared.config);
        let shared = self.shared.clone();
        async move { shared.run_async(request?, call?, ResponseDecoder::once()).await }
    }

    /// A POST. Fields that its response omits are filled in from the parameters.
    pub(crate) fn create<T, P>(
        &self,
        route: &'static str,
        params: &P,
    ) -> impl Future<Output = Result<T>> + Send + use<T, P>
    where
        T: Decode + FillFrom<P>,
        P: BodyParams,
    {
        let request = Request::new(Method::Post, route, self.base());
        let completed = self.options.complete_with(request, params);
        let call = self.options.begin(&self.shared.config);
        let shared = self.shared.clone();
        let key = params.idempotency_key().map(str::to_owned);
        async move {
            let (request, params) = completed?;
            let decoder = ResponseDecoder::filled_from(params);
            match key {
                None => shared.run_async(request, call?, decoder).await,
                Some(key) => shared.run_recorded(shared.work_with_key(&key, request, call?, decoder)?).await,
            }
        }
    }

    /// Repeats a request until its result has this status or a final one.
    pub(crate) fn wait<T: Decode + HasStatus>(
        &self,
        request: Result<Request>,
        until: &str,
    ) -> impl Future<Output = Result<T>> + Send + use<T> {
        let request = request.and_then(|request| self.options.complete(request));
        let call = self.options.begin_waiting(&self.shared.config);
        let shared = self.shared.clone();
        let decoder = ResponseDecoder::until(until);
        async move { shared.run_async(request?, call?, decoder).await }
    }

    /// Runs a call on the background thread, and passes its result to a callback.
    pub(crate) fn spawn_with_callback<T: Send + 'static>(
        &self,
        call: impl Future<Output = Result<T>> + Send + 'static,
        unless: CancelToken,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        match self.shared.background_runtime() {
            Ok(running) => {
                let runtime = running.clone();
                // Boxed before it is passed on: each async function would contain two copies of the future, which is large.
                let call = Box::pin(call);
                runtime.spawn(async move {
                    if let Some(result) = unless.guard(call).await {
                        done(result);
                    }
                    drop(running);
                });
            }
            Err(error) => done(Err(error)),
        }
    }

    /// Closes the client after the calls that were spawned before have started.
    pub(crate) fn close_after_spawned(&self) {
        let client = self.clone();
        match self.shared.existing_background_runtime() {
            Some(running) => running.spawn(async move { client.close() }),
            None => self.close(),
        }
    }

    /// Begins a bulk run.
    pub(crate) fn begin_run<P: BulkRow>(&self, options: &BulkOptions) -> Result<BulkRun<P>> {
        BulkRun::begin(&self.shared, &self.options, options)
    }

    pub(crate) fn source(&self, route: &'static str, filter: &impl Filter) -> Result<Source> {
        Source::new(self.shared.clone(), route, filter, &self.options)
    }
}

impl fmt::Debug for AsyncClient {
    /// Omits the API key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncClient").field("base_url", &self.shared.config.base_url.as_str()).finish_non_exhaustive()
    }
}
