//! Lists: pages, and iterators over pages and items. The generated files define a type of each for every kind of item.

use std::ffi::{CString, c_char};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use once_cell::race::OnceBox;
use zexa::binding::{Completeness, NextBuffered, generation};
use zexa::{List, Page};

use crate::cancellation_guard::CancellationGuard;
use crate::number;
use crate::object::to_json;
use crate::panic_boundary::Failure;

/// An iterator that threads may share. A mutex serialises them.
pub(crate) struct SharedIterator<I> {
    iterator: Mutex<I>,
    /// Generation of the process whose thread last locked the mutex.
    holder: AtomicU64,
    /// Whether the list ended with fewer items than its total. An atomic, so that reading it does not wait for the mutex.
    incomplete: AtomicBool,
}

/// Iterator over the items of a list.
pub(crate) type Items<T> = SharedIterator<List<T>>;

/// Iterator over the pages of a list.
pub(crate) type Pages<T> = SharedIterator<zexa::Pages<T>>;

impl<I, T> SharedIterator<I>
where
    I: Iterator<Item = zexa::Result<T>> + NextBuffered<T> + Completeness + Send,
{
    pub(crate) fn new(iterator: I) -> SharedIterator<I> {
        SharedIterator {
            iterator: Mutex::new(iterator),
            holder: AtomicU64::new(generation()),
            incomplete: AtomicBool::new(false),
        }
    }

    /// Returns the next item, or [`Failure::Done`].
    pub(crate) fn next(&self) -> Result<T, Failure> {
        let mut iterator = self.lock()?;
        self.holder.store(generation(), Ordering::Relaxed);
        // Most items are buffered. They need no system call, so no signal guard.
        if let Some(item) = iterator.next_buffered() {
            return Ok(item);
        }
        let _cancellation_guard = CancellationGuard::new();
        let next = iterator.next();
        if next.is_none() {
            self.incomplete.store(iterator.is_incomplete(), Ordering::Release);
        }
        Ok(next.ok_or(Failure::Done)??)
    }

    /// Locks the iterator. Fails instead of waiting if the holder is a thread that exists only in the parent process of a fork.
    fn lock(&self) -> Result<MutexGuard<'_, I>, Failure> {
        match self.iterator.try_lock() {
            Ok(iterator) => Ok(iterator),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if self.is_held_in_parent() => {
                Err(Failure::argument("iterator", "must not be in use by another thread during fork()"))
            }
            Err(TryLockError::WouldBlock) => Ok(self.iterator.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    fn is_held_in_parent(&self) -> bool {
        let holder = self.holder.load(Ordering::Relaxed);
        holder != generation()
    }
}

impl<I> SharedIterator<I> {
    pub(crate) fn is_incomplete(&self) -> bool {
        self.incomplete.load(Ordering::Acquire)
    }
}

/// One page, with its items as objects that C borrows.
pub(crate) struct PageOf<O> {
    pub(crate) items: Vec<O>,
    total: Option<u64>,
    page: u32,
    per_page: Option<u32>,
    extra: serde_json::Map<String, serde_json::Value>,
    extra_json: OnceBox<CString>,
}

impl<O> PageOf<O> {
    pub(crate) fn new<T: Into<O>>(page: Page<T>) -> PageOf<O> {
        PageOf {
            items: page.items.into_iter().map(Into::into).collect(),
            total: page.total,
            page: page.page,
            per_page: page.per_page,
            extra: page.extra,
            extra_json: OnceBox::new(),
        }
    }

    pub(crate) fn total(&self) -> i64 {
        self.total.map_or(-1, number::to_c)
    }

    pub(crate) fn page(&self) -> i64 {
        number::to_c(self.page)
    }

    pub(crate) fn per_page(&self) -> i64 {
        self.per_page.map_or(-1, number::to_c)
    }

    pub(crate) fn extra(&self) -> *const c_char {
        self.extra_json.get_or_init(|| Box::new(to_json(&self.extra))).as_ptr()
    }
}
