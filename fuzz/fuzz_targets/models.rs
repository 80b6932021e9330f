//! Decoding of all models.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zexa::fuzzing::models(bytes));
