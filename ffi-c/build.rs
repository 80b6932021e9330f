//! Sets the SONAME of the shared library.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Only release builds are installed. Programs find other builds by their file name.
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if is_release && std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        let major = std::env::var("CARGO_PKG_VERSION_MAJOR").unwrap_or_default();
        let minor = std::env::var("CARGO_PKG_VERSION_MINOR").unwrap_or_default();
        // Before 1.0, each minor version may be incompatible.
        let version = if major == "0" { format!("0.{minor}") } else { major };
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libzexa.so.{version}");
    }
}
