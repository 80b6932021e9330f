//! What `Debug` shows of numbers and bodies: it ends up in logs, and they must not.

use std::fmt;

/// A number, an address or a name: enough of it to tell two apart.
pub(crate) struct Masked<'a>(pub(crate) &'a str);

/// A text: its length.
pub(crate) struct Hidden<'a>(pub(crate) &'a str);

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters: Vec<char> = self.0.chars().collect();
        let shown = if letters.len() > 6 { 2 } else { 0 };
        let tail: String = letters[letters.len() - shown..].iter().collect();
        write!(f, "\"***{tail}\"")
    }
}

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} characters)", self.0.chars().count())
    }
}
