//! The checks that the fuzz targets in `fuzz/` call with arbitrary input, and the replay of their corpora. Compiled for fuzzing and for tests only.
//!
//! A check returns if the input has the promised properties, or cannot be used, and panics otherwise.

pub use crate::engine::fuzzing::{errors, retry_after};
#[cfg(all(feature = "ledger", unix))]
pub use crate::ledger::fuzzing::ledger;
pub use crate::list::fuzzing::lists;
pub use crate::tolerant::fuzzing::{events, models};

/// Splits a line from the start of an input.
pub(crate) fn split_line(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (input, &[]),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// Calls the check with each file in the corpus of a target.
    fn replay(target: &str, check: impl Fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
        let mut files: Vec<_> =
            fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{} is empty", folder.display());
        for file in files {
            // Shown if the check fails.
            println!("{}", file.display());
            check(&fs::read(&file).expect("readable"));
        }
    }

    #[test]
    fn models() {
        replay("models", super::models);
    }

    #[test]
    fn events() {
        replay("events", super::events);
    }

    #[test]
    fn errors() {
        replay("errors", super::errors);
    }

    #[test]
    fn retry_after() {
        replay("retry_after", super::retry_after);
    }

    #[test]
    fn lists() {
        replay("lists", super::lists);
    }

    #[test]
    fn ledger() {
        // In memory if possible, because a ledger waits for the disk.
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory");
        replay("ledger", |input| super::ledger(input, directory.path()));
    }
}
