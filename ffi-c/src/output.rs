//! Out parameters: where a function stores the object that it creates.

use std::ptr::{self, NonNull};

use crate::panic_boundary::Failure;

/// An out parameter for an object that the caller then owns. It is set to NULL immediately, so that it is NULL after any failure. If the caller passed NULL,
/// the object is dropped.
pub(crate) struct Output<T>(Option<NonNull<*mut T>>);

impl<T> Output<T> {
    /// # Safety
    ///
    /// `slot` is NULL, or may be written to for as long as this lives.
    pub(crate) unsafe fn optional(slot: *mut *mut T) -> Output<T> {
        let slot = NonNull::new(slot);
        if let Some(slot) = slot {
            // SAFETY: as the caller promised.
            unsafe { slot.write(ptr::null_mut()) };
        }
        Output(slot)
    }

    /// An out parameter that must not be NULL, because the object is of no use unless the caller receives it.
    ///
    /// # Safety
    ///
    /// `slot` is NULL, which is rejected, or may be written to for as long as this lives.
    pub(crate) unsafe fn required(name: &str, slot: *mut *mut T) -> Result<Output<T>, Failure> {
        // SAFETY: as the caller promised.
        let output = unsafe { Output::optional(slot) };
        if output.0.is_some() { Ok(output) } else { Err(Failure::argument(name, "must not be NULL")) }
    }

    /// Transfers the object to the caller.
    pub(crate) fn set(self, object: impl Into<T>) -> Result<(), Failure> {
        if let Some(slot) = self.0 {
            let object = Box::into_raw(Box::new(object.into()));
            // SAFETY: promised when this was created.
            unsafe { slot.write(object) };
        }
        Ok(())
    }
}
