//! The faults of a server: which one hits the next request or connection.

use fastrand::Rng;

use crate::fault::{Answer, At, Fault};
use crate::record::query_pairs;

/// The faults in the order they were added, with how far each is used up.
#[derive(Debug, Default)]
pub(crate) struct FaultBook {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    fault: Fault,
    skipped: u64,
    hits: u64,
    chance: Rng,
}

impl FaultBook {
    pub(crate) fn add(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.entries.extend(faults.into_iter().map(|fault| Entry {
            chance: Rng::with_seed(fault.when.seed),
            fault,
            skipped: 0,
            hits: 0,
        }));
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Each fault, and how often it has hit.
    pub(crate) fn list(&self) -> impl Iterator<Item = (&Fault, u64)> {
        self.entries.iter().map(|entry| (&entry.fault, entry.hits))
    }

    /// What happens to a connection that was just accepted.
    pub(crate) fn for_connection(&mut self) -> Option<Answer> {
        self.entries.iter_mut().filter(|entry| entry.is_for_connections()).find_map(Entry::hit)
    }

    /// What happens to a request; `path` is the one below `/v1`, if it is there.
    pub(crate) fn for_request(&mut self, method: &str, path: Option<&str>, query: Option<&str>) -> Option<Answer> {
        self.entries
            .iter_mut()
            .filter(|entry| !entry.is_for_connections() && entry.fits(method, path, query))
            .find_map(Entry::hit)
    }
}

impl Entry {
    fn is_for_connections(&self) -> bool {
        self.fault.answer.at() == At::Connect
    }

    fn fits(&self, method: &str, path: Option<&str>, query: Option<&str>) -> bool {
        let when = &self.fault.when;
        let method_fits = when.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        let path_fits = when.path.as_ref().is_none_or(|wanted| path.is_some_and(|path| path_fits(wanted, path)));
        let has =
            |(name, value): (&String, &String)| query_pairs(query).any(|pair| pair.0 == *name && pair.1 == *value);
        method_fits && path_fits && when.query.iter().all(has)
    }

    /// Uses the fault up by one, if it is live and chance wants it.
    fn hit(&mut self) -> Option<Answer> {
        let when = &self.fault.when;
        if when.times != 0 && self.hits >= when.times {
            return None;
        }
        if self.skipped < when.skip {
            self.skipped += 1;
            return None;
        }
        if when.probability.is_some_and(|wanted| self.chance.f64() >= wanted) {
            return None;
        }
        self.hits += 1;
        match when.any_of.len() {
            0 => Some(self.fault.answer.clone()),
            count => Some(when.any_of[self.chance.usize(..count)].clone()),
        }
    }
}

fn path_fits(pattern: &str, path: &str) -> bool {
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

    fn book(faults: Value) -> FaultBook {
        let mut book = FaultBook::default();
        book.add(serde_json::from_value::<Vec<Fault>>(faults).unwrap());
        book
    }

    fn statuses(book: &mut FaultBook, count: usize) -> Vec<Option<u16>> {
        (0..count)
            .map(|_| book.for_request("POST", Some("/messages"), None))
            .map(|answer| answer.and_then(|answer| answer.status))
            .collect()
    }

    #[test]
    fn the_first_live_fault_wins() {
        let mut book = book(json!([
            {"method": "GET", "status": 500},
            {"path": "/messages", "status": 502, "skip": 1, "times": 2},
            {"status": 503, "times": 2},
        ]));
        let expected = [Some(503), Some(502), Some(502), Some(503), None];
        assert_eq!(statuses(&mut book, 5), expected);
    }

    #[test]
    fn a_query_must_have_each_parameter() {
        let mut book = book(json!([{"query": {"page": "2", "search": "Ana M"}, "times": 0, "status": 503}]));
        let mut is_hit = |query| book.for_request("GET", Some("/contacts"), query).is_some();
        assert!(is_hit(Some("per_page=2&search=Ana+M&page=2")));
        for query in [None, Some("page=2"), Some("page=22&search=Ana+M"), Some("per_page=2&search=Ana+M")] {
            assert!(!is_hit(query), "{query:?}");
        }
    }

    #[test]
    fn a_star_is_one_segment() {
        assert!(path_fits("/messages/*", "/messages/msg_1"));
        assert!(!path_fits("/messages/*", "/messages"));
        assert!(!path_fits("/messages/*", "/messages/"));
        assert!(!path_fits("/messages/*", "/messages/msg_1/more"));
    }

    #[test]
    fn chance_can_be_had_again() {
        let faults = json!([{"times": 0, "probability": 0.5, "seed": 7, "any_of": [
            {"status": 500}, {"status": 502}
        ]}]);
        let first = statuses(&mut book(faults.clone()), 50);
        assert_eq!(first, statuses(&mut book(faults), 50));
        for status in [None, Some(500), Some(502)] {
            assert!(first.contains(&status), "{status:?} never came");
        }
    }
}
