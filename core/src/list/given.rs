//! [`Given`]: the ids that a list has given. There are as many as items, so each costs as little as it can.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// A set of ids, which only grows. They stand in one text, one after another: no id is an allocation of its own.
#[derive(Default)]
pub(super) struct Given {
    text: String,
    places: HashTable<Place>,
    hasher: RandomState,
}

/// Where an id stands in the text. It keeps its hash, which is not found out anew when the table grows.
struct Place {
    hash: u64,
    start: usize,
    end: usize,
}

impl Given {
    /// Whether it is new.
    pub(super) fn add(&mut self, id: &str) -> bool {
        let hash = self.hasher.hash_one(id);
        let text = &mut self.text;
        let is_it = |place: &Place| place.hash == hash && text[place.start..place.end] == *id;
        match self.places.entry(hash, is_it, |place| place.hash) {
            Entry::Occupied(_) => false,
            Entry::Vacant(vacant) => {
                let start = text.len();
                text.push_str(id);
                vacant.insert(Place { hash, start, end: text.len() });
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once() {
        let mut given = Given::default();
        let ids: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        assert!(ids.iter().all(|id| given.add(id)));
        assert!(!ids.iter().any(|id| given.add(id)));
        assert!(given.add("") && !given.add(""));
    }
}
