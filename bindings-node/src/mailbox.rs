//! The mailbox of a thread of JavaScript: what came of its calls, until it takes it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, check_status, sys};
use napi_derive::napi;
use zexa::CancelToken;

/// Rings for the thread of JavaScript. By itself it does not keep the process alive.
type Bell = ThreadsafeFunction<(), (), String, Status, false, true>;

/// Made once by each thread of JavaScript that loads the package.
#[napi]
pub struct Mailbox {
    post: Arc<Post>,
}

impl Drop for Mailbox {
    /// The thread has come to its end, as a worker does that is terminated. Nobody waits for its calls any more.
    fn drop(&mut self) {
        self.post.closed.cancel();
    }
}

/// What other threads have of a mailbox.
pub(crate) struct Post {
    letters: Arc<Letters>,
    bell: Bell,
    closed: CancelToken,
}

/// Letters that were not taken yet, as JSON arrays without their last bracket: so many are taken, and parsed, at once.
#[derive(Default)]
struct Letters(Mutex<VecDeque<String>>);

/// No more letters are put into an array that is so long: V8 has no strings of any length, and what it parses at once keeps all else waiting.
const LONG: usize = 16 << 20;

#[napi]
impl Mailbox {
    /// Every so often `deliver` is called with all that was posted: a JSON array of `[call, failed, value]`. It must not throw.
    #[napi(constructor, catch_unwind)]
    pub fn new(deliver: Function<'_, String, ()>) -> Result<Mailbox> {
        let letters = Arc::new(Letters::default());
        let taken = letters.clone();
        let bell =
            deliver.build_threadsafe_function::<()>().weak::<true>().build_callback(move |_| Ok(taken.take()))?;
        Ok(Mailbox { post: Arc::new(Post { letters, bell, closed: CancelToken::new() }) })
    }

    /// Whether the process is to live on for what is to come.
    #[napi(catch_unwind)]
    #[allow(unsafe_code, reason = "napi-rs has no safe way that is not deprecated")]
    pub fn expect_mail(&self, env: Env, expected: bool) -> Result<()> {
        let bell = self.post.bell.raw();
        // SAFETY: this is the thread of JavaScript that made the function, which lives for as long as `self`.
        let status = unsafe {
            match expected {
                true => sys::napi_ref_threadsafe_function(env.raw(), bell),
                false => sys::napi_unref_threadsafe_function(env.raw(), bell),
            }
        };
        check_status!(status)
    }
}

impl Mailbox {
    pub(crate) fn post(&self) -> Arc<Post> {
        self.post.clone()
    }
}

impl Post {
    /// Posts a letter: what came of a call, or something that it has to tell. Where the thread has come to its end, nobody reads it.
    pub(crate) fn send(&self, call: u32, what: Letter, value: &str) {
        if self.letters.add(call, what, value) {
            self.bell.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// Cancelled when nobody reads any letter any more.
    pub(crate) fn closed(&self) -> &CancelToken {
        &self.closed
    }
}

/// What a letter is. The numbers are those in `lib/calls.js`.
#[derive(Clone, Copy)]
pub(crate) enum Letter {
    Answer = 0,
    Error = 1,
    /// An attempt, for the logger whose number is in the place of the call's.
    Attempt = 2,
    /// That logger is not needed any more.
    LoggerGone = 3,
}

impl Letters {
    fn arrays(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an array was begun, which somebody has to ring for.
    fn add(&self, call: u32, what: Letter, value: &str) -> bool {
        let mut arrays = self.arrays();
        let begun = arrays.back().is_none_or(|array| array.len() > LONG);
        if begun {
            arrays.push_back(String::new());
        }
        let array = arrays.back_mut().expect("there is one now");
        array.push(if begun { '[' } else { ',' });
        array.push_str(&format!("[{call},{},", what as u8));
        array.push_str(value);
        array.push(']');
        begun
    }

    /// The oldest array.
    fn take(&self) -> String {
        let mut array = self.arrays().pop_front().unwrap_or_else(|| "[".to_owned());
        array.push(']');
        array
    }
}
