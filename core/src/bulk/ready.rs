//! [`Ready`]: the results of a run that wait for the caller.

use std::collections::{BTreeMap, VecDeque};

use super::RowResult;

/// The results that wait for the caller.
pub(super) enum Ready<T> {
    Any(VecDeque<RowResult<T>>),
    /// In order. The number is the index of the next one.
    Ordered(BTreeMap<u64, RowResult<T>>, u64),
}

impl<T> Ready<T> {
    pub(super) fn new(is_ordered: bool) -> Ready<T> {
        match is_ordered {
            true => Ready::Ordered(BTreeMap::new(), 0),
            false => Ready::Any(VecDeque::new()),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Ready::Any(results) => results.len(),
            Ready::Ordered(results, _) => results.len(),
        }
    }

    pub(super) fn add(&mut self, result: RowResult<T>) {
        match self {
            Ready::Any(results) => results.push_back(result),
            Ready::Ordered(results, _) => drop(results.insert(result.index, result)),
        }
    }

    pub(super) fn has_next(&self) -> bool {
        match self {
            Ready::Any(results) => !results.is_empty(),
            Ready::Ordered(results, next) => results.contains_key(next),
        }
    }

    pub(super) fn next(&mut self) -> Option<RowResult<T>> {
        match self {
            Ready::Any(results) => results.pop_front(),
            Ready::Ordered(results, next) => {
                let result = results.remove(next)?;
                *next += 1;
                Some(result)
            }
        }
    }
}
