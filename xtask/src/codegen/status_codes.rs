//! Status codes of the C ABI that are not error kinds of the core. Their numbers never change, and are the same in all languages.

pub(super) struct StatusCode {
    pub(super) name: &'static str,
    pub(super) number: u32,
}

/// The end of a list.
pub(super) const DONE: StatusCode = StatusCode { name: "done", number: 100 };
pub(super) const INVALID_ARGUMENT: StatusCode = StatusCode { name: "invalid_argument", number: 101 };
pub(super) const INTERNAL: StatusCode = StatusCode { name: "internal", number: 102 };
