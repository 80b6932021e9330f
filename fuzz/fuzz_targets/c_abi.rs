//! Calls of the C ABI in any order, with arbitrary arguments.
#![no_main]

use std::sync::LazyLock;

use tempfile::TempDir;

/// In memory if possible.
static DIRECTORY: LazyLock<TempDir> =
    LazyLock::new(|| tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zexa_c::fuzzing::c_abi(bytes, DIRECTORY.path()));
