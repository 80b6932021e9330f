//! [`PerProcess`]: a value that each process has its own of, so that a client survives `fork()`.

use std::sync::OnceLock;

use super::fork;

/// A value of which a forked child gets one of its own.
///
/// What a child inherits cannot be used: its sockets and epoll instance are shared with the parent, its locks may have
/// been held by threads that do not exist here, and its runtime threads are gone. So the values of a process and its
/// ancestors form a list that only grows, and a process reads no further into its ancestors' than their generations.
/// Reading takes no lock: a lock that some thread held at the moment of the fork would stay locked for ever.
#[derive(Debug)]
pub(crate) struct PerProcess<T> {
    generation: u64,
    value: T,
    child: OnceLock<Box<PerProcess<T>>>,
}

impl<T> PerProcess<T> {
    pub(crate) fn new(value: T) -> PerProcess<T> {
        PerProcess { generation: fork::generation(), value, child: OnceLock::new() }
    }

    /// This process's value; made from its parent's where there is none yet.
    pub(crate) fn get(&self, inherit: impl Fn(&T) -> T) -> &T {
        let generation = fork::generation();
        let mut node = self;
        while node.generation != generation {
            node = node.child.get_or_init(|| Box::new(PerProcess::new(inherit(&node.value))));
        }
        &node.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_another_process_is_inherited_once() {
        let mut list = PerProcess::new(String::from("parent"));
        list.generation = 0; // as a forked child would find it
        let first = list.get(|value| format!("child of {value}")) as *const String;
        let again = list.get(|_| unreachable!("this process has its value"));
        assert_eq!(again, "child of parent");
        assert_eq!(first, again as *const String);
    }
}
