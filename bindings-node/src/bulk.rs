//! Bulk runs. JavaScript pulls the rows and takes the results one by one: these are plain function calls, which are cheap. Only waiting for a change is a
//! call with a promise, and usually ends with several results at hand.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use napi::Either;
use napi_derive::napi;
use serde_json::Map;
use zexa::binding::{self, BulkRow, BulkRun, Step};
use zexa::{AsyncClient, BulkOptions, BulkStats, Result, RowResult};

use crate::call::Call;
use crate::completion_queue::Sender;
use crate::json::{Row, WriteJson, text};

/// What JavaScript does next. The numbers are those in `lib/bulk.js`.
#[derive(Clone, Copy)]
enum Next {
    Pull = 0,
    Wait = 1,
}

/// A run of any type of rows.
#[napi]
pub struct NativeRun {
    run: Arc<dyn AnyRun>,
    sender: Arc<Sender>,
    /// Waits for a change of the run.
    changed: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
}

#[napi]
impl NativeRun {
    /// What to do next: a number of `Next`, or JSON: a result is an array, and the end is null or an error.
    #[napi(catch_unwind)]
    pub fn step(&self, can_pull: bool) -> Either<u32, String> {
        self.run.step(can_pull)
    }

    /// Adds a row, as JSON.
    #[napi(catch_unwind)]
    pub fn push(&self, row: String) {
        self.run.push(&row);
    }

    /// Adds a row that is invalid. JavaScript keeps the error.
    #[napi(catch_unwind)]
    pub fn push_invalid(&self) {
        self.run.push_invalid();
    }

    /// The source has no further rows.
    #[napi(catch_unwind)]
    pub fn end(&self) {
        self.run.end();
    }

    /// The source has failed.
    #[napi(catch_unwind)]
    pub fn fail_source(&self) {
        self.run.fail_source();
    }

    /// Stops the run. The rows in flight are waited for.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        self.run.stop();
    }

    /// Stops the run and cancels the rows in flight.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.run.cancel();
    }

    /// Whether every result is recorded, and another run can use the ledger.
    #[napi(catch_unwind)]
    pub fn is_settled(&self) -> bool {
        self.run.is_settled()
    }

    /// The progress, as JSON.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> String {
        text(&self.run.stats())
    }

    /// Whether the run has created its ledger. Null without a ledger.
    #[napi(catch_unwind)]
    pub fn ledger_created(&self) -> Option<bool> {
        self.run.ledger_created()
    }

    /// Completes the call when the run has changed. At most one call waits at a time.
    #[napi(catch_unwind)]
    pub fn wait(&self, call: u32) {
        let waiting = Arc::new(Waiting(Mutex::new(Some(Call::new(call, self.sender.clone())))));
        let waker = Waker::from(waiting.clone());
        let mut context = Context::from_waker(&waker);
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        // A change that the last call was woken for.
        if changed.as_mut().is_some_and(|last| last.as_mut().poll(&mut context).is_ready()) {
            *changed = None;
        }
        let current = changed.get_or_insert_with(|| self.run.clone().changed());
        if let Poll::Ready(()) = current.as_mut().poll(&mut context) {
            *changed = None;
            waiting.complete();
        }
    }
}

impl NativeRun {
    pub(crate) fn begin<P>(client: &AsyncClient, sender: Arc<Sender>, options: &BulkOptions) -> Result<NativeRun>
    where
        P: BulkRow<Model: WriteJson>,
    {
        let run: BulkRun<P> = binding::begin_run_async(client, options)?;
        Ok(NativeRun { run: Arc::new(run), sender, changed: Mutex::default() })
    }
}

/// A call that waits for a change. It needs no runtime, and no thread.
struct Waiting(Mutex<Option<Call>>);

impl Waiting {
    fn complete(&self) {
        let call = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(call) = call {
            call.complete(Ok(()));
        }
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.complete();
    }
}

trait AnyRun: Send + Sync {
    fn step(&self, can_pull: bool) -> Either<u32, String>;
    fn push(&self, row: &str);
    fn push_invalid(&self);
    fn end(&self);
    fn fail_source(&self);
    fn stop(&self);
    fn cancel(&self);
    fn is_settled(&self) -> bool;
    fn stats(&self) -> BulkStats;
    fn ledger_created(&self) -> Option<bool>;
    fn changed(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

impl<P: BulkRow<Model: WriteJson>> AnyRun for BulkRun<P> {
    fn step(&self, can_pull: bool) -> Either<u32, String> {
        match BulkRun::step(self, can_pull) {
            Step::Pull => Either::A(Next::Pull as u32),
            Step::Wait => Either::A(Next::Wait as u32),
            Step::Result(result) => Either::B(text(&result)),
            Step::End(error) => Either::B(text(&error)),
        }
    }

    fn push(&self, row: &str) {
        match binding::params(row) {
            Ok(row) => BulkRun::push(self, row),
            Err(error) => BulkRun::push_invalid(self, error),
        }
    }

    fn push_invalid(&self) {
        BulkRun::push_invalid(self, binding::invalid_argument("row", "is invalid"));
    }

    fn end(&self) {
        BulkRun::end(self);
    }

    fn fail_source(&self) {
        BulkRun::fail_source(self);
    }

    fn stop(&self) {
        BulkRun::stop(self);
    }

    fn cancel(&self) {
        BulkRun::cancel(self);
    }

    fn is_settled(&self) -> bool {
        BulkRun::is_settled(self)
    }

    fn stats(&self) -> BulkStats {
        BulkRun::stats(self)
    }

    fn ledger_created(&self) -> Option<bool> {
        self.ledger().map(|(_, is_new)| is_new)
    }

    fn changed(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move { BulkRun::changed(&self).await })
    }
}

impl<T: WriteJson> WriteJson for RowResult<T> {
    fn write(&self, json: &mut Vec<u8>) {
        let mut row = Row::begin(json);
        row.value(&self.index);
        row.value(&self.idempotency_key);
        row.nested(&self.value);
        row.nested(&self.error);
        row.value(&self.outcome.as_str());
        row.value(&self.replayed);
        row.value(&self.recorded);
        row.value(&self.exists);
        row.end(&Map::new());
    }
}
