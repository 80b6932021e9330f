//! Bodies of error responses.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zexa::fuzzing::errors(bytes));
