//! CSV files of the command line: rows, dialects and digests of blocks.
//
// The command line is a program, which cannot be linked. These are its modules, of which the check uses a part.
#![no_main]
#![allow(dead_code, unused_imports, unused_macros)]

#[path = "../../cli/src/numbers.rs"]
mod numbers;
#[path = "../../cli/src/table/mod.rs"]
mod table;
#[path = "../../cli/src/texts.rs"]
mod texts;

use std::sync::LazyLock;

use tempfile::TempDir;

/// In memory if possible.
static DIRECTORY: LazyLock<TempDir> =
    LazyLock::new(|| tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| table::fuzzing::csv(bytes, DIRECTORY.path()));
