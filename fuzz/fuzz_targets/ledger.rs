//! Ledgers whose file is damaged.
#![no_main]

use std::sync::LazyLock;

use tempfile::TempDir;

/// In memory if possible.
static DIRECTORY: LazyLock<TempDir> =
    LazyLock::new(|| tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zexa::fuzzing::ledger(bytes, DIRECTORY.path()));
