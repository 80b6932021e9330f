//! [`Plan`]: which pages of a list to request, and when the list ends. It neither sends nor waits.
//!
//! # When a list ends
//!
//! The items decide, not the page numbers: servers cap pages without saying so, and report totals that are wrong. *Seen* is the number of items
//! that the list has yielded; an item repeated on a later page counts once. *Total* is the newest total that a page has reported.
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
//! **Without a total** on any page so far, the list goes on, one page at a time:
//!
//! 6. An empty page ends the list, and so does a 404 after the first page. A short page does not: servers that filter the items of a page return short
//!    pages in the middle, and ending there would lose the rest. A list without totals therefore costs one request more than it has pages.
//! 7. A page that has only items of earlier pages ends the list too: a server that knows no pages returns all items each time. It is an error if the page
//!    has exactly as many items as were requested, because that server may know `per_page` and not `page`, and have more.
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
    /// The first total that was reported, the newest, and the newest of a page that had items.
    first_total: u64,
    total: Option<u64>,
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
    pub(super) total: Option<u64>,
    pub(super) per_page: Option<u32>,
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

    /// Rules 1 to 5 of the module's documentation.
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

    /// Whether the page has as many items as pages of this list have, as far as that is known before it is counted.
    fn is_full(&self, page: &Received) -> bool {
        let requested = self.requested_size.unwrap_or(DEFAULT_PER_PAGE);
        let reported = page.per_page.filter(|size| *size > 0).unwrap_or(requested);
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
        let total = self.total.unwrap_or(0);
        let missing = self.limit.map_or(total, |limit| limit.min(total)).saturating_sub(self.seen);
        let pages = missing.div_ceil(self.largest_page.max(1)).max(1);
        u32::try_from(pages).unwrap_or(u32::MAX)
    }

    /// Whether a further page is requested only because the total, which was seen, is in doubt, or because there is none.
    pub(super) fn has_doubtful_total(&self) -> bool {
        self.received > 0 && self.total.is_none_or(|total| self.seen >= total.max(self.announced))
    }

    /// The number of the next page in order.
    pub(super) fn next_number(&self) -> u32 {
        self.received.saturating_add(1)
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
        let expected = self.total.unwrap_or(0).max(self.total_beside_items);
        self.state == State::Ended && !self.has_reached_limit() && self.seen < expected
    }

    /// What was requested and not received is lost: it has to be requested again.
    pub(super) fn request_again(&mut self) {
        self.requested = self.received;
    }
}

#[cfg(test)]
mod tests;
