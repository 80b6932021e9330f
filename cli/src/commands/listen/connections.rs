//! [`Connections`]: the open connections, of which there is a maximum number.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::task::AbortHandle;

/// The open connections. If there are too many, the one without a request for the longest time is closed, so that clients that hold connections open
/// cannot keep out others.
pub(super) struct Connections {
    maximum: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    /// The connections by their position: the first one has been idle for the longest time.
    tasks: BTreeMap<u64, AbortHandle>,
    next: u64,
}

impl Connections {
    pub(super) fn new(maximum: usize) -> Connections {
        Connections { maximum, open: Mutex::default() }
    }

    /// Return the position of a new connection.
    pub(super) fn position(&self) -> u64 {
        self.locked(Open::take_position)
    }

    /// Add a connection. If there are too many, the first one is closed.
    pub(super) fn add(&self, position: u64, task: AbortHandle) {
        self.locked(|open| {
            // It has ended already.
            if task.is_finished() {
                return;
            }
            open.tasks.insert(position, task);
            if open.tasks.len() > self.maximum
                && let Some((_, idle)) = open.tasks.pop_first()
            {
                idle.abort();
            }
        });
    }

    /// Move a connection to the end, because of a complete request. Return its new position.
    pub(super) fn refresh(&self, position: u64) -> u64 {
        self.locked(|open| {
            let Some(task) = open.tasks.remove(&position) else { return position };
            let position = open.take_position();
            open.tasks.insert(position, task);
            position
        })
    }

    /// Remove a connection that has ended.
    pub(super) fn remove(&self, position: u64) {
        self.locked(|open| open.tasks.remove(&position));
    }

    fn locked<T>(&self, run: impl FnOnce(&mut Open) -> T) -> T {
        run(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Open {
    fn take_position(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn the_connection_that_was_idle_for_the_longest_time_is_closed() {
        let connections = Connections::new(2);
        let add = || {
            let task = tokio::spawn(pending::<()>());
            let position = connections.position();
            connections.add(position, task.abort_handle());
            (position, task)
        };
        let (first, _first) = add();
        let (_, second) = add();
        let first = connections.refresh(first);
        let (third, _third) = add();
        assert!(second.await.is_err_and(|error| error.is_cancelled()), "the first one had a request");
        let left = || connections.locked(|open| open.tasks.keys().copied().collect::<Vec<_>>());
        assert_eq!(left(), [first, third]);
        connections.remove(first);
        let (fourth, _fourth) = add();
        assert_eq!(left(), [third, fourth], "one had ended");
    }
}
