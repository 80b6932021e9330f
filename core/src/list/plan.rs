//! [`Plan`]: which pages of a list to request, and when the list ends. It neither sends nor waits.
//!
//! # When a list ends
//!
//! The items decide, not the page numbers: servers cap pages without saying so, and report totals that are wrong. *Seen* is the number of items
//! that the list has yielded; an item repeated on a later page counts once. *Total* is the total that the newest page reports.
//!
//! 1. **Seen < total**: the list goes on. Two empty pages in a row end it short of the total, which is reported as
//!    [incomplete](Plan::is_incomplete).
//! 2. **Seen >= total**: the list ends if the total is confirmed, that is
//!    - seen is exactly the largest total that a page has announced before its items arrived; or
//!    - seen is exactly the total, and the page is not full: it has fewer items than pages of this list have.
//! 3. Otherwise the total is in doubt: it is smaller than what was seen, or it is just what a full page holds, as from a server that reports the
//!    number of items on the page. Then one more page is requested. An empty page ends the list, and so does a 404; any other is judged by these
//!    rules again.
//! 4. An empty page ends the list only if no page has announced more items than were seen. Otherwise rule 1 applies.
//! 5. **A page that has only items of earlier pages** ends the list if seen is exactly the total. Otherwise it is an error: a server that ignores
//!    `page`, or alternates pages, would go on for ever. The exception is a list that grows while it is read: if the total has grown by at
//!    least as many items as were repeated, new rows have moved old ones to later pages, and the list goes on, for at most
//!    [`MAX_SHIFTED_PAGES`] such pages in a row.
//!
//! A list with a limit also ends when it has yielded that many items, and is complete then.
//!
//! A server with correct totals costs no request more than the list has pages, with one exception: a list of exactly one full page costs two,
//! by rule 3. What no rule can detect: a first page that is short and reports its own length as the total, and a total that is too small on
//! every page and is reached exactly at the end of a page.

/// The most pages that are requested ahead.
const MAX_AHEAD: u32 = 16;

/// The most bytes that the bodies of the requested pages may have together, as estimated by the largest page so far.
///
/// Decoded pages take a multiple of that, more if they have many fields that the models do not know. A body may have up to 8 MiB.
const MAX_BYTES_AHEAD: usize = 16 << 20;

/// The most pages in a row without a new item that a growing total excuses.
const MAX_SHIFTED_PAGES: u32 = 3;

/// The page size that the API documents for requests without one.
const DEFAULT_PER_PAGE: u32 = 50;

/// The number of empty pages in a row that end a list, whatever its total is.
const MAX_EMPTY_PAGES: u32 = 2;

/// The plan of reading a list to its end.
///
/// The first page is requested alone, because it reports the total, and a caller who wants no more than its items pays for one request. From
/// the second page on several are requested at once, and more with every page received, as it becomes likely that all are wanted.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The `per_page` of the requests.
    requested_size: Option<u32>,
    /// The number of items after which the list ends, whatever its total is. `None` means all.
    limit: Option<u64>,
    /// How many pages were requested: the number of the last one.
    requested: u32,
    /// How many pages were received.
    received: u32,
    /// The number of the last page that is expected to exist.
    last: u32,
    /// How many pages may be requested and not yet received.
    ahead: u32,
    /// The size of the largest body so far, in bytes.
    largest_body: usize,
    /// The number of items on the largest page so far.
    largest_page: u64,
    seen: u64,
    /// Items that a page had although an earlier page had them.
    repeated: u64,
    /// The total of the first page, of the newest page, and of the newest page that had items.
    first_total: u64,
    total: u64,
    total_beside_items: u64,
    /// The largest total that exceeded what was seen when it was reported.
    announced: u64,
    empty_pages: u32,
    shifted_pages: u32,
    state: State,
}

/// Whether a list goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    GoesOn,
    Ended,
    Failed,
}

/// What the plan needs to know of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    pub(super) items: u64,
    /// How many of the items earlier pages had.
    pub(super) repeated: u64,
    pub(super) total: u64,
    pub(super) per_page: u32,
}

/// A list repeats its items although more should follow.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repeats;

impl Plan {
    pub(super) fn new(requested_size: Option<u32>) -> Plan {
        Plan { requested_size, last: 1, ahead: 2, ..Plan::default() }
    }

    /// The plan of reading this many items.
    pub(super) fn with_limit(mut self, items: u64) -> Plan {
        self.limit = Some(items);
        if self.has_reached_limit() {
            self.state = State::Ended;
        }
        self
    }

    fn has_reached_limit(&self) -> bool {
        self.limit.is_some_and(|limit| self.seen >= limit)
    }

    /// The next page to request now, if any.
    pub(super) fn next_request(&mut self) -> Option<u32> {
        let is_due = !self.has_ended()
            && self.requested < self.last
            && self.requested - self.received < self.ahead.min(self.affordable());
        is_due.then(|| {
            self.requested += 1;
            self.requested
        })
    }

    /// How many pages of the largest size so far may be requested and not yet received. Always at least one.
    fn affordable(&self) -> u32 {
        u32::try_from(MAX_BYTES_AHEAD / self.largest_body.max(1)).unwrap_or(u32::MAX).max(1)
    }

    /// Whether more pages were requested than are affordable by now.
    pub(super) fn has_excess(&self) -> bool {
        self.requested - self.received > self.affordable()
    }

    /// Takes back the request for the last page that was requested.
    pub(super) fn withdraw(&mut self) {
        self.requested -= 1;
    }

    /// Notes the size of a body, as soon as a page has arrived.
    pub(super) fn arrived(&mut self, bytes: usize) {
        self.largest_body = self.largest_body.max(bytes);
    }

    /// Notes the next page in order, and decides whether the list goes on.
    ///
    /// # Errors
    ///
    /// If the page has only items of earlier pages although more should follow. The list has then failed.
    pub(super) fn received(&mut self, page: Received) -> Result<(), Repeats> {
        self.received += 1;
        self.ahead = (self.ahead * 2).min(MAX_AHEAD);
        if self.received == 1 {
            self.first_total = page.total;
        }
        let is_full = self.is_full(&page);
        self.seen += page.items - page.repeated;
        self.repeated += page.repeated;
        self.largest_page = self.largest_page.max(page.items);
        self.total = page.total;
        if self.total > self.seen {
            self.announced = self.announced.max(self.total);
        }
        if page.items == 0 {
            self.empty_pages += 1;
        } else {
            self.empty_pages = 0;
            self.total_beside_items = page.total;
        }
        self.state = if self.has_reached_limit() { State::Ended } else { self.judge(&page, is_full) };
        self.last = self.received.saturating_add(self.expected_pages());
        if self.state == State::Failed { Err(Repeats) } else { Ok(()) }
    }

    /// The rules of the module's documentation.
    fn judge(&mut self, page: &Received, is_full: bool) -> State {
        let ends_if = |is_end| if is_end { State::Ended } else { State::GoesOn };
        if page.items == 0 {
            let is_expected = self.seen >= self.total && self.seen >= self.announced;
            return ends_if(is_expected || self.empty_pages >= MAX_EMPTY_PAGES);
        }
        if page.repeated < page.items {
            self.shifted_pages = 0;
            let is_confirmed = self.seen == self.announced || (self.seen == self.total && !is_full);
            return ends_if(self.seen >= self.total && is_confirmed);
        }
        if self.seen == self.total {
            return State::Ended;
        }
        self.shifted_pages += 1;
        let growth = self.total.saturating_sub(self.first_total);
        let has_shifted = self.repeated <= growth && self.shifted_pages <= MAX_SHIFTED_PAGES;
        if has_shifted { State::GoesOn } else { State::Failed }
    }

    /// Whether the page has as many items as pages of this list have, as far as that is known before it is counted.
    fn is_full(&self, page: &Received) -> bool {
        let requested = self.requested_size.unwrap_or(DEFAULT_PER_PAGE);
        let reported = if page.per_page == 0 { requested } else { page.per_page };
        // Without a requested size the server chooses one.
        let size = u64::from(self.requested_size.map_or(reported, |requested| requested.min(reported)));
        let size = if self.largest_page == 0 { size } else { size.min(self.largest_page) };
        page.items >= size
    }

    /// How many further pages are expected. Where nothing is known, one page is requested at a time.
    fn expected_pages(&self) -> u32 {
        if self.empty_pages > 0 {
            return 1;
        }
        let wanted = self.limit.map_or(self.total, |limit| limit.min(self.total));
        let missing = wanted.saturating_sub(self.seen);
        let pages = missing.div_ceil(self.largest_page.max(1)).max(1);
        u32::try_from(pages).unwrap_or(u32::MAX)
    }

    /// Whether a further page is requested only because the total, which was seen, is in doubt.
    pub(super) fn has_doubtful_total(&self) -> bool {
        self.received > 0 && self.seen >= self.total.max(self.announced)
    }

    /// Ends the list: there is no further page.
    pub(super) fn end(&mut self) {
        self.state = State::Ended;
    }

    /// Ends the list because of an error.
    pub(super) fn fail(&mut self) {
        self.state = State::Failed;
    }

    /// Whether no page was received yet.
    pub(super) fn is_new(&self) -> bool {
        self.received == 0
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state != State::GoesOn
    }

    /// Whether the list has ended with fewer items than the API reported last, be it on the last page or on the last page with items.
    pub(super) fn is_incomplete(&self) -> bool {
        self.state == State::Ended && !self.has_reached_limit() && self.seen < self.total.max(self.total_beside_items)
    }

    /// What was requested and not received is lost: it has to be requested again.
    pub(super) fn request_again(&mut self) {
        self.requested = self.received;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(plan: &mut Plan) -> Vec<u32> {
        std::iter::from_fn(|| plan.next_request()).collect()
    }

    fn page(items: u64, total: u64, per_page: u32) -> Received {
        Received { items, repeated: 0, total, per_page }
    }

    fn repeated(items: u64, total: u64, per_page: u32) -> Received {
        Received { items, repeated: items, total, per_page }
    }

    /// Receives these pages of a list that was requested with `per_page`: all but the last let the list go on.
    fn ended(per_page: u32, pages: &[Received]) -> Plan {
        let mut plan = Plan::new(Some(per_page));
        for (index, page) in pages.iter().enumerate() {
            assert!(!plan.has_ended(), "ended before page {}", index + 1);
            assert!(requests(&mut plan).len() + index >= 1 && plan.requested as usize > index, "page {}", index + 1);
            plan.received(*page).expect("no repeat");
        }
        assert!(plan.has_ended());
        plan
    }

    #[test]
    fn the_first_page_alone_then_more_and_more() {
        let mut plan = Plan::new(None);
        assert_eq!(requests(&mut plan), [1]);
        for expected in [vec![2, 3, 4, 5], vec![6, 7, 8, 9, 10], (11..=19).collect(), vec![20]] {
            plan.received(page(50, 5000, 50)).expect("no repeat");
            assert_eq!(requests(&mut plan), expected);
        }
    }

    #[test]
    fn correct_totals_cost_no_further_request() {
        for (per_page, sizes) in [(2, vec![0]), (2, vec![1]), (2, vec![2, 2]), (2, vec![2, 1]), (1, vec![1, 1, 1])] {
            let total = sizes.iter().sum();
            let pages: Vec<_> = sizes.iter().map(|size| page(*size, total, per_page)).collect();
            let plan = ended(per_page, &pages);
            assert_eq!((plan.requested as usize, plan.is_incomplete()), (pages.len(), false), "{sizes:?}");
        }
        // Just one full page looks the same as a total that counts the page.
        assert_eq!(ended(2, &[page(2, 2, 2), page(0, 2, 2)]).requested, 2);
    }

    #[test]
    fn pages_shorter_than_they_say() {
        let plan = ended(20, &[page(10, 100, 20); 10]);
        assert_eq!((plan.requested, plan.is_incomplete()), (10, false));
    }

    #[test]
    fn a_total_that_changes_is_followed() {
        ended(1, &[page(1, 2, 1), page(1, 3, 1), page(1, 3, 1)]);
        ended(2, &[page(2, 4, 2), page(1, 3, 2)]);
    }

    #[test]
    fn a_total_that_is_wrong_does_not_end_the_list() {
        for pages in [
            // Zero on one page in the middle.
            [page(10, 40, 10), page(10, 0, 10), page(10, 40, 10), page(10, 40, 10)].to_vec(),
            // Zero on the last page.
            [page(10, 20, 10), page(10, 0, 10)].to_vec(),
            // The number of items on the page.
            [page(10, 10, 10), page(10, 10, 10), page(5, 5, 10), page(0, 0, 10)].to_vec(),
            // The number of items so far.
            [page(10, 10, 10), page(10, 20, 10), page(10, 30, 10), page(0, 30, 10)].to_vec(),
            // Always zero.
            [page(10, 0, 10), page(3, 0, 10), page(0, 0, 10)].to_vec(),
        ] {
            assert!(!ended(10, &pages).is_incomplete(), "{pages:?}");
        }
    }

    #[test]
    fn two_empty_pages_end_a_list_short_of_its_total() {
        let plan =
            ended(10, &[page(10, 100, 10), page(0, 100, 10), page(10, 100, 10), page(0, 100, 10), page(0, 100, 10)]);
        assert!(plan.is_incomplete());
        // An empty page may have an empty total, too.
        assert!(ended(10, &[page(10, 100, 10), page(0, 0, 10), page(0, 0, 10)]).is_incomplete());
        assert!(ended(10, &[page(0, u64::MAX, 10), page(0, u64::MAX, 10)]).is_incomplete());
    }

    #[test]
    fn a_page_that_repeats_is_an_error_unless_the_total_is_reached() {
        let mut plan = Plan::new(Some(10));
        plan.received(page(10, 40, 10)).expect("no repeat");
        assert_eq!(plan.received(repeated(10, 40, 10)), Err(Repeats));
        assert!(plan.has_ended() && !plan.is_incomplete());
        // A server that has one page, whatever is requested.
        assert!(!ended(10, &[page(10, 10, 10), repeated(10, 10, 10)]).is_incomplete());
    }

    #[test]
    fn a_list_that_grows_by_a_page_goes_on() {
        ended(2, &[page(2, 4, 2), repeated(2, 6, 2), page(2, 6, 2), page(0, 6, 2), page(0, 6, 2)]);
        // For ever it does not.
        let mut plan = Plan::new(Some(1));
        plan.received(page(1, 10, 1)).expect("no repeat");
        let mut pages = (11..).map(|total| plan.received(repeated(1, total, 1)));
        assert_eq!(pages.position(|page| page.is_err()), Some(3));
    }

    #[test]
    fn large_pages_are_requested_one_by_one() {
        for (bytes, expected) in [(1, 4), (4 << 20, 4), (5 << 20, 3), (8 << 20, 2), (9 << 20, 1), (99 << 20, 1)] {
            let mut plan = Plan::new(None);
            requests(&mut plan);
            plan.arrived(bytes);
            plan.received(page(50, 5000, 50)).expect("no repeat");
            assert_eq!(requests(&mut plan).len(), expected, "{bytes} bytes");
        }
    }

    #[test]
    fn a_limit_ends_the_list_and_no_page_beyond_it_is_requested() {
        let mut plan = Plan::new(Some(10)).with_limit(25);
        assert_eq!(requests(&mut plan), [1]);
        plan.received(page(10, 100, 10)).expect("no repeat");
        assert_eq!(requests(&mut plan), [2, 3]);
        plan.received(page(10, 100, 10)).expect("no repeat");
        plan.received(page(10, 100, 10)).expect("no repeat");
        assert!(plan.has_ended() && !plan.is_incomplete());

        // A repeated item makes room for one of a further page.
        let mut plan = Plan::new(Some(2)).with_limit(4);
        requests(&mut plan);
        plan.received(page(2, 9, 2)).expect("no repeat");
        assert_eq!(requests(&mut plan), [2]);
        plan.received(Received { items: 2, repeated: 1, total: 9, per_page: 2 }).expect("no repeat");
        assert_eq!((plan.has_ended(), requests(&mut plan)), (false, vec![3]));

        let mut nothing = Plan::new(None).with_limit(0);
        assert!(nothing.has_ended() && !nothing.is_incomplete());
        assert_eq!(requests(&mut nothing), [1; 0]);
    }

    #[test]
    fn a_list_that_ends_before_its_limit_is_judged_as_any() {
        let mut plan = Plan::new(Some(10)).with_limit(25);
        plan.received(page(10, 100, 10)).expect("no repeat");
        plan.received(page(0, 100, 10)).expect("no repeat");
        plan.received(page(0, 100, 10)).expect("no repeat");
        assert!(plan.has_ended() && plan.is_incomplete());
    }

    #[test]
    fn an_absurd_total_does_not_overflow() {
        let mut plan = Plan::new(None);
        requests(&mut plan);
        plan.received(page(1, u64::MAX, 1)).expect("no repeat");
        assert_eq!(requests(&mut plan).len(), 4);
    }

    #[test]
    fn what_is_lost_is_requested_again() {
        let mut plan = Plan::new(None);
        requests(&mut plan);
        plan.received(page(50, 5000, 50)).expect("no repeat");
        assert_eq!(requests(&mut plan), [2, 3, 4, 5]);
        plan.request_again();
        assert_eq!(requests(&mut plan), [2, 3, 4, 5]);
    }
}
