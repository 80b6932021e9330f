//! Which pages of a list to ask for, and when it ends. Pure: it neither sends nor waits.

/// At most so many pages are asked for ahead.
const MOST_AHEAD: u32 = 16;

/// The plan of reading a list to its end.
///
/// The first page tells how many there are, so it is asked for alone, and whoever wants no more than what is on it costs no further request.
/// From the second on several are asked for at once, and more with every page that is taken, as it becomes likely that all are wanted.
#[derive(Debug)]
pub(super) struct Plan {
    /// The next page to ask for.
    ask: u32,
    /// The next page to take.
    take: u32,
    /// The last page there is, as far as the newest page knows.
    last: u32,
    /// How many pages may be under way.
    ahead: u32,
}

impl Plan {
    pub(super) fn new() -> Plan {
        Plan { ask: 1, take: 1, last: 1, ahead: 2 }
    }

    /// The next page to ask for now, if any.
    pub(super) fn ask_next(&mut self) -> Option<u32> {
        let due = self.ask <= self.last && self.ask < self.take.saturating_add(self.ahead);
        due.then(|| {
            self.ask += 1;
            self.ask - 1
        })
    }

    /// A page was taken: it had so many items, and said this of the whole list.
    pub(super) fn took(&mut self, items: usize, total: u64, per_page: u32) {
        self.take += 1;
        self.ahead = (self.ahead * 2).min(MOST_AHEAD);
        // A page that says it has no size has the size that it shows.
        let size = if per_page == 0 { items as u64 } else { per_page.into() };
        self.last = u32::try_from(total.div_ceil(size.max(1))).unwrap_or(u32::MAX - MOST_AHEAD);
        // Whatever the total says, there is nothing behind an empty page.
        if items == 0 {
            self.end();
        }
    }

    /// There is to be no further page.
    pub(super) fn end(&mut self) {
        self.last = 0;
    }

    pub(super) fn has_ended(&self) -> bool {
        self.take > self.last
    }

    /// What was asked for and not taken is lost: ask again.
    pub(super) fn ask_again(&mut self) {
        self.ask = self.take;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(plan: &mut Plan) -> Vec<u32> {
        std::iter::from_fn(|| plan.ask_next()).collect()
    }

    #[test]
    fn the_first_page_alone_then_more_and_more() {
        let mut plan = Plan::new();
        assert_eq!(asked(&mut plan), [1]);
        plan.took(50, 5000, 50);
        assert_eq!(asked(&mut plan), [2, 3, 4, 5]);
        plan.took(50, 5000, 50);
        assert_eq!(asked(&mut plan), [6, 7, 8, 9, 10]);
        plan.took(50, 5000, 50);
        assert_eq!(asked(&mut plan).last(), Some(&19));
        plan.took(50, 5000, 50);
        assert_eq!(asked(&mut plan), [20]);
    }

    #[test]
    fn it_ends_where_the_total_says_even_when_that_changes() {
        let mut plan = Plan::new();
        asked(&mut plan);
        plan.took(2, 5, 2);
        assert_eq!(asked(&mut plan), [2, 3]);
        plan.took(2, 7, 2);
        assert_eq!(asked(&mut plan), [4]);
        plan.took(2, 5, 2);
        assert!(plan.has_ended());
    }

    #[test]
    fn it_ends_at_an_empty_page() {
        let mut plan = Plan::new();
        asked(&mut plan);
        plan.took(0, u64::MAX, 1);
        assert!(plan.has_ended() && asked(&mut plan).is_empty());
    }

    #[test]
    fn an_absurd_total_does_not_overflow() {
        let mut plan = Plan::new();
        asked(&mut plan);
        plan.took(1, u64::MAX, 1);
        assert_eq!(asked(&mut plan).len(), 4);
    }
}
