//! A static library with a C function that uses the standard library: it allocates, starts a thread, and panics.

/// Returns the length of a greeting. Catches its panic.
#[unsafe(no_mangle)]
pub extern "C" fn greeting_length(times: u32) -> usize {
    let greeting = std::thread::spawn(move || "Hello ".repeat(times as usize)).join().unwrap_or_default();
    std::panic::catch_unwind(|| greeting.trim().parse::<u32>().unwrap()).map_or(greeting.len(), |_| 0)
}
