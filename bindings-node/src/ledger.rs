//! `NativeLedger`: the ledger behind the JavaScript class `Ledger`.
//!
//! Each ledger has a thread, which opens, uses and closes the file: it may have to wait for the disk, and for other processes. The thread runs one
//! operation after the other, in the order of the calls. It ends when JavaScript has freed the ledger.

use std::sync::{Arc, mpsc};
use std::thread;

use napi::Env;
use napi::bindgen_prelude::ObjectFinalize;
use napi_derive::napi;
use zexa::{Ledger, Result, binding};

use crate::call::Call;
use crate::completion_queue::{CompletionQueue, Sender};
use crate::errors::to_napi_error;
use crate::json::WriteJson;

/// An operation. The ledger is `None` until it is open.
type Job = Box<dyn FnOnce(&mut Option<Ledger>) + Send>;

/// A ledger, and the queue that receives the results of its calls.
#[napi(custom_finalize)]
pub struct NativeLedger {
    jobs: mpsc::Sender<Job>,
    sender: Arc<Sender>,
}

/// Memory outside the JavaScript heap that is reported to V8 for a ledger, so that unused ledgers, with their threads and files, are collected soon.
const EXTERNAL_BYTES: i64 = 4 << 20;

impl ObjectFinalize for NativeLedger {
    fn finalize(self, env: Env) -> napi::Result<()> {
        env.adjust_external_memory(-EXTERNAL_BYTES).map(drop)
    }
}

#[napi]
impl NativeLedger {
    /// Creates a ledger that is not open yet.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, queue: &CompletionQueue) -> napi::Result<NativeLedger> {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let run = move || {
            let mut ledger = None;
            for job in waiting {
                job(&mut ledger);
            }
        };
        thread::Builder::new().name("zexa-ledger".into()).spawn(run).map_err(|error| {
            to_napi_error(binding::not_started(&format!("cannot start the thread that uses the ledger: {error}")))
        })?;
        env.adjust_external_memory(EXTERNAL_BYTES)?;
        Ok(NativeLedger { jobs, sender: queue.sender() })
    }

    /// Opens the file. The result is its absolute path.
    #[napi(catch_unwind)]
    pub fn open(&self, call: u32, path: String, create: bool) {
        self.run(call, move |opened| {
            let ledger = if create { Ledger::create(path) } else { Ledger::open(path) }?;
            Ok(opened.insert(ledger).path().to_string_lossy().into_owned())
        });
    }

    /// Counts the rows by state.
    #[napi(catch_unwind)]
    pub fn counts(&self, call: u32) {
        self.run_open(call, Ledger::counts);
    }

    /// Returns the rows in doubt.
    #[napi(catch_unwind)]
    pub fn in_doubt(&self, call: u32) {
        self.run_open(call, Ledger::in_doubt);
    }

    /// Settles a row in doubt: its request was processed.
    #[napi(catch_unwind)]
    pub fn mark_sent(&self, call: u32, key: String, id: Option<String>) {
        self.run_open(call, move |ledger| ledger.mark_sent(&key, id.as_deref()));
    }

    /// Settles a row in doubt: its request was not processed.
    #[napi(catch_unwind)]
    pub fn mark_not_sent(&self, call: u32, key: String) {
        self.run_open(call, move |ledger| ledger.mark_not_sent(&key));
    }

    /// Replaces the rows that were accepted before this time by their keys. The result is their number.
    #[napi(catch_unwind)]
    pub fn prune(&self, call: u32, before: String) {
        self.run_open(call, move |ledger| ledger.prune(binding::timestamp("before", &before)?));
    }

    /// Writes all rows to a CSV file. The result is their number.
    #[napi(catch_unwind)]
    pub fn export(&self, call: u32, path: String) {
        self.run_open(call, move |ledger| ledger.export_to_file(path));
    }
}

impl NativeLedger {
    fn run_open<T: WriteJson>(&self, call: u32, act: impl FnOnce(&Ledger) -> Result<T> + Send + 'static) {
        self.run(call, |ledger| act(ledger.as_ref().expect("JavaScript receives only a ledger that is open")));
    }

    /// Starts a call on the ledger's thread. Its result is sent to the completion queue.
    fn run<T: WriteJson>(&self, call: u32, act: impl FnOnce(&mut Option<Ledger>) -> Result<T> + Send + 'static) {
        let call = Call::new(call, self.sender.clone());
        // If a panic has ended the thread, the job is dropped, which completes the call with an error.
        let _ = self.jobs.send(Box::new(move |ledger| call.complete(act(ledger))));
    }
}
