//! The faults of a server, and which of them hits the next request or connection.

use fastrand::Rng;

use crate::fault::{At, Effect, Fault};
use crate::record::query_pairs;

/// The faults in the order in which they were added, with their counters.
#[derive(Debug, Default)]
pub(crate) struct FaultRules {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    fault: Fault,
    skipped: u64,
    hits: u64,
    rng: Rng,
}

impl FaultRules {
    pub(crate) fn add(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.entries.extend(faults.into_iter().map(|fault| Entry {
            rng: Rng::with_seed(fault.when.seed),
            fault,
            skipped: 0,
            hits: 0,
        }));
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Each fault with its number of hits.
    pub(crate) fn list(&self) -> impl Iterator<Item = (&Fault, u64)> {
        self.entries.iter().map(|entry| (&entry.fault, entry.hits))
    }

    /// Effect on a connection that was just accepted.
    pub(crate) fn for_connection(&mut self) -> Option<Effect> {
        self.entries.iter_mut().filter(|entry| entry.is_for_connections()).find_map(Entry::hit)
    }

    /// Effect on a request. `path` is the path below `/v1`, or `None` if the path is not below it.
    pub(crate) fn for_request(&mut self, method: &str, path: Option<&str>, query: Option<&str>) -> Option<Effect> {
        self.entries
            .iter_mut()
            .filter(|entry| !entry.is_for_connections() && entry.matches(method, path, query))
            .find_map(Entry::hit)
    }
}

impl Entry {
    fn is_for_connections(&self) -> bool {
        self.fault.effect.at() == At::Connect
    }

    fn matches(&self, method: &str, path: Option<&str>, query: Option<&str>) -> bool {
        let when = &self.fault.when;
        let method_matches = when.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        let path_matches = when.path.as_ref().is_none_or(|wanted| path.is_some_and(|path| path_matches(wanted, path)));
        let has =
            |(name, value): (&String, &String)| query_pairs(query).any(|pair| pair.0 == *name && pair.1 == *value);
        method_matches && path_matches && when.query.iter().all(has)
    }

    /// Counts a matching request, and returns the effect if the fault hits it.
    fn hit(&mut self) -> Option<Effect> {
        let when = &self.fault.when;
        if when.times != 0 && self.hits >= when.times {
            return None;
        }
        if self.skipped < when.skip {
            self.skipped += 1;
            return None;
        }
        if when.probability.is_some_and(|wanted| self.rng.f64() >= wanted) {
            return None;
        }
        self.hits += 1;
        match when.any_of.len() {
            0 => Some(self.fault.effect.clone()),
            count => Some(when.any_of[self.rng.usize(..count)].clone()),
        }
    }
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let mut wanted = pattern.split('/');
    let mut actual = path.split('/');
    loop {
        match (wanted.next(), actual.next()) {
            (None, None) => return true,
            (Some("*"), Some(segment)) if !segment.is_empty() => {}
            (Some(wanted), Some(segment)) if wanted == segment => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rules(faults: Value) -> FaultRules {
        let mut rules = FaultRules::default();
        rules.add(serde_json::from_value::<Vec<Fault>>(faults).unwrap());
        rules
    }

    fn statuses(rules: &mut FaultRules, count: usize) -> Vec<Option<u16>> {
        (0..count)
            .map(|_| rules.for_request("POST", Some("/messages"), None))
            .map(|answer| answer.and_then(|answer| answer.status))
            .collect()
    }

    #[test]
    fn the_first_fault_that_is_not_used_up_applies() {
        let mut rules = rules(json!([
            {"method": "GET", "status": 500},
            {"path": "/messages", "status": 502, "skip": 1, "times": 2},
            {"status": 503, "times": 2},
        ]));
        let expected = [Some(503), Some(502), Some(502), Some(503), None];
        assert_eq!(statuses(&mut rules, 5), expected);
    }

    #[test]
    fn a_query_must_contain_each_parameter() {
        let mut rules = rules(json!([{"query": {"page": "2", "search": "Ana M"}, "times": 0, "status": 503}]));
        let mut is_hit = |query| rules.for_request("GET", Some("/contacts"), query).is_some();
        assert!(is_hit(Some("per_page=2&search=Ana+M&page=2")));
        for query in [None, Some("page=2"), Some("page=22&search=Ana+M"), Some("per_page=2&search=Ana+M")] {
            assert!(!is_hit(query), "{query:?}");
        }
    }

    #[test]
    fn a_star_matches_one_segment() {
        assert!(path_matches("/messages/*", "/messages/msg_1"));
        assert!(!path_matches("/messages/*", "/messages"));
        assert!(!path_matches("/messages/*", "/messages/"));
        assert!(!path_matches("/messages/*", "/messages/msg_1/more"));
    }

    #[test]
    fn random_numbers_are_reproducible() {
        let faults = json!([{"times": 0, "probability": 0.5, "seed": 7, "any_of": [
            {"status": 500}, {"status": 502}
        ]}]);
        let first = statuses(&mut rules(faults.clone()), 50);
        assert_eq!(first, statuses(&mut rules(faults), 50));
        for status in [None, Some(500), Some(502)] {
            assert!(first.contains(&status), "{status:?} never occurred");
        }
    }
}
