//! A call from JavaScript: its number, and the delivery of its result.

use std::sync::Arc;

use zexa::{AsyncClient, Result, binding};

use crate::completion_queue::{EntryKind, Sender};
use crate::json::WriteJson;

/// A call that must be completed. If it is dropped before, by a panic, it completes with an error, so that no promise stays pending.
pub(crate) struct Call {
    number: u32,
    sender: Arc<Sender>,
    completed: bool,
}

impl Call {
    pub(crate) fn new(number: u32, sender: Arc<Sender>) -> Call {
        sender.begin_call();
        Call { number, sender, completed: false }
    }

    /// Runs the call on the client's thread, and completes it with the result.
    pub(crate) fn spawn<T: WriteJson + Send + 'static>(
        self,
        client: &AsyncClient,
        call: impl Future<Output = Result<T>> + Send + 'static,
    ) {
        let sender = self.sender.clone();
        binding::spawn_with_callback(client, call, sender.closed(), |result| self.complete(result));
    }

    /// Completes the call.
    pub(crate) fn complete<T: WriteJson>(mut self, result: Result<T>) {
        match result {
            Ok(value) => self.sender.send(self.number, EntryKind::Result, &value),
            Err(error) => self.sender.send(self.number, EntryKind::Error, &error),
        }
        self.completed = true;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.completed {
            let error = binding::internal_error("a call has ended without a response");
            self.sender.send(self.number, EntryKind::Error, &error);
        }
    }
}
