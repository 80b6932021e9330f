//! The clients of the extension module, and the handles that their resources share.

use std::sync::Arc;

use pyo3::prelude::*;
use serde::Serialize;
use zexa::binding::Item;
use zexa::{CallOptions, Method, binding};

use crate::arguments::Argument;
use crate::async_list::AsyncList;
use crate::coroutine::{CallHandle, Coroutine};
use crate::list::List;
use crate::logging::{LogBuffer, LogObserver};
use crate::model::IntoPython;
use crate::options::{CallArguments, ClientArguments};
use crate::{errors, logging, waiting};

/// Makes the calls of a blocking client. The class that users see is in Python: `_client.py`.
#[pyclass(frozen, module = "zexa._zexa", name = "_Client")]
pub(crate) struct Client(pub(crate) Handle);

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
    /// The client with these options.
    pub(crate) fn with_options(&self, options: CallOptions) -> zexa::Client {
        self.0.with_options(options)
    }

    /// Makes a call with these options and arguments.
    pub(crate) fn call<A: Send + Sync, T: IntoPython + Serialize>(
        &self,
        py: Python<'_>,
        options: &CallArguments<'_>,
        arguments: impl FnOnce() -> PyResult<A>,
        call: impl FnOnce(&zexa::Client, &A) -> zexa::Result<T> + Send,
    ) -> PyResult<Py<PyAny>> {
        let arguments = arguments()?;
        logging::refresh_level(py)?;
        let client = self.0.with_options(options.convert()?.cancel(&waiting::token()));
        waiting::run(py, || call(&client, &arguments))?.into_python(py)
    }

    /// The list with these options, arguments and limit. Sends nothing.
    pub(crate) fn list<A: Send + Sync + 'static, T: IntoPython + Item>(
        &self,
        options: &CallArguments<'_>,
        arguments: impl FnOnce() -> PyResult<(A, Option<u32>)>,
        list: impl Fn(&zexa::Client, &A) -> zexa::List<T> + Send + Sync + 'static,
    ) -> PyResult<List> {
        let (arguments, limit) = arguments()?;
        let client = self.0.with_options(options.convert()?);
        Ok(List::new(client, limit, move |client| list(client, &arguments)))
    }
}

impl AsyncHandle {
    /// The client with these options.
    pub(crate) fn with_options(&self, options: CallOptions) -> zexa::AsyncClient {
        self.0.with_options(options)
    }

    /// Starts a call with these options and arguments. `name` is that of the method.
    pub(crate) fn call<A, T: IntoPython, F: Future<Output = zexa::Result<T>> + Send + 'static>(
        &self,
        py: Python<'_>,
        name: &'static str,
        options: &CallArguments<'_>,
        arguments: impl FnOnce() -> PyResult<A>,
        call: impl FnOnce(&zexa::AsyncClient, &A) -> F,
    ) -> Coroutine {
        let begin = || {
            logging::refresh_level(py)?;
            let (handle, options) = CallHandle::attach(options.convert()?);
            Ok((handle, call(&self.0.with_options(options), &arguments()?)))
        };
        Coroutine::begin(name, begin())
    }

    /// The list with these options, arguments and limit. Sends nothing.
    pub(crate) fn list<A: Send + Sync + 'static, T: IntoPython + Item>(
        &self,
        py: Python<'_>,
        options: &CallArguments<'_>,
        arguments: impl FnOnce() -> PyResult<(A, Option<u32>)>,
        list: impl Fn(&zexa::AsyncClient, &A) -> zexa::AsyncList<T> + Send + Sync + 'static,
    ) -> PyResult<AsyncList> {
        logging::refresh_level(py)?;
        let log = Arc::<LogBuffer>::default();
        // No notification: the next page wakes the task that waits for the list.
        let observer = LogObserver { log: log.clone(), notify: || {} };
        let client = self.0.with_options(binding::observed(options.convert()?, observer));
        let (arguments, limit) = arguments()?;
        Ok(AsyncList::new(log, limit, move || list(&client, &arguments)))
    }
}

#[pymethods]
impl Client {
    fn __reduce__(&self) -> PyResult<()> {
        Err(errors::cannot_pickle())
    }

    #[new]
    fn new(options: ClientArguments<'_>) -> PyResult<Client> {
        let builder = binding::observed_client(options.builder()?, logging::ThreadObserver);
        Ok(Client(Handle(Arc::new(builder.build().map_err(errors::raise)?))))
    }

    fn with_options(&self, options: CallArguments<'_>) -> PyResult<Client> {
        Ok(Client(Handle(Arc::new(self.0.0.with_options(options.convert()?)))))
    }

    fn request(
        &self,
        py: Python<'_>,
        method: Argument<'_>,
        path: Argument<'_>,
        query: Option<Argument<'_>>,
        body: Option<Argument<'_>>,
        options: CallArguments<'_>,
    ) -> PyResult<Py<PyAny>> {
        let arguments = || RequestArguments::read(&method, &path, query, body);
        self.0.call(py, &options, arguments, |client, RequestArguments { method, path, query, body }| {
            binding::request(client, *method, path, &pairs(query), body.as_deref())
        })
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
    fn new(options: ClientArguments<'_>) -> PyResult<AsyncClient> {
        let client = options.builder()?.build_async().map_err(errors::raise)?;
        Ok(AsyncClient(AsyncHandle(Arc::new(client))))
    }

    fn with_options(&self, options: CallArguments<'_>) -> PyResult<AsyncClient> {
        Ok(AsyncClient(AsyncHandle(Arc::new(self.0.0.with_options(options.convert()?)))))
    }

    fn request(
        &self,
        py: Python<'_>,
        method: Argument<'_>,
        path: Argument<'_>,
        query: Option<Argument<'_>>,
        body: Option<Argument<'_>>,
        options: CallArguments<'_>,
    ) -> Coroutine {
        let arguments = || RequestArguments::read(&method, &path, query, body);
        let name = "AsyncClient.request";
        self.0.call(py, name, &options, arguments, |client, RequestArguments { method, path, query, body }| {
            binding::request_async(client, *method, path, &pairs(query), body.as_deref())
        })
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
