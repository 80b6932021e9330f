//! The clients, and what their resources hold of them.

use std::sync::Arc;

use pyo3::prelude::*;
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

/// Makes the calls of a blocking client. The class that users see is in Python: `_client.py`.
#[pyclass(frozen, module = "zexa._zexa", name = "_Client")]
pub(crate) struct Client(Handle);

/// Makes the calls of an async client. The class that users see is in Python: `_async.py`.
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

#[pymethods]
impl Client {
    #[new]
    #[pyo3(signature = (
        *, api_key=None, base_url=None, timeout=None, connect_timeout=None, deadline=None, max_connections=None,
        http2=None, max_retries=None, max_retry_wait=None, proxy=None, ca_file=None, user_agent_suffix=None,
        default_headers=None, allow_http=None,
    ))]
    #[allow(clippy::too_many_arguments, reason = "they are named where they are given")]
    fn new(
        api_key: Option<Argument<'_>>,
        base_url: Option<Argument<'_>>,
        timeout: Option<Argument<'_>>,
        connect_timeout: Option<Argument<'_>>,
        deadline: Option<Argument<'_>>,
        max_connections: Option<Argument<'_>>,
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
            max_connections,
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
        Ok(Client(Handle(Arc::new(builder.build().map_err(errors::raise)?))))
    }

    #[getter]
    fn messages(&self) -> Messages {
        Messages(self.0.clone())
    }

    #[getter]
    fn sender_ids(&self) -> SenderIds {
        SenderIds(self.0.clone())
    }

    #[getter]
    fn campaigns(&self) -> Campaigns {
        Campaigns(self.0.clone())
    }

    #[getter]
    fn contacts(&self) -> Contacts {
        Contacts(self.0.clone())
    }

    #[getter]
    fn webhooks(&self) -> Webhooks {
        Webhooks(self.0.clone())
    }

    #[getter]
    fn credits(&self) -> CreditBalance {
        CreditBalance(self.0.clone())
    }

    #[pyo3(signature = (
        *, timeout=None, deadline=None, max_retries=None, retry_ambiguous=None, extra_headers=None, extra_query=None,
    ))]
    fn with_options(
        &self,
        timeout: Option<Argument<'_>>,
        deadline: Option<Argument<'_>>,
        max_retries: Option<Argument<'_>>,
        retry_ambiguous: Option<Argument<'_>>,
        extra_headers: Option<Argument<'_>>,
        extra_query: Option<Argument<'_>>,
    ) -> PyResult<Client> {
        let calling =
            Calling { timeout, deadline, max_retries, retry_ambiguous, extra_headers, extra_query, extra_body: None };
        Ok(Client(Handle(Arc::new(self.0.with_options(calling)?))))
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
    ) -> PyResult<Response> {
        let calling = Calling { timeout, deadline, max_retries, retry_ambiguous, extra_headers, ..Calling::default() };
        let AnyRequest { method, path, query, body } = AnyRequest::read(&method, &path, query, body)?;
        self.0
            .call(py, calling, |client| binding::request(client, method, &path, &pairs(&query), body.as_deref()))
            .map(Response)
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.0.0.close());
    }

    fn __repr__(&self) -> String {
        repr("Client", binding::base_url(&self.0.0))
    }
}

#[pymethods]
impl AsyncClient {
    #[new]
    #[pyo3(signature = (
        *, api_key=None, base_url=None, timeout=None, connect_timeout=None, deadline=None, max_connections=None,
        http2=None, max_retries=None, max_retry_wait=None, proxy=None, ca_file=None, user_agent_suffix=None,
        default_headers=None, allow_http=None,
    ))]
    #[allow(clippy::too_many_arguments, reason = "they are named where they are given")]
    fn new(
        api_key: Option<Argument<'_>>,
        base_url: Option<Argument<'_>>,
        timeout: Option<Argument<'_>>,
        connect_timeout: Option<Argument<'_>>,
        deadline: Option<Argument<'_>>,
        max_connections: Option<Argument<'_>>,
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
            max_connections,
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

    #[getter]
    fn messages(&self) -> AsyncMessages {
        AsyncMessages(self.0.clone())
    }

    #[getter]
    fn sender_ids(&self) -> AsyncSenderIds {
        AsyncSenderIds(self.0.clone())
    }

    #[getter]
    fn campaigns(&self) -> AsyncCampaigns {
        AsyncCampaigns(self.0.clone())
    }

    #[getter]
    fn contacts(&self) -> AsyncContacts {
        AsyncContacts(self.0.clone())
    }

    #[getter]
    fn webhooks(&self) -> AsyncWebhooks {
        AsyncWebhooks(self.0.clone())
    }

    #[getter]
    fn credits(&self) -> AsyncCreditBalance {
        AsyncCreditBalance(self.0.clone())
    }

    #[pyo3(signature = (
        *, timeout=None, deadline=None, max_retries=None, retry_ambiguous=None, extra_headers=None, extra_query=None,
    ))]
    fn with_options(
        &self,
        timeout: Option<Argument<'_>>,
        deadline: Option<Argument<'_>>,
        max_retries: Option<Argument<'_>>,
        retry_ambiguous: Option<Argument<'_>>,
        extra_headers: Option<Argument<'_>>,
        extra_query: Option<Argument<'_>>,
    ) -> PyResult<AsyncClient> {
        let calling =
            Calling { timeout, deadline, max_retries, retry_ambiguous, extra_headers, extra_query, extra_body: None };
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
        let calling = Calling { timeout, deadline, max_retries, retry_ambiguous, extra_headers, ..Calling::default() };
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
