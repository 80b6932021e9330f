//! Synchronisation primitives and the clock of the modules that are model-checked. `tests/models` compiles these modules with primitives of a model
//! checker instead.

pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU64, Ordering};
pub(crate) use std::sync::{Mutex, MutexGuard, mpsc};
pub(crate) use std::thread;
pub(crate) use std::time::Instant;

pub(crate) use once_cell::race::OnceBox;
pub(crate) use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
