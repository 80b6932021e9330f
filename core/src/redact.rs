//! Redaction of `Debug` output, which ends up in logs and must not contain phone numbers or the text of messages.

use std::fmt;

/// Shows only the end of a phone number, an address or a name.
pub(crate) struct Masked<'a, T>(pub(crate) &'a T);

/// Shows only the length of a text.
pub(crate) struct Hidden<'a, T>(pub(crate) &'a T);

/// Implements `Debug` for a struct. Fields can be shown `as Masked` or `as Hidden`. Fields that are not listed, such as `extra`, are not shown.
macro_rules! redacted_debug {
    ($name:ident { $($field:ident $(as $how:ident)?),* $(,)? }) => {
        impl std::fmt::Debug for $name {
            /// Masks phone numbers and names, hides texts, and omits unknown fields.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), $crate::redact::redacted_debug!(@value &self.$field $(, $how)?)))*
                    .finish_non_exhaustive()
            }
        }
    };
    (@value $field:expr) => { $field };
    (@value $field:expr, $how:ident) => { &$crate::redact::$how($field) };
}

pub(crate) use redacted_debug;

impl fmt::Debug for Masked<'_, String> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"***{}\"", tail(self.0))
    }
}

/// The part of a phone number, an address or a name that may be shown: its last two characters, if it is long enough.
pub(crate) fn tail(text: &str) -> &str {
    let shown = if text.chars().count() > 6 { 2 } else { 0 };
    let start = text.char_indices().rev().take(shown).last().map_or(text.len(), |(index, _)| index);
    &text[start..]
}

impl fmt::Debug for Hidden<'_, String> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} characters)", self.0.chars().count())
    }
}

impl fmt::Debug for Masked<'_, Option<String>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map(Masked).fmt(f)
    }
}

impl fmt::Debug for Hidden<'_, Option<String>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map(Hidden).fmt(f)
    }
}
