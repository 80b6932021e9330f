//! Events that are posted to webhooks.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zexa::fuzzing::events(bytes));
