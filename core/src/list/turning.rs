//! Whether a server turns the pages of a list, or gives the same one for ever.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Item;
use crate::{Error, Kind, Outcome, Result};

/// A list may shift by a page. One that shifts by more, page after page, is a server that does not turn pages.
pub(super) const MOST_STALE_PAGES: u32 = 3;

/// What the last page was, and how often it came again.
#[derive(Default)]
pub(super) struct Turning {
    last: Option<u64>,
    repeats: u32,
}

impl Turning {
    /// Looks at the next page.
    ///
    /// # Errors
    ///
    /// Where it would go on for ever: it is the same as the one before, and so were those.
    pub(super) fn look_at<T: Item>(&mut self, items: &[T]) -> Result<()> {
        let page = Some(fingerprint(items));
        if page == self.last {
            self.repeats += 1;
        } else {
            self.repeats = 0;
        }
        self.last = page;
        if self.repeats > MOST_STALE_PAGES { Err(endless()) } else { Ok(()) }
    }
}

/// That a list has no end.
pub(super) fn endless() -> Error {
    let message = "the list repeats itself: page after page has nothing on it that is new";
    Error::new(Kind::Decode, Outcome::Accepted, message).with_attempts(1)
}

/// Of the ids on the page, and of whatever else there is of an item that has none.
fn fingerprint<T: Item>(items: &[T]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for item in items {
        match item.id() {
            Some(id) => id.hash(&mut hasher),
            None => serde_json::to_vec(item).unwrap_or_default().hash(&mut hasher),
        }
    }
    hasher.finish()
}
