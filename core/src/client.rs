//! [`Client`]: blocking calls.

use std::fmt;
use std::sync::Arc;

use ::url::Url;
use serde::Serialize;
use serde_json::Value;

use crate::call_options::CallOptions;
use crate::config::{ClientBuilder, Config};
use crate::decode::{Decode, Decoded};
use crate::engine::Shared;
use crate::engine::request::{Method, Request, url_of_path};
use crate::extra::BodyParams;
use crate::list::{Filter, Source};
use crate::tolerant::fill::FillFrom;
use crate::{Response, Result};

/// A client of the Zexa API whose calls block until they are done.
///
/// It is cheap to clone, and clones share their connections; threads may share it, or a clone each. Calls run on the caller's thread; only a host name is looked up on another.
/// It works after `fork()`, in the parent and in the child. Inside an async task use [`AsyncClient`](crate::AsyncClient).
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
    /// A client with options of its own.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client as the environment says: `ZEXA_API_KEY`, and `ZEXA_BASE_URL` where it is set.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config), where there is no key, or one of the two cannot be used.
    pub fn from_env() -> Result<Client> {
        Client::builder().build()
    }

    pub(crate) fn new(config: Config) -> Client {
        Client { shared: Arc::new(Shared::new(config)), options: CallOptions::new() }
    }

    /// The same client, and the same connections, for calls with other options.
    #[must_use = "the client itself stays as it is"]
    pub fn with_options(&self, options: CallOptions) -> Client {
        Client { shared: self.shared.clone(), options: options.or(&self.options) }
    }

    /// A request to any path of the API, for what this version does not know. It is authorised, repeated and timed as every other.
    ///
    /// The path is below the base URL, such as `/messages`.
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
    /// As any call; a path that leads elsewhere is refused.
    pub fn request(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Response> {
        self.call(any_request(self.base(), method, path, query, body))
    }

    /// Refuses further calls, on all clones, with [`Kind::Closed`](crate::Kind::Closed); ends waits, and closes idle connections. An attempt in flight
    /// goes on to its end. There is no need to call it: a client that goes out of scope leaves nothing behind.
    pub fn close(&self) {
        self.shared.close();
    }

    /// Refuses options of this client that only a call can have.
    pub(crate) fn check_derived(&self) -> Result<()> {
        self.options.check_derived()
    }

    pub(crate) fn base(&self) -> &Url {
        &self.shared.config.base_url
    }

    pub(crate) fn call<T: Decode>(&self, request: Result<Request>) -> Result<T> {
        let request = self.options.complete(request?)?;
        self.shared.call(&request, &self.options.begin(&self.shared.config)?, Decoded::once())
    }

    /// A POST whose response repeats its parameters: what it omits is filled in from them.
    pub(crate) fn create<T, P>(&self, route: &'static str, params: &P) -> Result<T>
    where
        T: Decode + FillFrom<P>,
        P: BodyParams,
    {
        let request = Request::new(Method::Post, route, self.base());
        let (request, params) = self.options.complete_with(request, params)?;
        self.shared.call(&request, &self.options.begin(&self.shared.config)?, Decoded::filled_from(params))
    }

    /// Calls until the answer is enough.
    pub(crate) fn wait<T: Decode>(
        &self,
        request: Result<Request>,
        enough: impl Fn(&T) -> bool + Send + 'static,
    ) -> Result<T> {
        let request = self.options.complete(request?)?;
        self.shared.call(&request, &self.options.begin_waiting(&self.shared.config)?, Decoded::until(enough))
    }

    pub(crate) fn source(&self, route: &'static str, filter: &impl Filter) -> Result<Source> {
        Source::new(self.shared.clone(), route, filter, &self.options)
    }
}

/// The request of [`Client::request`] and its async twin.
pub(crate) fn any_request(
    base: &Url,
    method: Method,
    path: &str,
    query: &[(&str, &str)],
    body: Option<&impl Serialize>,
) -> Result<Request> {
    let url = url_of_path(base, path)?;
    let query = query.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let request = Request { method, route: "(request)", url, body: None }.with_query(query);
    match body {
        Some(body) => request.with_json(body),
        None => Ok(request),
    }
}

impl fmt::Debug for Client {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.shared.config.base_url.as_str()).finish_non_exhaustive()
    }
}
