//! [`PerProcess`]: a value that each process has its own copy of, so that a client survives `fork()`.

use super::fork;
use crate::sync::OnceBox;

/// A value of which a forked child gets its own.
///
/// A child cannot use the value that it inherits: sockets and the epoll instance are shared with the parent, locks may be held by threads that do not
/// exist in the child, and the threads of runtimes are gone. The values of a process and its ancestors form a list that only grows; of its ancestors'
/// values, a process reads only the generation. Neither reading nor creating takes a lock: one that another thread holds during a fork would stay locked in
/// the child. If several threads create the value of a process at the same time, the first one stays.
#[derive(Debug)]
pub(crate) struct PerProcess<T> {
    generation: u64,
    value: T,
    child: OnceBox<PerProcess<T>>,
}

impl<T> PerProcess<T> {
    pub(crate) fn new(value: T) -> PerProcess<T> {
        PerProcess { generation: fork::generation(), value, child: OnceBox::new() }
    }

    /// The value of this process, which is created from its parent's if needed.
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
    fn a_value_is_inherited_once() {
        let mut list = PerProcess::new(String::from("parent"));
        list.generation = 0; // as a forked child would find it
        let first = list.get(|value| format!("child of {value}")) as *const String;
        let again = list.get(|_| unreachable!("this process has its value"));
        assert_eq!(again, "child of parent");
        assert_eq!(first, again as *const String);
    }
}
