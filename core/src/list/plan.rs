//! [`Plan`]: which pages of a list to request, and when the list ends. This module does no I/O.
//!
//! # When a list ends
//!
//! The end is determined by the items, not by the page numbers: servers may return smaller pages than requested, and report wrong totals. *Seen* is
//! the number of items that the list has yielded; an item repeated on a later page counts once. *Total* is the most recent total that a page has
//! reported.
//!
//! 1. **Seen < total**: the list continues. Two empty pages in a row end it before the total is reached, which is reported as
//!    [incomplete](Plan::is_incomplete).
//! 2. **Seen >= total**: the list ends if the total is confirmed, that is
//!    - seen equals the largest total that a page has announced before its items arrived; or
//!    - seen equals the total, and the page is not full: it has fewer items than a full page of this list.
//! 3. Otherwise the total is doubtful: it is smaller than seen, or it equals the size of a full page, as from a server that reports the number of
//!    items on the page. Then one more page is requested. An empty page ends the list, and so does a 404; any other page is processed by these rules
//!    again.
//! 4. An empty page ends the list only if no page has announced more items than were seen. Otherwise rule 1 applies.
//! 5. **A page that has only items of earlier pages** ends the list if seen equals the total. Otherwise it is an error: with a server that ignores
//!    `page` or alternates pages, the list would never end. The exception is a list that grows while it is read: if the total has grown by at least
//!    as many items as were repeated, new items have moved old ones to later pages, and the list continues, for at most [`MAX_SHIFTED_PAGES`] such
//!    pages in a row.
//!
//! A list with a limit also ends when it has yielded that many items. It is then complete.
//!
//! **Without a total** on any page so far, the list continues one page at a time:
//!
//! 6. An empty page ends the list, and so does a 404 after the first page. A short page does not: servers that filter the items of a page return
//!    short pages in the middle, and ending there would lose the rest. A list without totals therefore needs one request more than it has pages.
//! 7. A page that has only items of earlier pages ends the list, too: a server without pagination returns all items each time. It is an error if the
//!    page has exactly as many items as were requested, because the server may support `per_page` but not `page`, and have more items.
//!
//! With correct totals, a list needs one request per page, with one exception: a list of exactly one full page needs two, by rule 3. No rule can
//! detect a short first page that reports its own length as the total, or a total that is too small on every page and is reached exactly at the end
//! of a page.

/// The maximum number of prefetched pages.
///
/// Enough for 10,000 items on 100 pages in 7 round trips, less than a twelfth of the time for one page after the other: 1 page, then 4, then 20 at a time.
const MAX_AHEAD: u32 = 20;

/// The maximum total size of the bodies of the requested pages, estimated from the largest page so far.
///
/// Decoded pages need several times as much memory, and more if they have many unknown fields. A body may have up to 8 MiB.
const MAX_BYTES_AHEAD: usize = 16 << 20;

/// The maximum number of pages in a row without a new item if the total grows.
const MAX_SHIFTED_PAGES: u32 = 3;

/// The page size that the API documents for requests without one.
const DEFAULT_PER_PAGE: u32 = 50;

/// The number of empty pages in a row that end a list, whatever its total is.
const MAX_EMPTY_PAGES: u32 = 2;

/// The state of reading a list.
///
/// The first page is requested alone, because it reports the total, and because a caller that needs only its items should cause one request only.
/// From the second page on, several pages are requested at the same time, and more with every page that is received.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The `per_page` of the requests.
    requested_size: Option<u32>,
    /// The maximum number of items. `None` means all.
    limit: Option<u64>,
    /// The number of requested pages, which is the number of the last one.
    requested: u32,
    /// The number of received pages.
    received: u32,
    /// The number of the last page that is expected to exist.
    last: u32,
    /// The maximum number of pages in flight.
    ahead: u32,
    /// The size of the largest body so far, in bytes.
    largest_body: usize,
    /// The number of items on the largest page so far.
    largest_page: u64,
    seen: u64,
    /// The number of items that were repeated from earlier pages.
    repeated: u64,
    /// The first reported total, the most recent one, and the most recent one of a page with items.
    first_total: u64,
    total: Option<u64>,
    total_beside_items: u64,
    /// The largest total that exceeded the number of seen items when it was reported.
    announced: u64,
    empty_pages: u32,
    shifted_pages: u32,
    state: State,
}

/// Whether the list continues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    GoesOn,
    Ended,
    Failed,
}

/// The properties of a page that the plan needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    pub(super) items: u64,
    /// The number of items that are repeated from earlier pages.
    pub(super) repeated: u64,
    pub(super) total: Option<u64>,
    pub(super) per_page: Option<u32>,
}

/// The error of a list that repeats its items although more should follow.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repeats;

impl Plan {
    pub(super) fn new(requested_size: Option<u32>) -> Plan {
        Plan { requested_size, last: 1, ahead: 2, ..Plan::default() }
    }

    /// Limits the list to this many items.
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

    /// Returns the next page to request now, if any.
    pub(super) fn next_request(&mut self) -> Option<u32> {
        let is_due = !self.has_ended()
            && self.requested < self.last
            && self.requested - self.received < self.ahead.min(self.affordable());
        is_due.then(|| {
            self.requested += 1;
            self.requested
        })
    }

    /// The maximum number of pages in flight by their size. At least one.
    fn affordable(&self) -> u32 {
        u32::try_from(MAX_BYTES_AHEAD / self.largest_body.max(1)).unwrap_or(u32::MAX).max(1)
    }

    /// Whether more pages are in flight than allowed by their size.
    pub(super) fn has_excess(&self) -> bool {
        self.requested - self.received > self.affordable()
    }

    /// Withdraws the request for the last requested page.
    pub(super) fn withdraw(&mut self) {
        self.requested -= 1;
    }

    /// Records the size of the body of a page as soon as it has arrived.
    pub(super) fn arrived(&mut self, bytes: usize) {
        self.largest_body = self.largest_body.max(bytes);
    }

    /// Processes the next page in order, and decides whether the list continues.
    ///
    /// # Errors
    ///
    /// If the page has only items of earlier pages although more should follow. The list has then failed.
    pub(super) fn received(&mut self, page: Received) -> Result<(), Repeats> {
        self.received += 1;
        self.ahead = (self.ahead * 2).min(MAX_AHEAD);
        if let (None, Some(first)) = (self.total, page.total) {
            self.first_total = first;
        }
        let is_full = self.is_full(&page);
        self.seen += page.items - page.repeated;
        self.repeated += page.repeated;
        self.largest_page = self.largest_page.max(page.items);
        self.total = page.total.or(self.total);
        self.announced = self.total.filter(|total| *total > self.seen).unwrap_or(0).max(self.announced);
        if page.items == 0 {
            self.empty_pages += 1;
        } else {
            self.empty_pages = 0;
            self.total_beside_items = page.total.unwrap_or(self.total_beside_items);
        }
        self.state = match self.total {
            _ if self.has_reached_limit() => State::Ended,
            Some(total) => self.judge(&page, is_full, total),
            None => self.judge_without_total(&page),
        };
        self.last = self.received.saturating_add(self.expected_pages());
        if self.state == State::Failed { Err(Repeats) } else { Ok(()) }
    }

    /// Rules 1 to 5 of the module docs.
    fn judge(&mut self, page: &Received, is_full: bool, total: u64) -> State {
        let ends_if = |is_end| if is_end { State::Ended } else { State::GoesOn };
        if page.items == 0 {
            let is_expected = self.seen >= total && self.seen >= self.announced;
            return ends_if(is_expected || self.empty_pages >= MAX_EMPTY_PAGES);
        }
        if page.repeated < page.items {
            self.shifted_pages = 0;
            let is_confirmed = self.seen == self.announced || (self.seen == total && !is_full);
            return ends_if(self.seen >= total && is_confirmed);
        }
        if self.seen == total {
            return State::Ended;
        }
        self.shifted_pages += 1;
        let growth = total.saturating_sub(self.first_total);
        let has_shifted = self.repeated <= growth && self.shifted_pages <= MAX_SHIFTED_PAGES;
        if has_shifted { State::GoesOn } else { State::Failed }
    }

    /// Rules 6 and 7.
    fn judge_without_total(&self, page: &Received) -> State {
        match () {
            () if page.items == 0 => State::Ended,
            () if page.repeated < page.items => State::GoesOn,
            () if page.items == u64::from(self.requested_size.unwrap_or(DEFAULT_PER_PAGE)) => State::Failed,
            () => State::Ended,
        }
    }

    /// Whether the page has as many items as a full page of this list. Called before the page is counted.
    fn is_full(&self, page: &Received) -> bool {
        let requested = self.requested_size.unwrap_or(DEFAULT_PER_PAGE);
        let reported = page.per_page.filter(|size| *size > 0).unwrap_or(requested);
        // Without a requested size the server chooses one.
        let size = u64::from(self.requested_size.map_or(reported, |requested| requested.min(reported)));
        let size = if self.largest_page == 0 { size } else { size.min(self.largest_page) };
        page.items >= size
    }

    /// The number of further pages that are expected. If nothing is known, one page is requested at a time.
    fn expected_pages(&self) -> u32 {
        if self.empty_pages > 0 {
            return 1;
        }
        let total = self.total.unwrap_or(0);
        let missing = self.limit.map_or(total, |limit| limit.min(total)).saturating_sub(self.seen);
        let pages = missing.div_ceil(self.largest_page.max(1)).max(1);
        u32::try_from(pages).unwrap_or(u32::MAX)
    }

    /// Whether a further page is requested only because the total is doubtful or missing.
    pub(super) fn has_doubtful_total(&self) -> bool {
        self.received > 0 && self.total.is_none_or(|total| self.seen >= total.max(self.announced))
    }

    /// Returns the number of the next page in order.
    pub(super) fn next_number(&self) -> u32 {
        self.received.saturating_add(1)
    }

    /// Ends the list because there is no further page.
    pub(super) fn end(&mut self) {
        self.state = State::Ended;
    }

    /// Ends the list because of an error.
    pub(super) fn fail(&mut self) {
        self.state = State::Failed;
    }

    /// Whether no page has been received yet.
    pub(super) fn is_new(&self) -> bool {
        self.received == 0
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state != State::GoesOn
    }

    /// Whether the list has ended with fewer items than the API reported on the last page or on the last page with items.
    pub(super) fn is_incomplete(&self) -> bool {
        let expected = self.total.unwrap_or(0).max(self.total_beside_items);
        self.state == State::Ended && !self.has_reached_limit() && self.seen < expected
    }

    /// Forgets the pages in flight, so that they are requested again.
    pub(super) fn request_again(&mut self) {
        self.requested = self.received;
    }
}

#[cfg(test)]
mod tests;
