//! Inputs: pointers, strings, arrays and structs of the caller's, checked and borrowed for the time of a call.

use std::ffi::{CStr, c_char};
use std::{ptr, slice};

use crate::guard::Failure;

/// An object of ours.
///
/// # Safety
///
/// `object` is NULL, which is refused, or came from this library and was not freed.
pub(crate) unsafe fn object<'a, T>(name: &str, object: *const T) -> Result<&'a T, Failure> {
    // SAFETY: as the caller promised.
    unsafe { object.as_ref() }.ok_or_else(|| Failure::argument(name, "is NULL"))
}

/// An object of ours that the call changes.
///
/// # Safety
///
/// As [`object`], and nothing else uses it for `'a`.
pub(crate) unsafe fn object_to_change<'a, T>(name: &str, object: *mut T) -> Result<&'a mut T, Failure> {
    // SAFETY: as the caller promised.
    unsafe { object.as_mut() }.ok_or_else(|| Failure::argument(name, "is NULL"))
}

/// A string that may be absent.
///
/// # Safety
///
/// `string` is NULL, or ends in a NUL and stays as it is for `'a`.
pub(crate) unsafe fn optional_text<'a>(name: &str, string: *const c_char) -> Result<Option<&'a str>, Failure> {
    if string.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller promised.
    let string = unsafe { CStr::from_ptr(string) };
    string.to_str().map(Some).map_err(|_| Failure::argument(name, "is not UTF-8"))
}

/// A string that has to be there.
///
/// # Safety
///
/// As [`optional_text`].
pub(crate) unsafe fn text<'a>(name: &str, string: *const c_char) -> Result<&'a str, Failure> {
    // SAFETY: as the caller promised.
    unsafe { optional_text(name, string) }?.ok_or_else(|| Failure::argument(name, "is NULL"))
}

/// An array. NULL is one of no elements.
///
/// # Safety
///
/// `first` is NULL, or points to `count` elements that stay as they are for `'a`.
pub(crate) unsafe fn array<'a, T>(name: &str, first: *const T, count: usize) -> Result<&'a [T], Failure> {
    match (first.is_null(), count) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(Failure::argument(name, "is NULL, though its count is not 0")),
        _ if count > isize::MAX as usize / size_of::<T>().max(1) => {
            Err(Failure::argument(name, "has a count that no array can have"))
        }
        // SAFETY: as the caller promised, and no longer than memory can be.
        _ => Ok(unsafe { slice::from_raw_parts(first, count) }),
    }
}

/// An array of strings.
///
/// # Safety
///
/// As [`array`] and [`optional_text`].
pub(crate) unsafe fn texts<'a>(name: &str, first: *const *const c_char, count: usize) -> Result<Vec<&'a str>, Failure> {
    // SAFETY: as the caller promised.
    let strings = unsafe { array(name, first, count) }?;
    let text = |(index, string): (usize, &*const c_char)| {
        // SAFETY: as the caller promised.
        unsafe { text(&format!("{name}[{index}]"), *string) }
    };
    strings.iter().enumerate().map(text).collect()
}

/// A struct that may grow: it begins with its own size, as the caller was compiled to know it.
///
/// # Safety
///
/// `repr(C)`, its first field is `struct_size: usize`, any bytes will do for its fields, and `INIT` is what the macro of the header makes it.
pub(crate) unsafe trait SizedStruct: Copy {
    /// Every field absent.
    const INIT: Self;
    /// How many bytes it has had from the first.
    const LEAST: usize;
}

/// A struct of the caller's; what they were compiled too early to know is absent. None at all where it is NULL.
///
/// # Safety
///
/// `given` is NULL, or points to a size and, where that is right, to so many bytes.
pub(crate) unsafe fn optional_struct<T: SizedStruct>(name: &str, given: *const T) -> Result<Option<T>, Failure> {
    if given.is_null() {
        return Ok(None);
    }
    // SAFETY: the size is the first field.
    let size = unsafe { given.cast::<usize>().read_unaligned() };
    let wrong = |reason: &str| Err(Failure::argument(&format!("{name}.struct_size"), reason));
    if size > size_of::<T>() {
        return wrong(
            "is more than this version of libzexa knows: begin with the macro that ends in _INIT, of its own header",
        );
    }
    if size < T::LEAST || size % align_of::<T>() != 0 {
        return wrong("is no size that it ever had: begin with the macro that ends in _INIT");
    }
    let mut known = T::INIT;
    // SAFETY: so many bytes are there, they fit, and any will do.
    unsafe { ptr::copy_nonoverlapping(given.cast::<u8>(), (&raw mut known).cast::<u8>(), size) };
    Ok(Some(known))
}

/// A struct of the caller's that has to be there.
///
/// # Safety
///
/// As [`optional_struct`].
pub(crate) unsafe fn sized_struct<T: SizedStruct>(name: &str, given: *const T) -> Result<T, Failure> {
    // SAFETY: as the caller promised.
    unsafe { optional_struct(name, given) }?.ok_or_else(|| Failure::argument(name, "is NULL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Grown {
        struct_size: usize,
        old: i64,
        new: i64,
    }

    // SAFETY: it is as it has to be.
    unsafe impl SizedStruct for Grown {
        const INIT: Grown = Grown { struct_size: size_of::<Grown>(), old: -1, new: -1 };
        const LEAST: usize = 16;
    }

    fn read(struct_size: usize) -> Result<Grown, Failure> {
        // SAFETY: where the size is right, so many bytes are there.
        unsafe { sized_struct("grown", &Grown { struct_size, old: 5, new: 6 }) }
    }

    #[test]
    fn what_an_old_program_does_not_know_is_absent() {
        assert!(read(24).is_ok_and(|grown| (grown.old, grown.new) == (5, 6)));
        assert!(read(16).is_ok_and(|grown| (grown.old, grown.new) == (5, -1)));
    }

    #[test]
    fn a_wrong_size_is_refused() {
        for size in [0, 8, 15, 17, 25, 32, usize::MAX] {
            assert!(read(size).is_err(), "{size}");
        }
    }
}
