//! [`Lazy`]: a static value that is made at its first use.

use std::ops::Deref;

use once_cell::race::OnceBox;

/// Like `LazyLock`, without a lock: if several threads need the value at the same time, each of them makes one, and the first one stays. A child that is
/// forked in the meantime would wait forever for a lock.
pub(crate) struct Lazy<T> {
    value: OnceBox<T>,
    make: fn() -> T,
}

impl<T> Lazy<T> {
    pub(crate) const fn new(make: fn() -> T) -> Lazy<T> {
        Lazy { value: OnceBox::new(), make }
    }
}

impl<T> Deref for Lazy<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get_or_init(|| Box::new((self.make)()))
    }
}
