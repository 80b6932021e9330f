//! Tells the linker that this crate is a Node addon.

fn main() {
    napi_build::setup();
}
