//! A call from JavaScript: its number, and what is posted when it has come to its end.

use std::sync::Arc;

use zexa::{AsyncClient, Result, binding};

use crate::json::Plain;
use crate::mailbox::{Letter, Post};

/// A call that has to be answered. Where it is dropped before, by a panic, that is the answer: no promise waits for ever.
pub(crate) struct Call {
    number: u32,
    post: Arc<Post>,
    answered: bool,
}

impl Call {
    pub(crate) fn new(number: u32, post: Arc<Post>) -> Call {
        post.expect();
        Call { number, post, answered: false }
    }

    /// Has the call carried out, and answers it then.
    pub(crate) fn carry_out<T: Plain + Send + 'static>(
        self,
        client: &AsyncClient,
        call: impl Future<Output = Result<T>> + Send + 'static,
    ) {
        let post = self.post.clone();
        binding::spawn_with_callback(client, call, post.closed(), |result| self.answer(result));
    }

    /// Answers it.
    pub(crate) fn answer<T: Plain>(mut self, result: Result<T>) {
        match result {
            Ok(value) => self.post.send(self.number, Letter::Answer, &value),
            Err(error) => self.post.send(self.number, Letter::Error, &error),
        }
        self.answered = true;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.answered {
            let error = binding::internal_error("a call has ended without an answer");
            self.post.send(self.number, Letter::Error, &error);
        }
    }
}
