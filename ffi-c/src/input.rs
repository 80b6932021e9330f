//! Inputs: the caller's pointers, strings, arrays and structs, validated and borrowed for the duration of a call.

use std::ffi::{CStr, c_char};
use std::{ptr, slice};

use crate::panic_boundary::Failure;

/// Borrows an object of this library.
///
/// # Safety
///
/// `object` is NULL, which is rejected, or was created by this library and not freed.
pub(crate) unsafe fn object<'a, T>(name: &str, object: *const T) -> Result<&'a T, Failure> {
    // SAFETY: as the caller promised.
    unsafe { object.as_ref() }.ok_or_else(|| Failure::argument(name, "must not be NULL"))
}

/// Borrows an object of this library that the call modifies.
///
/// # Safety
///
/// As [`object`], and nothing else uses it for `'a`.
pub(crate) unsafe fn object_mut<'a, T>(name: &str, object: *mut T) -> Result<&'a mut T, Failure> {
    // SAFETY: as the caller promised.
    unsafe { object.as_mut() }.ok_or_else(|| Failure::argument(name, "must not be NULL"))
}

/// Reads a string that may be absent.
///
/// # Safety
///
/// `string` is NULL, or ends in a NUL and does not change for `'a`.
pub(crate) unsafe fn optional_string<'a>(name: &str, string: *const c_char) -> Result<Option<&'a str>, Failure> {
    if string.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller promised.
    let string = unsafe { CStr::from_ptr(string) };
    string.to_str().map(Some).map_err(|_| Failure::argument(name, "must be UTF-8"))
}

/// Reads a string that must not be NULL.
///
/// # Safety
///
/// As [`optional_string`].
pub(crate) unsafe fn string<'a>(name: &str, string: *const c_char) -> Result<&'a str, Failure> {
    // SAFETY: as the caller promised.
    unsafe { optional_string(name, string) }?.ok_or_else(|| Failure::argument(name, "must not be NULL"))
}

/// Borrows an array. NULL with a count of 0 is an empty array. `count_name` is the argument or member with the count.
///
/// # Safety
///
/// `first` is NULL, or points to `count` elements that do not change for `'a`.
pub(crate) unsafe fn array<'a, T>(
    name: &str,
    first: *const T,
    count_name: &str,
    count: usize,
) -> Result<&'a [T], Failure> {
    match (first.is_null(), count) {
        (_, 0) => Ok(&[]),
        (true, _) => {
            let reason = format!("must not be NULL unless `{count_name}` is 0, but `{count_name}` is {count}");
            Err(Failure::argument(name, &reason))
        }
        _ if count > isize::MAX as usize / size_of::<T>().max(1) => {
            Err(Failure::argument(name, &format!("exceeds the address space: `{count_name}` is {count}")))
        }
        // SAFETY: as the caller promised, and the size does not exceed isize::MAX.
        _ => Ok(unsafe { slice::from_raw_parts(first, count) }),
    }
}

/// Reads an array of strings. The member with the count has the suffix `_count`.
///
/// # Safety
///
/// As [`array`] and [`optional_string`].
pub(crate) unsafe fn strings<'a>(
    name: &str,
    first: *const *const c_char,
    count: usize,
) -> Result<Vec<&'a str>, Failure> {
    // SAFETY: as the caller promised.
    let strings = unsafe { array(name, first, &format!("{name}_count"), count) }?;
    let read = |(index, element): (usize, &*const c_char)| {
        // SAFETY: as the caller promised.
        unsafe { string(&format!("{name}[{index}]"), *element) }
    };
    strings.iter().enumerate().map(read).collect()
}

/// A struct that may grow: its first field is its size at the time when the caller was compiled.
///
/// # Safety
///
/// `repr(C)`; the first field is `struct_size: usize`; any bytes are valid for the other fields; `INIT` equals the value of the header's macro.
pub(crate) unsafe trait SizedStruct: Copy {
    /// Every field absent.
    const INIT: Self;
    /// Name of the header's macro.
    const INIT_MACRO: &'static str;
    /// Size of the first version of the struct, in bytes.
    const MIN_SIZE: usize;
}

/// Copies a struct of the caller. Fields that are newer than the caller are absent. `None` if the pointer is NULL.
///
/// # Safety
///
/// `input` is NULL, or points to a size and, if that is valid, to as many bytes.
pub(crate) unsafe fn optional_struct<T: SizedStruct>(name: &str, input: *const T) -> Result<Option<T>, Failure> {
    if input.is_null() {
        return Ok(None);
    }
    // SAFETY: the size is the first field.
    let size = unsafe { input.cast::<usize>().read_unaligned() };
    let invalid = |reason: &str| Err(Failure::argument(&format!("{name}.struct_size"), reason));
    let init = T::INIT_MACRO;
    if size > size_of::<T>() {
        return invalid(&format!(
            "is {size}, larger than in this version of libzexa: initialise the struct with {init} of the header that belongs to the library",
        ));
    }
    if size < T::MIN_SIZE || size % align_of::<T>() != 0 {
        return invalid(&format!("is {size}, which is invalid: initialise the struct with {init}"));
    }
    let mut copy = T::INIT;
    // SAFETY: the source has `size` bytes, they fit into the copy, and any bytes are valid.
    unsafe { ptr::copy_nonoverlapping(input.cast::<u8>(), (&raw mut copy).cast::<u8>(), size) };
    Ok(Some(copy))
}

/// Copies a struct of the caller that must not be NULL.
///
/// # Safety
///
/// As [`optional_struct`].
pub(crate) unsafe fn sized_struct<T: SizedStruct>(name: &str, input: *const T) -> Result<T, Failure> {
    // SAFETY: as the caller promised.
    unsafe { optional_struct(name, input) }?.ok_or_else(|| Failure::argument(name, "must not be NULL"))
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

    // SAFETY: it meets the requirements of the trait.
    unsafe impl SizedStruct for Grown {
        const INIT: Grown = Grown { struct_size: size_of::<Grown>(), old: -1, new: -1 };
        const INIT_MACRO: &'static str = "GROWN_INIT";
        const MIN_SIZE: usize = 16;
    }

    fn read(struct_size: usize) -> Result<Grown, Failure> {
        // SAFETY: if the size is valid, the struct has as many bytes.
        unsafe { sized_struct("grown", &Grown { struct_size, old: 5, new: 6 }) }
    }

    #[test]
    fn fields_that_an_old_program_does_not_know_are_absent() {
        assert!(read(24).is_ok_and(|grown| (grown.old, grown.new) == (5, 6)));
        assert!(read(16).is_ok_and(|grown| (grown.old, grown.new) == (5, -1)));
    }

    #[test]
    fn an_invalid_size_is_rejected() {
        for size in [0, 8, 15, 17, 25, 32, usize::MAX] {
            assert!(read(size).is_err(), "{size}");
        }
    }
}
