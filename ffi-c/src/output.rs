//! Outputs: where a function puts what it makes.

use std::ptr::{self, NonNull};

use crate::guard::Failure;

/// A place of the caller's for a pointer to an object that becomes theirs. It is NULL from the beginning, so that it is NULL after any failure.
pub(crate) struct Output<T>(NonNull<*mut T>);

impl<T> Output<T> {
    /// # Safety
    ///
    /// `place` is NULL, which is refused, or may be written to for as long as this lives.
    pub(crate) unsafe fn new(name: &str, place: *mut *mut T) -> Result<Output<T>, Failure> {
        let place = NonNull::new(place).ok_or_else(|| Failure::argument(name, "is NULL"))?;
        // SAFETY: as the caller promised.
        unsafe { place.write(ptr::null_mut()) };
        Ok(Output(place))
    }

    /// Hands the object over.
    pub(crate) fn give(self, object: impl Into<T>) -> Result<(), Failure> {
        let object = Box::into_raw(Box::new(object.into()));
        // SAFETY: as was promised to `new`.
        unsafe { self.0.write(object) };
        Ok(())
    }
}
