//! The completion queue of a JavaScript thread: the results of its calls, until the thread takes them.

use std::collections::VecDeque;
use std::io::Write;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, check_status, sys};
use napi_derive::napi;
use zexa::CancelToken;

use crate::json::WriteJson;

/// Wakes the JavaScript thread. It does not keep the process alive by itself.
type Waker = ThreadsafeFunction<(), (), (), Status, false, true>;

/// The queue of a JavaScript thread that loads the package. Each context of a thread that loads it has its own.
#[napi]
pub struct CompletionQueue {
    sender: Arc<Sender>,
}

#[napi]
impl CompletionQueue {
    /// `deliver` receives the entries that have arrived since its last call: a JSON array of `[number, kind, value]`. The queue references it strongly while
    /// calls are in flight; at other times, the owner of the queue must keep it alive.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, deliver: Function<'_, String, ()>) -> Result<CompletionQueue> {
        let sender = Arc::new(Sender {
            batches: PendingBatches::default(),
            calls_in_flight: AtomicUsize::new(0),
            closed: CancelToken::new(),
            waker: OnceLock::new(),
            callback: Callback::new(env, &deliver)?,
        });
        let own = Arc::downgrade(&sender);
        let wake = env.create_function_from_closure::<(), (), _>("deliver", move |_| match own.upgrade() {
            Some(sender) => sender.deliver(),
            None => Ok(()),
        })?;
        // A separate function, because the waker references its function forever: `deliver` would keep the whole JavaScript context alive.
        let waker = wake.build_threadsafe_function::<()>().weak::<true>().build_callback(|_| Ok(()))?;
        // The cell is empty, so this cannot fail.
        let _ = sender.waker.set(waker);
        Ok(CompletionQueue { sender })
    }
}

impl CompletionQueue {
    pub(crate) fn sender(&self) -> Arc<Sender> {
        self.sender.clone()
    }
}

impl Drop for CompletionQueue {
    /// The thread has ended, as a terminated worker does. Nobody waits for its calls any more.
    fn drop(&mut self) {
        self.sender.closed.cancel();
    }
}

/// The sending half of a queue, which other threads share.
pub(crate) struct Sender {
    batches: PendingBatches,
    /// Number of calls in flight. While there are any, the process stays alive.
    calls_in_flight: AtomicUsize,
    closed: CancelToken,
    /// Set as soon as the queue exists.
    waker: OnceLock<Waker>,
    callback: Callback,
}

impl Sender {
    /// Counts a new call. Runs on the JavaScript thread.
    pub(crate) fn begin_call(&self) {
        if self.calls_in_flight.fetch_add(1, Ordering::Relaxed) == 0 {
            self.callback.set_referenced(self.waker(), true);
        }
    }

    /// Adds an entry: the result of a call, or a record for a logger. If the JavaScript thread has ended, nobody reads it.
    pub(crate) fn send(&self, number: u32, kind: EntryKind, value: &impl WriteJson) {
        if self.batches.add(number, kind, value) {
            self.waker().call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// A token that is cancelled when nobody reads entries any more.
    pub(crate) fn closed(&self) -> &CancelToken {
        &self.closed
    }

    /// Passes the oldest batch to JavaScript, on its thread.
    fn deliver(&self) -> Result<()> {
        let batch = self.batches.take();
        let deliver = self.callback.function()?;
        // An idle client does not keep the process alive.
        if batch.completed_calls > 0
            && self.calls_in_flight.fetch_sub(batch.completed_calls, Ordering::Relaxed) == batch.completed_calls
        {
            self.callback.set_referenced(self.waker(), false);
        }
        match deliver {
            Some(deliver) => deliver.call(batch.into_json()),
            None => Ok(()),
        }
    }

    fn waker(&self) -> &Waker {
        self.waker.get().expect("it is set before the queue is returned")
    }
}

/// The function that receives the entries. The reference to it is strong while calls are in flight.
struct Callback {
    env: usize,
    /// Never deleted: it is small, and its last owner may be another thread.
    function: usize,
}

#[allow(
    unsafe_code,
    reason = "napi-rs has no reference that is weak at times, and only deprecated functions that keep a process alive"
)]
impl Callback {
    fn new(env: Env, function: &Function<'_, String, ()>) -> Result<Callback> {
        let mut reference = ptr::null_mut();
        // SAFETY: the function belongs to this environment.
        check_status!(unsafe { sys::napi_create_reference(env.raw(), function.raw(), 0, &mut reference) })?;
        Ok(Callback { env: env.raw() as usize, function: reference as usize })
    }

    fn env(&self) -> sys::napi_env {
        self.env as sys::napi_env
    }

    fn reference(&self) -> sys::napi_ref {
        self.function as sys::napi_ref
    }

    /// The function, or `None` if it was garbage-collected.
    fn function(&self) -> Result<Option<Function<'_, String, ()>>> {
        let mut value = ptr::null_mut();
        // SAFETY: called on the JavaScript thread of this environment; the reference is never deleted, and refers to such a function.
        unsafe {
            check_status!(sys::napi_get_reference_value(self.env(), self.reference(), &mut value))?;
            if value.is_null() { Ok(None) } else { Function::from_napi_value(self.env(), value).map(Some) }
        }
    }

    /// Sets whether the function, and the process, stay alive to receive entries.
    fn set_referenced(&self, waker: &Waker, referenced: bool) {
        let mut count = 0;
        // SAFETY: called on the JavaScript thread of this environment, whose cleanup, which frees the waker, has not begun.
        let statuses = unsafe {
            match referenced {
                true => [
                    sys::napi_reference_ref(self.env(), self.reference(), &mut count),
                    sys::napi_ref_threadsafe_function(self.env(), waker.raw()),
                ],
                false => [
                    sys::napi_reference_unref(self.env(), self.reference(), &mut count),
                    sys::napi_unref_threadsafe_function(self.env(), waker.raw()),
                ],
            }
        };
        debug_assert_eq!(statuses, [sys::Status::napi_ok; 2]);
    }
}

/// Kinds of entries. The numbers are those in `lib/calls.js`.
#[derive(Clone, Copy)]
pub(crate) enum EntryKind {
    Result = 0,
    Error = 1,
    /// The record of an attempt. The number is that of a logger, not of a call.
    Attempt = 2,
    /// A warning, with the number of a logger.
    Warning = 3,
    /// The logger of this number is not needed any more.
    LoggerDropped = 4,
}

/// Entries that JavaScript has not taken yet.
#[derive(Default)]
struct PendingBatches(Mutex<VecDeque<Batch>>);

/// Entries that are delivered and parsed together: a JSON array without its closing bracket.
#[derive(Default)]
struct Batch {
    json: Vec<u8>,
    /// Number of calls that the batch completes.
    completed_calls: usize,
}

/// Bytes after which a batch accepts no more entries: the length of V8's strings is limited, and parsing a batch blocks the thread.
const FULL: usize = 16 << 20;

impl PendingBatches {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Batch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an entry. Returns whether it starts a new batch, for which the thread must be woken.
    fn add(&self, number: u32, kind: EntryKind, value: &impl WriteJson) -> bool {
        // Written before the lock is taken, as the first entry of a batch; for any other entry, a comma replaces the first byte.
        let mut entry = Vec::with_capacity(512);
        write!(entry, "[[{number},{},", kind as u8).expect("writing to a vector cannot fail");
        value.write(&mut entry);
        entry.push(b']');
        let completed_calls = usize::from(matches!(kind, EntryKind::Result | EntryKind::Error));
        let mut batches = self.lock();
        match batches.back_mut().filter(|batch| batch.json.len() <= FULL) {
            Some(batch) => {
                entry[0] = b',';
                batch.json.append(&mut entry);
                batch.completed_calls += completed_calls;
                false
            }
            None => {
                batches.push_back(Batch { json: entry, completed_calls });
                true
            }
        }
    }

    /// Takes the oldest batch. It is empty if there is none.
    fn take(&self) -> Batch {
        self.lock().pop_front().unwrap_or_default()
    }
}

impl Batch {
    fn into_json(mut self) -> String {
        if self.json.is_empty() {
            self.json.push(b'[');
        }
        self.json.push(b']');
        String::from_utf8(self.json).expect("JSON is UTF-8")
    }
}
