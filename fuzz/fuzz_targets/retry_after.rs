//! The header `Retry-After`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zexa::fuzzing::retry_after(bytes));
