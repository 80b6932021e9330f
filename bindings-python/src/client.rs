//! The clients of the extension module, and the handles that their resources share.

use std::sync::Arc;

use pyo3::prelude::*;
use serde::Serialize;
use zexa::{Method, binding};

use crate::arguments::Argument;
use crate::call_options::CallArguments;
use crate::client_options::ClientArguments;
use crate::coroutine::{CallHandle, Coroutine};
use crate::generated::*;
use crate::logging::{LogBuffer, LogObserver};
use crate::response::Response;
use crate::{errors, logging, waiting};

/// Makes the calls of a blocking client. The class that users see is in Python: `_client.py`.
#[pyclass(frozen, module = "zexa._zexa", name = "_Client")]
pub(crate) struct Client(Handle);

/// Makes the calls of an async client. The class that users see is in Python: `_async.py`.
#[pyclass(frozen, module = "zexa._zexa", name = "_AsyncClient")]
pub(crate) struct AsyncClient(pub(crate) AsyncHandle);

/// A client, shared with its resources.
#[derive(Clone)]
pub(crate) struct Handle(Arc<zexa::Client>);

/// An async client, shared with its resources.
#[derive(Clone)]
pub(crate) struct AsyncHandle(Arc<zexa::AsyncClient>);

impl Handle {
    /// Makes a call with these options.
    pub(crate) fn call<T: Send + Serialize>(
        &self,
        py: Python<'_>,
        options: CallArguments<'_>,
        call: impl FnOnce(&zexa::Client) -> zexa::Result<T> + Send,
    ) -> PyResult<T> {
        logging::refresh_level(py)?;
        let client = self.0.with_options(options.convert()?.cancel(&waiting::token()));
        waiting::run(py, || call(&client))
    }

    /// The client for calls with these options.
    pub(crate) fn with_options(&self, options: CallArguments<'_>) -> PyResult<zexa::Client> {
        Ok(self.0.with_options(options.convert()?))
    }
}

impl AsyncHandle {
    /// The client for calls with these options.
    fn with_options(&self, options: CallArguments<'_>) -> PyResult<zexa::AsyncClient> {
        Ok(self.0.with_options(options.convert()?))
    }

    /// The client for one call with these options, and the handle of the call.
    pub(crate) fn begin(
        &self,
        py: Python<'_>,
        options: CallArguments<'_>,
    ) -> PyResult<(zexa::AsyncClient, CallHandle)> {
        logging::refresh_level(py)?;
        let (handle, options) = CallHandle::attach(options.convert()?);
        Ok((self.0.with_options(options), handle))
    }

    /// The client for a list with these options, and the log records of the list.
    pub(crate) fn list(
        &self,
        py: Python<'_>,
        options: CallArguments<'_>,
    ) -> PyResult<(zexa::AsyncClient, Arc<LogBuffer>)> {
        logging::refresh_level(py)?;
        let log = Arc::<LogBuffer>::default();
        // No notification: the next page wakes the task that waits for the list.
        let observer = LogObserver { log: log.clone(), notify: || {} };
        let options = binding::observed(options.convert()?, observer);
        Ok((self.0.with_options(options), log))
    }
}

#[pymethods]
impl Client {
    fn __reduce__(&self) -> PyResult<()> {
        Err(errors::cannot_pickle())
    }

    #[new]
    #[pyo3(signature = (
        *, api_key=None, base_url=None, timeout=None, connect_timeout=None, deadline=None, max_connections=None,
        http2=None, max_retries=None, max_retry_wait=None, proxy=None, ca_file=None, user_agent_suffix=None,
        default_headers=None, allow_http=None,
    ))]
    #[allow(clippy::too_many_arguments, reason = "callers pass them by name")]
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
        let options = ClientArguments {
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
        let builder = binding::observed_client(options.builder()?, logging::ThreadObserver);
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
        let options = CallArguments {
            timeout,
            deadline,
            max_retries,
            retry_ambiguous,
            extra_headers,
            extra_query,
            extra_body: None,
        };
        Ok(Client(Handle(Arc::new(self.0.with_options(options)?))))
    }

    #[pyo3(signature = (
        method, path, *, query=None, body=None, timeout=None, deadline=None, max_retries=None, retry_ambiguous=None,
        extra_headers=None,
    ))]
    #[allow(clippy::too_many_arguments, reason = "callers pass them by name")]
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
        let options = CallArguments {
            timeout,
            deadline,
            max_retries,
            retry_ambiguous,
            extra_headers,
            ..CallArguments::default()
        };
        let RequestArguments { method, path, query, body } = RequestArguments::read(&method, &path, query, body)?;
        self.0
            .call(py, options, |client| binding::request(client, method, &path, &pairs(&query), body.as_deref()))
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
    fn __reduce__(&self) -> PyResult<()> {
        Err(errors::cannot_pickle())
    }

    #[new]
    #[pyo3(signature = (
        *, api_key=None, base_url=None, timeout=None, connect_timeout=None, deadline=None, max_connections=None,
        http2=None, max_retries=None, max_retry_wait=None, proxy=None, ca_file=None, user_agent_suffix=None,
        default_headers=None, allow_http=None,
    ))]
    #[allow(clippy::too_many_arguments, reason = "callers pass them by name")]
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
        let options = ClientArguments {
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
        let options = CallArguments {
            timeout,
            deadline,
            max_retries,
            retry_ambiguous,
            extra_headers,
            extra_query,
            extra_body: None,
        };
        Ok(AsyncClient(AsyncHandle(Arc::new(self.0.with_options(options)?))))
    }

    #[pyo3(signature = (
        method, path, *, query=None, body=None, timeout=None, deadline=None, max_retries=None, retry_ambiguous=None,
        extra_headers=None,
    ))]
    #[allow(clippy::too_many_arguments, reason = "callers pass them by name")]
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
        let options = CallArguments {
            timeout,
            deadline,
            max_retries,
            retry_ambiguous,
            extra_headers,
            ..CallArguments::default()
        };
        let begin = || {
            let RequestArguments { method, path, query, body } = RequestArguments::read(&method, &path, query, body)?;
            let (client, handle) = self.0.begin(py, options)?;
            Ok((handle, binding::request_async(&client, method, &path, &pairs(&query), body.as_deref())))
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

/// The arguments of `request()`, in both clients.
struct RequestArguments {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<String>,
}

impl RequestArguments {
    fn read(
        method: &Argument<'_>,
        path: &Argument<'_>,
        query: Option<Argument<'_>>,
        body: Option<Argument<'_>>,
    ) -> PyResult<RequestArguments> {
        Ok(RequestArguments {
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

/// The `repr()` of a client, without the API key.
fn repr(class: &str, base_url: &str) -> String {
    format!("{class}(base_url='{base_url}')")
}
