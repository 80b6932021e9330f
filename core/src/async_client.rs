//! [`AsyncClient`]: calls as futures.

use std::fmt;
use std::sync::Arc;

use ::url::Url;
use serde_json::Value;

use crate::call_options::CallOptions;
use crate::client::any_request;
use crate::config::Config;
use crate::decode::{Decode, Decoded};
use crate::engine::Shared;
use crate::engine::request::{Method, Request};
use crate::extra::BodyParams;
use crate::list::{Filter, Source};
use crate::tolerant::fill::FillFrom;
use crate::{CancelToken, Client, Response, Result};

/// A client of the Zexa API whose calls are futures.
///
/// It is cheap to clone, and clones share their connections. Its futures may be awaited in any executor: the first call starts a thread of
/// the client's own, which drives them. They borrow nothing, so they can be spawned; nothing is sent until one is polled, and dropping it ends its call.
/// It works after `fork()`, in the parent and in the child.
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
    /// A client as the environment says: `ZEXA_API_KEY`, and `ZEXA_BASE_URL` where it is set. One with options is made by
    /// [`ClientBuilder::build_async`](crate::ClientBuilder::build_async).
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config), where there is no key, or one of the two cannot be used.
    pub fn from_env() -> Result<AsyncClient> {
        Client::builder().build_async()
    }

    pub(crate) fn new(config: Config) -> AsyncClient {
        AsyncClient { shared: Arc::new(Shared::new(config)), options: CallOptions::new() }
    }

    /// The same client, and the same connections, for calls with other options. A deadline runs from when the future is made.
    #[must_use = "the client itself stays as it is"]
    pub fn with_options(&self, options: CallOptions) -> AsyncClient {
        AsyncClient { shared: self.shared.clone(), options: options.or(&self.options) }
    }

    /// Whether a client can be derived with these options, and make calls.
    pub(crate) fn check(&self, options: &CallOptions) -> Result<()> {
        options.check_derived()?;
        options.begin(&self.shared.config).map(drop)
    }

    /// A request to any path of the API, for what this version does not know: see [`Client::request`].
    ///
    /// # Errors
    ///
    /// As any call; a path that leads elsewhere is refused.
    pub fn request(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> impl Future<Output = Result<Response>> + Send + use<> {
        self.call(any_request(self.base(), method, path, query, body))
    }

    /// Refuses further calls, on all clones, with [`Kind::Closed`](crate::Kind::Closed); ends waits, and closes idle connections. An attempt in flight
    /// goes on to its end. There is no need to call it: a client that goes out of scope leaves nothing behind.
    pub fn close(&self) {
        self.shared.close();
    }

    pub(crate) fn base(&self) -> &Url {
        &self.shared.config.base_url
    }

    /// Nothing is sent until the future is polled. It borrows nothing, so it can be spawned.
    pub(crate) fn call<T: Decode>(&self, request: Result<Request>) -> impl Future<Output = Result<T>> + Send + use<T> {
        let request = request.and_then(|request| self.options.complete(request));
        let call = self.options.begin(&self.shared.config);
        let shared = self.shared.clone();
        async move { shared.carry(request?, call?, Decoded::once()).await }
    }

    /// A POST whose response repeats its parameters: what it omits is filled in from them.
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
        async move {
            let (request, params) = completed?;
            shared.carry(request, call?, Decoded::filled_from(params)).await
        }
    }

    /// Calls until the answer is enough.
    pub(crate) fn wait<T: Decode, F: Fn(&T) -> bool + Send + 'static>(
        &self,
        request: Result<Request>,
        enough: F,
    ) -> impl Future<Output = Result<T>> + Send + use<T, F> {
        let request = request.and_then(|request| self.options.complete(request));
        let call = self.options.begin_waiting(&self.shared.config);
        let shared = self.shared.clone();
        async move { shared.carry(request?, call?, Decoded::until(enough)).await }
    }

    /// Carries a call of this client out, where nobody awaits it.
    pub(crate) fn carry_out<T: Send + 'static>(
        &self,
        call: impl Future<Output = Result<T>> + Send + 'static,
        unless: CancelToken,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        match self.shared.running() {
            Ok(running) => {
                let handle = running.handle.clone();
                // Boxed: tokio moves a future from stage to stage of its task, and these are large.
                handle.spawn(Box::pin(async move {
                    if let Some(result) = unless.guard(call).await {
                        done(result);
                    }
                    drop(running);
                }));
            }
            Err(error) => done(Err(error)),
        }
    }

    /// Closes the client once what was carried out before has been polled.
    pub(crate) fn close_in_turn(&self) {
        let client = self.clone();
        match self.shared.running_already() {
            Some(running) => drop(running.handle.spawn(async move { client.close() })),
            None => self.close(),
        }
    }

    pub(crate) fn source(&self, route: &'static str, filter: &impl Filter) -> Result<Source> {
        Source::new(self.shared.clone(), route, filter, &self.options)
    }
}

impl fmt::Debug for AsyncClient {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncClient").field("base_url", &self.shared.config.base_url.as_str()).finish_non_exhaustive()
    }
}
