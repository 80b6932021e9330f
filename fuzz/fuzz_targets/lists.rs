//! Lists: any sequence of pages ends, and yields each item once.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zexa::fuzzing::lists(bytes));
