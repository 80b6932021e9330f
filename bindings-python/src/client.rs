//! The clients, and what their resources hold of them.

use std::sync::Arc;

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use serde::Serialize;
use zexa::{Method, binding};

use crate::arguments::Argument;
use crate::call_options::Calling;
use crate::client_options::Options;
use crate::coroutine::{Coroutine, Watch};
use crate::generated::*;
use crate::logging::{LogObserver, Told};
use crate::response::Response;
use crate::{errors, logging, waiting};

#[doc = include_str!("../stub/docs/Client.txt")]
#[pyclass(frozen, weakref, module = "zexa")]
pub(crate) struct Client {
    handle: Handle,
    // Each is one object, so that what a test puts in the place of its methods stays there.
    /// Messages on any channel.
    #[pyo3(get)]
    messages: Py<Messages>,
    /// The account's registered Sender IDs.
    #[pyo3(get)]
    sender_ids: Py<SenderIds>,
    /// Campaigns: one message to a whole contact list.
    #[pyo3(get)]
    campaigns: Py<Campaigns>,
    /// The people who can be reached.
    #[pyo3(get)]
    contacts: Py<Contacts>,
    /// Endpoints that Zexa posts delivery events to.
    #[pyo3(get)]
    webhooks: Py<Webhooks>,
    /// The account's credits.
    #[pyo3(get)]
    credits: Py<CreditBalance>,
}

/// What makes the calls of an async client. What users have of it is in Python: `_async.py`.
#[pyclass(frozen, module = "zexa._zexa", name = "_AsyncClient")]
pub(crate) struct AsyncClient(pub(crate) AsyncHandle);

/// A client, for its resources to hold.
#[derive(Clone)]
pub(crate) struct Handle(Arc<zexa::Client>);

/// An async client, likewise.
#[derive(Clone)]
pub(crate) struct AsyncHandle(Arc<zexa::AsyncClient>);

impl Handle {
    /// Makes a call with these options.
    pub(crate) fn call<T: Send + Serialize>(
        &self,
        py: Python<'_>,
        calling: Calling<'_>,
        call: impl FnOnce(&zexa::Client) -> zexa::Result<T> + Send,
    ) -> PyResult<T> {
        logging::look(py)?;
        let client = self.0.with_options(calling.options()?.cancel(&waiting::token()));
        waiting::run(py, || call(&client))
    }

    /// The client for calls with these options.
    pub(crate) fn with_options(&self, calling: Calling<'_>) -> PyResult<zexa::Client> {
        Ok(self.0.with_options(calling.options()?))
    }
}

impl AsyncHandle {
    /// The client for calls with these options.
    fn with_options(&self, calling: Calling<'_>) -> PyResult<zexa::AsyncClient> {
        Ok(self.0.with_options(calling.options()?))
    }

    /// The client for one call with these options, and what a coroutine needs beside its future.
    pub(crate) fn begin(&self, py: Python<'_>, calling: Calling<'_>) -> PyResult<(zexa::AsyncClient, Watch)> {
        logging::look(py)?;
        let (watch, options) = Watch::over(calling.options()?);
        Ok((self.0.with_options(options), watch))
    }

    /// The client for a list with these options, and what it tells of its attempts.
    pub(crate) fn list(&self, py: Python<'_>, calling: Calling<'_>) -> PyResult<(zexa::AsyncClient, Arc<Told>)> {
        logging::look(py)?;
        let told = Arc::<Told>::default();
        // Whoever waits for the list is woken by its next page.
        let observer = LogObserver { told: told.clone(), notify: || {} };
        let options = binding::observed(calling.options()?, observer);
        Ok((self.0.with_options(options), told))
    }
}

impl Client {
    fn of(py: Python<'_>, client: zexa::Client) -> PyResult<Client> {
        let handle = Handle(Arc::new(client));
        Ok(Client {
            messages: Py::new(py, Messages(handle.clone()))?,
            sender_ids: Py::new(py, SenderIds(handle.clone()))?,
            campaigns: Py::new(py, Campaigns(handle.clone()))?,
            contacts: Py::new(py, Contacts(handle.clone()))?,
            webhooks: Py::new(py, Webhooks(handle.clone()))?,
            credits: Py::new(py, CreditBalance(handle.clone()))?,
            handle,
        })
    }
}

#[pymethods]
impl Client {
    /// What a test put in the place of a method may hold the client.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.messages)?;
        visit.call(&self.sender_ids)?;
        visit.call(&self.campaigns)?;
        visit.call(&self.contacts)?;
        visit.call(&self.webhooks)?;
        visit.call(&self.credits)
    }

    /// Itself: it is shared, and cannot be changed.
    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    /// Likewise.
    #[pyo3(signature = (memo, /))]
    fn __deepcopy__(slf: Py<Self>, memo: &Bound<'_, PyAny>) -> Py<Self> {
        let _ = memo;
        slf
    }

    #[new]
    #[pyo3(signature = (
        *, api_key=None, base_url=None, timeout=None, connect_timeout=None, deadline=None, http2=None, max_retries=None,
        max_retry_wait=None, proxy=None, ca_file=None, user_agent_suffix=None, default_headers=None, allow_http=None,
    ))]
    #[allow(clippy::too_many_arguments, reason = "they are named where they are given")]
    fn new(
        py: Python<'_>,
        api_key: Option<Argument<'_>>,
        base_url: Option<Argument<'_>>,
        timeout: Option<Argument<'_>>,
        connect_timeout: Option<Argument<'_>>,
        deadline: Option<Argument<'_>>,
        http2: Option<Argument<'_>>,
        max_retries: Option<Argument<'_>>,
        max_retry_wait: Option<Argument<'_>>,
        proxy: Option<Argument<'_>>,
        ca_file: Option<Argument<'_>>,
        user_agent_suffix: Option<Argument<'_>>,
        default_headers: Option<Argument<'_>>,
        allow_http: Option<Argument<'_>>,
    ) -> PyResult<Client> {
        let options = Options {
            api_key,
            base_url,
            timeout,
            connect_timeout,
            deadline,
            http2,
            max_retries,
            max_retry_wait,
            proxy,
            ca_file,
            user_agent_suffix,
            default_headers,
            allow_http,
        };
        let builder = binding::observed_client(options.builder()?, logging::Reporter);
        let client = builder.build().map_err(errors::raise)?;
        Client::of(py, client)
    }

    #[doc = include_str!("../stub/docs/with_options.txt")]
    #[pyo3(signature = (*, timeout=None, deadline=None, max_retries=None, retry_ambiguous=None, extra_headers=None))]
    fn with_options(
        &self,
        py: Python<'_>,
        timeout: Option<Argument<'_>>,
        deadline: Option<Argument<'_>>,
        max_retries: Option<Argument<'_>>,
        retry_ambiguous: Option<Argument<'_>>,
        extra_headers: Option<Argument<'_>>,
    ) -> PyResult<Client> {
        let calling = Calling { timeout, deadline, max_retries, retry_ambiguous, extra_headers };
        Client::of(py, self.handle.with_options(calling)?)
    }

    #[doc = include_str!("../stub/docs/request.txt")]
    #[pyo3(signature = (
        method, path, *, query=None, body=None, timeout=None, deadline=None, max_retries=None, retry_ambiguous=None,
        extra_headers=None,
    ))]
    #[allow(clippy::too_many_arguments, reason = "they are named where they are given")]
    fn request(
        &self,
        py: Python<'_>,
        method: Argument<'_>,
        path: Argument<'_>,
        query: Option<Argument<'_>>,
        body: Option<Argument<'_>>,
        timeout: Option<Argument<'_>>,
        deadline: Option<Argument<'_>>,
        max_retries: Option<Argument<'_>>,
        retry_ambiguous: Option<Argument<'_>>,
        extra_headers: Option<Argument<'_>>,
    ) -> PyResult<Response> {
        let calling = Calling { timeout, deadline, max_retries, retry_ambiguous, extra_headers };
        let AnyRequest { method, path, query, body } = AnyRequest::read(&method, &path, query, body)?;
        self.handle
            .call(py, calling, |client| binding::request(client, method, &path, &pairs(&query), body.as_deref()))
            .map(Response)
    }

    /// Refuses further calls, ends waits, and closes idle connections. An attempt in flight goes on to its end.
    fn close(&self, py: Python<'_>) {
        py.detach(|| self.handle.0.close());
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exc_info))]
    fn __exit__(&self, py: Python<'_>, _exc_info: &Bound<'_, PyTuple>) {
        self.close(py);
    }

    fn __repr__(&self) -> String {
        repr("Client", binding::base_url(&self.handle.0))
    }
}

#[pymethods]
impl AsyncClient {
    #[new]
    #[pyo3(signature = (
        *, api_key=None, base_url=None, timeout=None, connect_timeout=None, deadline=None, http2=None, max_retries=None,
        max_retry_wait=None, proxy=None, ca_file=None, user_agent_suffix=None, default_headers=None, allow_http=None,
    ))]
    #[allow(clippy::too_many_arguments, reason = "they are named where they are given")]
    fn new(
        api_key: Option<Argument<'_>>,
        base_url: Option<Argument<'_>>,
        timeout: Option<Argument<'_>>,
        connect_timeout: Option<Argument<'_>>,
        deadline: Option<Argument<'_>>,
        http2: Option<Argument<'_>>,
        max_retries: Option<Argument<'_>>,
        max_retry_wait: Option<Argument<'_>>,
        proxy: Option<Argument<'_>>,
        ca_file: Option<Argument<'_>>,
        user_agent_suffix: Option<Argument<'_>>,
        default_headers: Option<Argument<'_>>,
        allow_http: Option<Argument<'_>>,
    ) -> PyResult<AsyncClient> {
        let options = Options {
            api_key,
            base_url,
            timeout,
            connect_timeout,
            deadline,
            http2,
            max_retries,
            max_retry_wait,
            proxy,
            ca_file,
            user_agent_suffix,
            default_headers,
            allow_http,
        };
        let client = options.builder()?.build_async().map_err(errors::raise)?;
        Ok(AsyncClient(AsyncHandle(Arc::new(client))))
    }

    /// Messages on any channel.
    #[getter]
    fn messages(&self) -> AsyncMessages {
        AsyncMessages(self.0.clone())
    }

    /// The account's registered Sender IDs.
    #[getter]
    fn sender_ids(&self) -> AsyncSenderIds {
        AsyncSenderIds(self.0.clone())
    }

    /// Campaigns: one message to a whole contact list.
    #[getter]
    fn campaigns(&self) -> AsyncCampaigns {
        AsyncCampaigns(self.0.clone())
    }

    /// The people who can be reached.
    #[getter]
    fn contacts(&self) -> AsyncContacts {
        AsyncContacts(self.0.clone())
    }

    /// Endpoints that Zexa posts delivery events to.
    #[getter]
    fn webhooks(&self) -> AsyncWebhooks {
        AsyncWebhooks(self.0.clone())
    }

    /// The account's credits.
    #[getter]
    fn credits(&self) -> AsyncCreditBalance {
        AsyncCreditBalance(self.0.clone())
    }

    #[pyo3(signature = (*, timeout=None, deadline=None, max_retries=None, retry_ambiguous=None, extra_headers=None))]
    fn with_options(
        &self,
        timeout: Option<Argument<'_>>,
        deadline: Option<Argument<'_>>,
        max_retries: Option<Argument<'_>>,
        retry_ambiguous: Option<Argument<'_>>,
        extra_headers: Option<Argument<'_>>,
    ) -> PyResult<AsyncClient> {
        let calling = Calling { timeout, deadline, max_retries, retry_ambiguous, extra_headers };
        Ok(AsyncClient(AsyncHandle(Arc::new(self.0.with_options(calling)?))))
    }

    #[pyo3(signature = (
        method, path, *, query=None, body=None, timeout=None, deadline=None, max_retries=None, retry_ambiguous=None,
        extra_headers=None,
    ))]
    #[allow(clippy::too_many_arguments, reason = "they are named where they are given")]
    fn request(
        &self,
        py: Python<'_>,
        method: Argument<'_>,
        path: Argument<'_>,
        query: Option<Argument<'_>>,
        body: Option<Argument<'_>>,
        timeout: Option<Argument<'_>>,
        deadline: Option<Argument<'_>>,
        max_retries: Option<Argument<'_>>,
        retry_ambiguous: Option<Argument<'_>>,
        extra_headers: Option<Argument<'_>>,
    ) -> Coroutine {
        let calling = Calling { timeout, deadline, max_retries, retry_ambiguous, extra_headers };
        let begin = || {
            let AnyRequest { method, path, query, body } = AnyRequest::read(&method, &path, query, body)?;
            let (client, watch) = self.0.begin(py, calling)?;
            Ok((watch, binding::request_async(&client, method, &path, &pairs(&query), body.as_deref())))
        };
        Coroutine::begin("AsyncClient.request", begin())
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.0.0.close());
    }

    fn __repr__(&self) -> String {
        repr("AsyncClient", binding::base_url_async(&self.0.0))
    }
}

/// What `request()` takes, in both clients.
struct AnyRequest {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<String>,
}

impl AnyRequest {
    fn read(
        method: &Argument<'_>,
        path: &Argument<'_>,
        query: Option<Argument<'_>>,
        body: Option<Argument<'_>>,
    ) -> PyResult<AnyRequest> {
        Ok(AnyRequest {
            method: method.text("method")?.parse().map_err(errors::raise)?,
            path: path.text("path")?,
            body: body.map(|body| body.body("body")).transpose()?,
            query: query.map(|query| query.query("query")).transpose()?.unwrap_or_default(),
        })
    }
}

fn pairs(query: &[(String, String)]) -> Vec<(&str, &str)> {
    query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Without the key.
fn repr(class: &str, base_url: &str) -> String {
    format!("{class}(base_url='{base_url}')")
}
