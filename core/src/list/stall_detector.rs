//! [`StallDetector`]: detects repeated pages whose items have no ids.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Item;
use crate::{Error, Kind, Outcome};

/// The fingerprints of the pages so far that hold items without ids. Pages whose items all have one are compared by
/// [`SeenIds`](super::seen_ids::SeenIds).
#[derive(Default)]
pub(super) struct StallDetector {
    pages: HashSet<u64>,
}

impl StallDetector {
    /// Returns whether an earlier page had exactly these items, in this order, and some of them have no id.
    ///
    /// Single items without an id are never compared, because different items may be equal. Complete pages are compared.
    pub(super) fn is_repeated<T: Item>(&mut self, items: &[T]) -> bool {
        let has_ids = items.iter().all(|item| item.id().is_some_and(|id| !id.is_empty()));
        !has_ids && !self.pages.insert(fingerprint(items))
    }
}

/// The error of a list that repeats itself. The pages were received, so the outcome is `accepted`.
pub(super) fn repeating_list() -> Error {
    let message = "the list repeats itself: a page has only items of earlier pages, although more items should follow";
    Error::new(Kind::Decode, Outcome::Accepted, message).with_attempts(1)
}

/// A hash of all fields of all items.
fn fingerprint<T: Item>(items: &[T]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for item in items {
        serde_json::to_vec(item).unwrap_or_default().hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::SenderId;

    fn senders(names: &[&str]) -> Vec<SenderId> {
        let json = |name| json!({"sender_id": name, "channel": "sms", "status": "approved"});
        names.iter().map(|name| serde_json::from_value(json(name)).expect("a Sender ID")).collect()
    }

    #[test]
    fn a_page_is_recognised_by_all_its_items() {
        let mut pages = StallDetector::default();
        for (names, repeated) in [
            (vec!["A", "B"], false),
            (vec!["B", "A"], false),
            (vec!["A"], false),
            (vec!["A", "B"], true),
            (vec![], false),
        ] {
            assert_eq!(pages.is_repeated(&senders(&names)), repeated, "{names:?}");
        }
    }

    #[test]
    fn pages_whose_items_have_ids_are_not_kept() {
        let mut pages = StallDetector::default();
        let mut items = senders(&["A"]);
        items[0].id = Some("sid_1".into());
        assert!(!pages.is_repeated(&items) && !pages.is_repeated(&items));
    }
}
