//! [`SeenKeys`]: the keys of a run so far. A run may have millions of rows, so memory use is kept small: eight bytes per key.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

/// Each shard is a sorted list, so that a new key moves few others.
const SHARDS: usize = 4096;

/// The hashes of the keys. Two of a million keys have the same hash with a probability of 3 in 100 million; the second one would be reported as a
/// duplicate, and not sent.
pub(super) struct SeenKeys {
    shards: Vec<Vec<u64>>,
    hasher: RandomState,
}

impl SeenKeys {
    pub(super) fn new() -> SeenKeys {
        SeenKeys { shards: Vec::new(), hasher: RandomState::default() }
    }

    /// Adds a key. Returns whether it is new.
    pub(super) fn add(&mut self, key: &str) -> bool {
        let hash = self.hasher.hash_one(key);
        if self.shards.is_empty() {
            self.shards.resize(SHARDS, Vec::new());
        }
        let shard = &mut self.shards[(hash % SHARDS as u64) as usize];
        match shard.binary_search(&hash) {
            Ok(_) => false,
            Err(place) => {
                if shard.len() == shard.capacity() {
                    // Not doubled, which would waste half of the memory.
                    shard.reserve_exact(4 + shard.len() / 8);
                }
                shard.insert(place, hash);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_new_once() {
        let mut seen = SeenKeys::new();
        let keys: Vec<String> = (0..100_000).map(|number| format!("order-{number}")).collect();
        assert!(keys.iter().all(|key| seen.add(key)));
        assert!(!keys.iter().any(|key| seen.add(key)));
        assert!(seen.add("order-100000"));
    }
}
