//! Status codes of the C ABI that are not error kinds of the core. Their numbers never change, and are the same in all languages.

pub(super) struct Further {
    pub(super) name: &'static str,
    pub(super) number: u32,
}

/// The end of a list.
pub(super) const DONE: Further = Further { name: "done", number: 100 };
pub(super) const INVALID_ARGUMENT: Further = Further { name: "invalid_argument", number: 101 };
pub(super) const INTERNAL: Further = Further { name: "internal", number: 102 };
