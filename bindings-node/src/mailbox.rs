//! The mailbox of a thread of JavaScript: what came of its calls, until it takes it.

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

use crate::json::Plain;

/// Rings for the thread of JavaScript. By itself it does not keep the process alive.
type Bell = ThreadsafeFunction<(), (), (), Status, false, true>;

/// Made by each thread of JavaScript that loads the package, and once more by each context of such a thread that does.
#[napi]
pub struct Mailbox {
    post: Arc<Post>,
}

#[napi]
impl Mailbox {
    /// Every so often `deliver` is called with what was posted: a JSON array of `[number, what, value]`. It is held while calls are under way. At any
    /// other time whoever has the mailbox has to hold it.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, deliver: Function<'_, String, ()>) -> Result<Mailbox> {
        let post = Arc::new(Post {
            letters: Letters::default(),
            under_way: AtomicUsize::new(0),
            closed: CancelToken::new(),
            bell: OnceLock::new(),
            reader: Reader::new(env, &deliver)?,
        });
        let own = Arc::downgrade(&post);
        let answer = env.create_function_from_closure::<(), (), _>("deliver", move |_| match own.upgrade() {
            Some(post) => post.deliver(),
            None => Ok(()),
        })?;
        // A function of the addon's own, as the bell holds it for ever: with `deliver` it would hold all that a context of JavaScript has.
        let bell = answer.build_threadsafe_function::<()>().weak::<true>().build_callback(|_| Ok(()))?;
        // There was none before.
        let _ = post.bell.set(bell);
        Ok(Mailbox { post })
    }
}

impl Mailbox {
    pub(crate) fn post(&self) -> Arc<Post> {
        self.post.clone()
    }
}

impl Drop for Mailbox {
    /// The thread has come to its end, as a worker does that is terminated. Nobody waits for its calls any more.
    fn drop(&mut self) {
        self.post.closed.cancel();
    }
}

/// What other threads have of a mailbox.
pub(crate) struct Post {
    letters: Letters,
    /// How many calls are under way: while there are any, the process lives on.
    under_way: AtomicUsize,
    closed: CancelToken,
    /// Hung up as soon as the mailbox is there.
    bell: OnceLock<Bell>,
    reader: Reader,
}

impl Post {
    /// A call begins, on the thread of JavaScript.
    pub(crate) fn expect(&self) {
        if self.under_way.fetch_add(1, Ordering::Relaxed) == 0 {
            self.reader.keep(self.bell(), true);
        }
    }

    /// Posts a letter: what came of a call, or something that it has to tell. Where the thread has come to its end, nobody reads it.
    pub(crate) fn send(&self, number: u32, what: Letter, value: &impl Plain) {
        if self.letters.add(number, what, value) {
            self.bell().call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// Cancelled when nobody reads any letter any more.
    pub(crate) fn closed(&self) -> &CancelToken {
        &self.closed
    }

    /// Hands over the oldest array of letters, on the thread of JavaScript.
    fn deliver(&self) -> Result<()> {
        let array = self.letters.take();
        let deliver = self.reader.function()?;
        // An idle client does not keep the process alive.
        if array.ends > 0 && self.under_way.fetch_sub(array.ends, Ordering::Relaxed) == array.ends {
            self.reader.keep(self.bell(), false);
        }
        match deliver {
            Some(deliver) => deliver.call(array.into_json()),
            None => Ok(()),
        }
    }

    fn bell(&self) -> &Bell {
        self.bell.get().expect("it hangs there before anybody has the mailbox")
    }
}

/// The function that reads the letters, by a reference that is strong while calls are under way.
struct Reader {
    env: usize,
    /// Never deleted: that is small, and the last to have it may be another thread.
    function: usize,
}

#[allow(
    unsafe_code,
    reason = "napi-rs has no reference that is weak at times, and nothing that is not deprecated to keep a process alive"
)]
impl Reader {
    fn new(env: Env, function: &Function<'_, String, ()>) -> Result<Reader> {
        let mut reference = ptr::null_mut();
        // SAFETY: the function is one of this environment.
        check_status!(unsafe { sys::napi_create_reference(env.raw(), function.raw(), 0, &mut reference) })?;
        Ok(Reader { env: env.raw() as usize, function: reference as usize })
    }

    fn env(&self) -> sys::napi_env {
        self.env as sys::napi_env
    }

    fn reference(&self) -> sys::napi_ref {
        self.function as sys::napi_ref
    }

    /// None where nobody has held it.
    fn function(&self) -> Result<Option<Function<'_, String, ()>>> {
        let mut value = ptr::null_mut();
        // SAFETY: called where JavaScript of this environment runs; the reference is never deleted, and is that of such a function.
        unsafe {
            check_status!(sys::napi_get_reference_value(self.env(), self.reference(), &mut value))?;
            if value.is_null() { Ok(None) } else { Function::from_napi_value(self.env(), value).map(Some) }
        }
    }

    /// Whether the function, and the process, are to live on for what is to come.
    fn keep(&self, bell: &Bell, keep: bool) {
        let mut count = 0;
        // SAFETY: called where JavaScript of this environment runs: its end, which frees the bell, has not begun.
        let statuses = unsafe {
            match keep {
                true => [
                    sys::napi_reference_ref(self.env(), self.reference(), &mut count),
                    sys::napi_ref_threadsafe_function(self.env(), bell.raw()),
                ],
                false => [
                    sys::napi_reference_unref(self.env(), self.reference(), &mut count),
                    sys::napi_unref_threadsafe_function(self.env(), bell.raw()),
                ],
            }
        };
        debug_assert_eq!(statuses, [sys::Status::napi_ok; 2]);
    }
}

/// What a letter is. The numbers are those in `lib/calls.js`.
#[derive(Clone, Copy)]
pub(crate) enum Letter {
    Answer = 0,
    Error = 1,
    /// An attempt, for the logger whose number is in the place of the call's.
    Attempt = 2,
    /// A warning, for that logger.
    Warning = 3,
    /// That logger is not needed any more.
    LoggerGone = 4,
}

/// Letters that were not taken yet.
#[derive(Default)]
struct Letters(Mutex<VecDeque<Array>>);

/// Letters as a JSON array without its last bracket: so many are handed over, and parsed, at once.
#[derive(Default)]
struct Array {
    json: Vec<u8>,
    /// How many calls come to their end with them.
    ends: usize,
}

/// No more letters are put into an array that is so long: V8 has no strings of any length, and what it parses at once keeps all else waiting.
const LONG: usize = 16 << 20;

impl Letters {
    fn arrays(&self) -> MutexGuard<'_, VecDeque<Array>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an array was begun, which somebody has to ring for.
    fn add(&self, number: u32, what: Letter, value: &impl Plain) -> bool {
        // Before the lock is taken, and as the first of an array; of any other the first byte becomes a comma.
        let mut letter = Vec::with_capacity(512);
        write!(letter, "[[{number},{},", what as u8).expect("a vector takes all");
        value.write(&mut letter);
        letter.push(b']');
        let ends = usize::from(matches!(what, Letter::Answer | Letter::Error));
        let mut arrays = self.arrays();
        match arrays.back_mut().filter(|array| array.json.len() <= LONG) {
            Some(array) => {
                letter[0] = b',';
                array.json.append(&mut letter);
                array.ends += ends;
                false
            }
            None => {
                arrays.push_back(Array { json: letter, ends });
                true
            }
        }
    }

    /// The oldest array.
    fn take(&self) -> Array {
        self.arrays().pop_front().unwrap_or_default()
    }
}

impl Array {
    fn into_json(mut self) -> String {
        if self.json.is_empty() {
            self.json.push(b'[');
        }
        self.json.push(b']');
        String::from_utf8(self.json).expect("it is made of text")
    }
}
