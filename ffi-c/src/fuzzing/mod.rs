//! The check of the fuzz target `c_abi`: calls of the C ABI in any order, with arbitrary arguments that the header permits, against a sandbox.
//!
//! Each call keeps the conventions of the header: outputs are NULL after a failure, errors have the status of the call, strings are UTF-8, and no call
//! fails with `ZEXA_INTERNAL`. Under AddressSanitizer, no call reads or frees memory that is not its own, and nothing leaks.

mod arguments;
mod calls;
mod objects;
mod rows;

use std::path::Path;
use std::sync::OnceLock;
use std::{fs, ptr};

use zexa_sandbox::Sandbox;

use self::arguments::Arguments;
use self::objects::{Handle, Objects};
use self::rows::Rows;
use crate::error::{zexa_error, zexa_error_kind};
use crate::status::zexa_status;

/// Each call needs a few bytes of the input. A limit, because some call the sandbox.
const MAX_CALLS: usize = 40;

/// The bytes that decide what is called. After their end, all are zero.
pub(crate) struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below the limit, which must not be 0.
    fn below(&mut self, limit: usize) -> usize {
        let number = usize::from(self.byte());
        let number = if limit > 256 { number << 8 | usize::from(self.byte()) } else { number };
        number % limit
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count.min(self.0.len())).map(|_| self.byte()).collect()
    }
}

/// Makes the calls that the input describes. The directory is for ledgers.
#[allow(clippy::missing_panics_doc, reason = "a check panics if it fails")]
pub fn c_abi(input: &[u8], directory: &Path) {
    for suffix in ["", "-journal", "-lock"] {
        let _ = fs::remove_file(directory.join(format!("fuzzing.db{suffix}")));
    }
    let (mut input, mut objects, sandbox) = (Input(input), Objects::default(), OnceLock::new());
    let mut rows: Vec<Box<Rows>> = Vec::new();
    let clients_first = input.byte().is_multiple_of(2);
    for _ in 0..MAX_CALLS {
        if input.0.is_empty() {
            break;
        }
        let arguments = Arguments::default();
        let mut call =
            Call { input: &mut input, objects: &mut objects, sandbox: &sandbox, rows: &mut rows, arguments, directory };
        call.make();
    }
    objects.free_all(clients_first);
}

/// A call with its arguments.
pub(crate) struct Call<'a, 'b> {
    input: &'a mut Input<'b>,
    objects: &'a mut Objects,
    sandbox: &'a OnceLock<Sandbox>,
    /// Boxed, because runs have their addresses.
    #[expect(clippy::vec_box, reason = "the addresses of the rows must not change")]
    rows: &'a mut Vec<Box<Rows>>,
    arguments: Arguments,
    directory: &'a Path,
}

impl Call<'_, '_> {
    /// The server, which is started when it is first needed.
    fn sandbox(&self) -> &Sandbox {
        self.sandbox.get_or_init(Sandbox::start)
    }

    /// Makes a call that returns an object, and keeps the object.
    fn receive<T: Handle>(&mut self, call: impl FnOnce(*mut *mut T, *mut *mut zexa_error) -> zexa_status) {
        // Previous values are overwritten, not freed.
        let mut output = ptr::dangling_mut::<T>();
        let wants_output = !self.input.byte().is_multiple_of(16);
        let status = self.act(|error| call(if wants_output { &raw mut output } else { ptr::null_mut() }, error));
        if wants_output {
            assert_eq!(!output.is_null(), status == zexa_status::ZEXA_OK, "the output after {status:?}");
            self.keep(output);
        }
    }

    /// Makes a call, and checks its error.
    fn act(&mut self, call: impl FnOnce(*mut *mut zexa_error) -> zexa_status) -> zexa_status {
        let mut error = ptr::dangling_mut::<zexa_error>();
        let wants_error = !self.input.byte().is_multiple_of(8);
        let status = call(if wants_error { &raw mut error } else { ptr::null_mut() });
        self.arguments = Arguments::default();
        assert_ne!(status, zexa_status::ZEXA_INTERNAL);
        if wants_error {
            let has_failed = !matches!(status, zexa_status::ZEXA_OK | zexa_status::ZEXA_DONE);
            assert_eq!(!error.is_null(), has_failed, "the error after {status:?}");
            // SAFETY: it is NULL, or was received and not freed.
            assert!(!has_failed || unsafe { zexa_error_kind(error) } == status);
            self.keep(error);
        }
        status
    }

    /// Keeps an object that was received, if it is not NULL, and reads it.
    fn keep<T: Handle>(&mut self, object: *mut T) {
        // SAFETY: it is NULL, or was received and not freed.
        unsafe { T::read(object) };
        if !object.is_null() {
            T::list(self.objects).push(object);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/c_abi");
        let directory = tempfile::tempdir().expect("a directory");
        let mut files: Vec<_> =
            fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{} is empty", folder.display());
        for file in files {
            // Shown if the check fails.
            println!("{}", file.display());
            c_abi(&fs::read(&file).expect("readable"), directory.path());
        }
    }
}
