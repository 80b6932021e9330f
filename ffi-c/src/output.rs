//! Outputs: where a function puts what it makes.

use std::ptr::{self, NonNull};

use crate::guard::Failure;

/// A place of the caller's for a pointer to an object that becomes theirs. It is NULL from the beginning, so that it is NULL after any failure.
/// There may be none: then the object is freed.
pub(crate) struct Output<T>(Option<NonNull<*mut T>>);

impl<T> Output<T> {
    /// # Safety
    ///
    /// `place` is NULL, or may be written to for as long as this lives.
    pub(crate) unsafe fn optional(place: *mut *mut T) -> Output<T> {
        let place = NonNull::new(place);
        if let Some(place) = place {
            // SAFETY: as the caller promised.
            unsafe { place.write(ptr::null_mut()) };
        }
        Output(place)
    }

    /// For an object that is of no use unless the caller receives it.
    ///
    /// # Safety
    ///
    /// `place` is NULL, which is rejected, or may be written to for as long as this lives.
    pub(crate) unsafe fn new(name: &str, place: *mut *mut T) -> Result<Output<T>, Failure> {
        // SAFETY: as the caller promised.
        let output = unsafe { Output::optional(place) };
        if output.0.is_some() { Ok(output) } else { Err(Failure::argument(name, "is NULL")) }
    }

    /// Hands the object over.
    pub(crate) fn give(self, object: impl Into<T>) -> Result<(), Failure> {
        if let Some(place) = self.0 {
            let object = Box::into_raw(Box::new(object.into()));
            // SAFETY: as was promised when this was made.
            unsafe { place.write(object) };
        }
        Ok(())
    }
}
