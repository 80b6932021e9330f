//! The primitives of the modelled modules: those of shuttle, and those of tokio, whose operations are single steps.

use std::pin::Pin;
use std::sync::{Arc, LockResult};
use std::task::{Context, Poll};
use std::time::Duration;

pub(crate) use once_cell::race::OnceBox;
pub(crate) use shuttle::sync::{MutexGuard, mpsc};
use tokio::sync::{AcquireError, TryAcquireError};

use crate::engine::fork;

/// Lets another thread or task run before the next operation, which is not one of shuttle.
pub(crate) fn step() {
    shuttle::lazy_static! {
        static ref ANY: shuttle::sync::atomic::AtomicBool = shuttle::sync::atomic::AtomicBool::new(false);
    }
    ANY.load(shuttle::sync::atomic::Ordering::SeqCst);
}

/// A lock that belongs to a process. A forked child must not take it, because a thread of its parent may hold it.
#[derive(Debug)]
pub(crate) struct Mutex<T> {
    inner: shuttle::sync::Mutex<T>,
    generation: u64,
}

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Mutex<T> {
        Mutex { inner: shuttle::sync::Mutex::new(value), generation: fork::generation() }
    }

    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        assert_eq!(self.generation, fork::generation(), "a forked child takes a lock of its parent");
        self.inner.lock()
    }

    pub(crate) fn get_mut(&mut self) -> LockResult<&mut T> {
        self.inner.get_mut()
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

/// A clock that stands still, because no model waits for a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant;

impl Instant {
    pub(crate) fn now() -> Instant {
        Instant
    }

    pub(crate) fn elapsed(self) -> Duration {
        Duration::ZERO
    }

    pub(crate) fn saturating_duration_since(self, _: Instant) -> Duration {
        Duration::from_secs(1)
    }
}

pub(crate) mod thread {
    pub(crate) use shuttle::thread::{Builder, JoinHandle, Thread, current, park, park_timeout};
}

/// Permits of tokio.
pub(crate) struct Semaphore(Arc<tokio::sync::Semaphore>);

impl Semaphore {
    pub(crate) const MAX_PERMITS: usize = tokio::sync::Semaphore::MAX_PERMITS;

    pub(crate) fn new(permits: usize) -> Semaphore {
        Semaphore(Arc::new(tokio::sync::Semaphore::new(permits)))
    }

    pub(crate) fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        step();
        self.0.clone().try_acquire_owned().map(OwnedSemaphorePermit::new)
    }

    pub(crate) fn try_acquire_many_owned(self: Arc<Self>, count: u32) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        step();
        self.0.clone().try_acquire_many_owned(count).map(OwnedSemaphorePermit::new)
    }

    pub(crate) async fn acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        step();
        self.0.clone().acquire_owned().await.map(OwnedSemaphorePermit::new)
    }
}

/// A permit of tokio.
pub(crate) struct OwnedSemaphorePermit(Option<tokio::sync::OwnedSemaphorePermit>);

impl OwnedSemaphorePermit {
    fn new(permit: tokio::sync::OwnedSemaphorePermit) -> OwnedSemaphorePermit {
        OwnedSemaphorePermit(Some(permit))
    }

    pub(crate) fn split(&mut self, count: usize) -> Option<OwnedSemaphorePermit> {
        self.0.as_mut().and_then(|permit| permit.split(count)).map(OwnedSemaphorePermit::new)
    }
}

impl Drop for OwnedSemaphorePermit {
    fn drop(&mut self) {
        step();
        self.0 = None;
    }
}

/// A channel of tokio for one value.
pub(crate) mod oneshot {
    use tokio::sync::oneshot::error::{RecvError, TryRecvError};

    use super::{Context, Pin, Poll, step};

    pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        (Sender(sender), Receiver(receiver))
    }

    pub(crate) struct Sender<T>(tokio::sync::oneshot::Sender<T>);

    impl<T> Sender<T> {
        pub(crate) fn send(self, value: T) -> Result<(), T> {
            step();
            self.0.send(value)
        }

        pub(crate) fn is_closed(&self) -> bool {
            step();
            self.0.is_closed()
        }
    }

    pub(crate) struct Receiver<T>(tokio::sync::oneshot::Receiver<T>);

    impl<T> Receiver<T> {
        pub(crate) fn close(&mut self) {
            step();
            self.0.close();
        }

        pub(crate) fn try_recv(&mut self) -> Result<T, TryRecvError> {
            step();
            self.0.try_recv()
        }
    }

    impl<T> Drop for Receiver<T> {
        fn drop(&mut self) {
            step();
        }
    }

    impl<T> Future for Receiver<T> {
        type Output = Result<T, RecvError>;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            step();
            Pin::new(&mut self.0).poll(context)
        }
    }
}
