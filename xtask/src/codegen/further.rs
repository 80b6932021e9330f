//! What a status can be beside a kind of error of the core: the numbers, frozen as those of the kinds, are the same in all languages.

pub(super) struct Further {
    pub(super) name: &'static str,
    pub(super) number: u32,
}

/// A list has come to its end.
pub(super) const DONE: Further = Further { name: "done", number: 100 };
pub(super) const INVALID_ARGUMENT: Further = Further { name: "invalid_argument", number: 101 };
pub(super) const INTERNAL: Further = Further { name: "internal", number: 102 };
