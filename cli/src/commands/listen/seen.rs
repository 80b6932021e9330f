//! [`RecentIds`]: the ids of recent events, to ignore those that are posted again.

use std::collections::{HashSet, VecDeque};

/// Number of ids that are kept. An event is posted again within minutes.
const CAPACITY: usize = 10_000;

/// The ids of the latest events.
#[derive(Default)]
pub(super) struct RecentIds {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl RecentIds {
    /// Return whether the id was added before.
    pub(super) fn contains(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Add an id. The oldest is forgotten if there are too many.
    pub(super) fn add(&mut self, id: &str) {
        if !self.ids.insert(id.to_owned()) {
            return;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_ids_are_forgotten() {
        let mut recent = RecentIds::default();
        for number in 0..=CAPACITY {
            recent.add(&number.to_string());
            recent.add(&number.to_string());
        }
        assert!(!recent.contains("0") && recent.contains("1") && recent.contains(&CAPACITY.to_string()));
        assert_eq!((recent.ids.len(), recent.order.len()), (CAPACITY, CAPACITY));
    }
}
