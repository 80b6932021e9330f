//! [`Client`]: blocking calls.

use std::fmt;
use std::sync::Arc;

use ::url::Url;
use serde::Serialize;
use serde_json::Value;

use crate::bulk::row::BulkRow;
use crate::bulk::run::BulkRun;
use crate::call_options::CallOptions;
use crate::config::Config;
use crate::decode::{Decode, HasStatus, ResponseDecoder};
use crate::engine::Shared;
use crate::engine::request::{ANY_ROUTE, Method, Request, url_of_path};
use crate::extra::BodyParams;
use crate::list::{Filter, Source};
use crate::tolerant::fill::FillFrom;
use crate::{BulkOptions, ClientBuilder, Response, Result};

/// The blocking client of the Zexa API.
///
/// The client is thread-safe and cheap to clone; clones share their connections. Calls run on the caller's thread, except that host names are
/// resolved on a separate thread. The client works after `fork()`, in the parent and in the child. In async code, use
/// [`AsyncClient`](crate::AsyncClient): blocking calls inside an async task fail.
///
/// ```
/// use zexa::SendMessage;
/// # let sandbox = zexa_sandbox::Sandbox::start();
/// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
///
/// let message = client.messages().send(&SendMessage::sms("+244912345678", "ZEXA", "Hello"))?;
/// println!("{} is {}", message.id, message.status);
/// # Ok::<(), zexa::Error>(())
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    options: CallOptions,
}

impl Client {
    /// Create a builder, to set the client's options.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Create a client with default options. The API key is read from `ZEXA_API_KEY`, and the base URL from `ZEXA_BASE_URL` if it is set.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if there is no API key, or if an environment variable is invalid.
    pub fn from_env() -> Result<Client> {
        Client::builder().build()
    }

    pub(crate) fn new(config: Config) -> Result<Client> {
        let shared = Shared::new(config);
        shared.ledger()?;
        Ok(Client { shared: Arc::new(shared), options: CallOptions::new() })
    }

    /// Return a client that makes calls with other options over the same connections.
    ///
    /// Options that are not set are those of this client.
    #[must_use = "this returns a new client and does not change the original"]
    pub fn with_options(&self, options: CallOptions) -> Client {
        Client { shared: self.shared.clone(), options: options.or(&self.options) }
    }

    /// Send a request to any path of the API, for endpoints that this version does not know.
    ///
    /// Authentication, retries and timeouts are those of all calls. `path` is relative to the base URL, such as `/messages`; `query` is appended to
    /// it, and `body` is sent as JSON. Returns the status and the body of the response.
    ///
    /// ```
    /// use serde_json::json;
    /// use zexa::Method;
    /// # let sandbox = zexa_sandbox::Sandbox::start();
    /// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
    ///
    /// let contact = json!({"name": "Ana", "phone": "+244923456789"});
    /// let response = client.request(Method::Post, "/contacts", &[], Some(&contact))?;
    /// assert_eq!(response.status, 201);
    /// println!("{}", response.body["id"]);
    /// # Ok::<(), zexa::Error>(())
    /// ```
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
    ) -> Result<Response> {
        self.call(any_request(self.base(), method, path, query, body))
    }

    /// Close the client and all its clones.
    ///
    /// Later calls and calls that are waiting fail with [`Kind::Closed`](crate::Kind::Closed), and idle connections are closed. Attempts in flight
    /// are completed. Calling this is optional: dropping the client releases everything.
    pub fn close(&self) {
        self.shared.close();
    }

    /// Rejects options of this client that are valid only for a single call.
    pub(crate) fn check_derived(&self) -> Result<()> {
        self.options.check_derived()
    }

    pub(crate) fn base(&self) -> &Url {
        &self.shared.config.base_url
    }

    pub(crate) fn call<T: Decode>(&self, request: Result<Request>) -> Result<T> {
        let request = self.options.complete(request?)?;
        self.shared.call(&request, &self.options.begin(&self.shared.config)?, ResponseDecoder::once())
    }

    /// A POST. Fields that its response omits are filled in from the parameters.
    pub(crate) fn create<T, P>(&self, route: &'static str, params: &P) -> Result<T>
    where
        T: Decode + FillFrom<P>,
        P: BodyParams,
    {
        let request = Request::new(Method::Post, route, self.base());
        let key = params.idempotency_key();
        let (request, params) = self.options.complete_with(request, params)?;
        let call = self.options.begin(&self.shared.config)?;
        let decoder = ResponseDecoder::filled_from(params);
        match key {
            None => self.shared.call(&request, &call, decoder),
            Some(key) => self.shared.call_recorded(self.shared.work_with_key(key, request, call, decoder)?),
        }
    }

    /// Repeats a request until its result has this status or a final one.
    pub(crate) fn wait<T: Decode + HasStatus>(&self, request: Result<Request>, until: &str) -> Result<T> {
        let request = self.options.complete(request?)?;
        self.shared.call(&request, &self.options.begin_waiting(&self.shared.config)?, ResponseDecoder::until(until))
    }

    /// Begins a bulk run.
    pub(crate) fn begin_run<P: BulkRow>(&self, options: &BulkOptions) -> Result<BulkRun<P>> {
        BulkRun::begin(&self.shared, &self.options, options)
    }

    pub(crate) fn source(&self, route: &'static str, filter: &impl Filter) -> Result<Source> {
        Source::new(self.shared.clone(), route, filter, &self.options)
    }
}

/// The request of [`Client::request`] and of [`AsyncClient::request`](crate::AsyncClient::request).
pub(crate) fn any_request(
    base: &Url,
    method: Method,
    path: &str,
    query: &[(&str, &str)],
    body: Option<&impl Serialize>,
) -> Result<Request> {
    let url = url_of_path(base, path)?;
    let query = query.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let request = Request { method, route: ANY_ROUTE, url, body: None }.with_query(query);
    match body {
        Some(body) => request.with_json(body),
        None => Ok(request),
    }
}

impl fmt::Debug for Client {
    /// Omits the API key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.shared.config.base_url.as_str()).finish_non_exhaustive()
    }
}
