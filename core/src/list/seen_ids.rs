//! [`SeenIds`]: the ids of the items that a list has received. There is one id per item, so memory use is kept small.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::Item;

/// The ids on the pages so far. They are stored in one string, to avoid an allocation per id.
#[derive(Default)]
pub(super) struct SeenIds {
    text: String,
    spans: HashTable<Span>,
    hasher: RandomState,
}

/// The position of an id in the text. A part of the hash is stored so that it is not computed again when the table grows.
struct Span {
    start: usize,
    length: u32,
    hash: u32,
}

impl Span {
    /// The hash for the table, which uses the highest and the lowest bits: those of the product depend on all bits of the stored part.
    fn table_hash(&self) -> u64 {
        spread(self.hash)
    }
}

fn spread(hash: u32) -> u64 {
    let product = u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

impl SeenIds {
    /// Adds the ids on a page. Returns the indexes of the items that an **earlier** page had.
    ///
    /// Items of one page are never compared with one another, and an item without an id is never a repeat: the API documents neither that ids
    /// are unique within a page nor that every item has one.
    pub(super) fn add_page<T: Item>(&mut self, items: &[T]) -> Vec<usize> {
        let page_start = self.text.len();
        let is_repeated = |(index, item): (usize, &T)| (!self.add(item, page_start)).then_some(index);
        items.iter().enumerate().filter_map(is_repeated).collect()
    }

    /// Returns whether the item is new. Ids in the text from `page_start` on are those of the item's own page.
    fn add<T: Item>(&mut self, item: &T, page_start: usize) -> bool {
        let Some(id) = item.id().filter(|id| !id.is_empty()) else { return true };
        let scope = item.id_scope();
        // Of the item's own text: the processor would wait for the copy in `self.text`, for half of the time of this function.
        let hash = self.hasher.hash_one((id, scope)) as u32;
        let text = &self.text;
        let is_equal = |span: &Span| {
            let end = span.start + span.length as usize;
            span.hash == hash && is_key(&text[span.start..end], id, scope)
        };
        match self.spans.entry(spread(hash), is_equal, Span::table_hash) {
            Entry::Occupied(span) => span.get().start >= page_start,
            Entry::Vacant(vacant) => {
                let start = text.len();
                self.text.push_str(id);
                if let Some(scope) = scope {
                    // Separated, so that ("a", "bc") and ("ab", "c") have different texts.
                    self.text.push('\0');
                    self.text.push_str(scope);
                }
                // A response is much smaller than 4 GiB.
                let length = u32::try_from(self.text.len() - start).expect("an id is part of a response");
                vacant.insert(Span { start, length, hash });
                true
            }
        }
    }
}

/// Whether this is the text of an id.
fn is_key(text: &str, id: &str, scope: Option<&str>) -> bool {
    match scope {
        None => text == id,
        Some(scope) => text.strip_prefix(id).and_then(|rest| rest.strip_prefix('\0')) == Some(scope),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Contact, SenderId};

    fn contact(id: &str) -> Contact {
        let json = json!({"id": id, "name": "Ana", "phone": "+244923000001", "created_at": "2026-07-01T09:00:00Z"});
        serde_json::from_value(json).expect("a contact")
    }

    fn sender(id: Option<&str>, channel: &str) -> SenderId {
        serde_json::from_value(json!({"id": id, "channel": channel, "status": "approved"})).expect("a Sender ID")
    }

    #[test]
    fn an_id_is_new_on_one_page() {
        let mut seen = SeenIds::default();
        let page: Vec<_> = (0..1000).map(|number| contact(&number.to_string())).collect();
        assert!(seen.add_page(&page).is_empty());
        assert_eq!(seen.add_page(&page), (0..1000).collect::<Vec<_>>());
        assert_eq!(seen.add_page(&[contact("999"), contact("1000")]), [0]);
    }

    #[test]
    fn items_of_one_page_are_not_compared() {
        let mut seen = SeenIds::default();
        assert!(seen.add_page(&[contact("a"), contact("a"), contact("a")]).is_empty());
        assert_eq!(seen.add_page(&[contact("b"), contact("a"), contact("b"), contact("a")]), [1, 3]);
    }

    #[test]
    fn an_id_on_another_channel_is_another_id() {
        let mut seen = SeenIds::default();
        assert!(seen.add_page(&[sender(Some("1"), "sms"), sender(Some("1"), "whatsapp")]).is_empty());
        assert_eq!(seen.add_page(&[sender(Some("1"), "email"), sender(Some("1"), "sms")]), [1]);
    }

    #[test]
    fn an_item_without_an_id_is_always_new() {
        let mut seen = SeenIds::default();
        let page = [sender(None, "sms"), sender(Some(""), "sms")];
        assert!(seen.add_page(&page).is_empty());
        assert!(seen.add_page(&page).is_empty());
    }
}
