//! Lists: pages, and iterators over pages and items. What the generated files of each kind of item stand on.

use std::ffi::{CString, c_char};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};

use zexa::binding::{Completeness, NextBuffered, generation};
use zexa::{List, Page};

use crate::guard::Failure;
use crate::number;
use crate::object::to_json;
use crate::shelter::Shelter;

/// An iterator that threads may share: they take turns.
pub(crate) struct Shared<I> {
    iterator: Mutex<I>,
    /// The generation of the process whose thread has its turn.
    holder: AtomicU64,
    /// Whether it has ended short of its total. Kept here, so that nobody waits for a turn to read it.
    incomplete: AtomicBool,
}

/// All items of a list.
pub(crate) type Items<T> = Shared<List<T>>;

/// All pages of a list.
pub(crate) type Pages<T> = Shared<zexa::Pages<T>>;

impl<I, T> Shared<I>
where
    I: Iterator<Item = zexa::Result<T>> + NextBuffered<T> + Completeness + Send,
{
    pub(crate) fn new(iterator: I) -> Shared<I> {
        Shared {
            iterator: Mutex::new(iterator),
            holder: AtomicU64::new(generation()),
            incomplete: AtomicBool::new(false),
        }
    }

    /// The next one, or [`Failure::Done`].
    pub(crate) fn next(&self) -> Result<T, Failure> {
        let mut iterator = self.lock()?;
        self.holder.store(generation(), Ordering::Relaxed);
        // Most items have come with the page: they cost no system call.
        if let Some(item) = iterator.next_buffered() {
            return Ok(item);
        }
        let _shelter = Shelter::enter();
        let next = iterator.next();
        if next.is_none() {
            self.incomplete.store(iterator.is_incomplete(), Ordering::Release);
        }
        Ok(next.ok_or(Failure::Done)??)
    }

    /// Waits for its turn; not for that of a thread which a fork has left behind in the parent.
    fn lock(&self) -> Result<MutexGuard<'_, I>, Failure> {
        match self.iterator.try_lock() {
            Ok(iterator) => Ok(iterator),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if self.is_held_in_parent() => {
                Err(Failure::argument("iterator", "was in use by another thread when this process was forked"))
            }
            Err(TryLockError::WouldBlock) => Ok(self.iterator.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    fn is_held_in_parent(&self) -> bool {
        let holder = self.holder.load(Ordering::Relaxed);
        holder != generation()
    }
}

impl<I> Shared<I> {
    pub(crate) fn is_incomplete(&self) -> bool {
        self.incomplete.load(Ordering::Acquire)
    }
}

/// One page: items as objects that C borrows.
pub(crate) struct PageOf<O> {
    pub(crate) items: Vec<O>,
    total: Option<u64>,
    page: u32,
    per_page: Option<u32>,
    extra: serde_json::Map<String, serde_json::Value>,
    extra_json: OnceLock<CString>,
}

impl<O> PageOf<O> {
    pub(crate) fn new<T: Into<O>>(page: Page<T>) -> PageOf<O> {
        PageOf {
            items: page.items.into_iter().map(Into::into).collect(),
            total: page.total,
            page: page.page,
            per_page: page.per_page,
            extra: page.extra,
            extra_json: OnceLock::new(),
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
        self.extra_json.get_or_init(|| to_json(&self.extra)).as_ptr()
    }
}
