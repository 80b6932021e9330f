//! Says to the linker that what is built is an addon of Node.

fn main() {
    napi_build::setup();
}
