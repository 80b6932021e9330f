//! What `Debug` shows of models and parameters: it ends up in logs, where no number and no text of a message belongs.

use std::fmt;

/// A number, an address or a name: enough of it to tell two apart.
pub(crate) struct Masked<'a, T>(pub(crate) &'a T);

/// A text: its length.
pub(crate) struct Hidden<'a, T>(pub(crate) &'a T);

/// `Debug` for a struct: the fields named, some of them `as Masked` or `as Hidden`. Fields not named, such as `extra`, are not shown.
macro_rules! discreet_debug {
    ($name:ident { $($field:ident $(as $how:ident)?),* $(,)? }) => {
        impl std::fmt::Debug for $name {
            /// Without what a log must not hold: numbers are masked, texts are hidden, and what is not known is left out.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), $crate::private::discreet_debug!(@value &self.$field $(, $how)?)))*
                    .finish_non_exhaustive()
            }
        }
    };
    (@value $field:expr) => { $field };
    (@value $field:expr, $how:ident) => { &$crate::private::$how($field) };
}

pub(crate) use discreet_debug;

impl fmt::Debug for Masked<'_, String> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"***{}\"", tail(self.0))
    }
}

/// What may be shown of a number, an address or a name: its end, where that is not most of it.
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
