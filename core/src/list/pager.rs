//! [`Pager`]: the prefetched pages of a list, in order; and [`Items`]: the buffered items of the current page.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;
use std::{mem, vec};

use super::plan::{Plan, Received};
use super::seen_ids::SeenIds;
use super::stall_detector::{StallDetector, repeating_list};
use super::{Item, Page, Source};
use crate::binding::Completeness;
use crate::decode::Fetched;
use crate::engine::generation;
use crate::engine::request::Request;
use crate::observe::{self, Warning};
use crate::{Error, Result};

/// The prefetched pages of a list, in order.
pub(super) struct Pager<T> {
    pub(super) source: Source,
    plan: Plan,
    seen: SeenIds,
    stall: StallDetector,
    in_flight: VecDeque<InFlight<T>>,
    /// The generation of the process that requested the pages in flight.
    generation: u64,
}

/// A requested page.
struct InFlight<T> {
    requested: Instant,
    state: State<T>,
}

enum State<T> {
    Pending(Pin<Box<dyn Future<Output = Result<Fetched<T>>> + Send>>),
    Arrived(Result<Page<T>>),
}

/// The next page in order.
pub(super) struct NextPage<T> {
    pub(super) page: Page<T>,
    /// The indexes of the items that are repeated from earlier pages.
    repeated: Vec<usize>,
}

impl<T: Item> Pager<T> {
    pub(super) fn new(source: Source) -> Pager<T> {
        Pager {
            plan: Plan::new(source.per_page),
            source,
            seen: SeenIds::default(),
            stall: StallDetector::default(),
            in_flight: VecDeque::new(),
            generation: generation(),
        }
    }

    /// Limits the list to this many items.
    pub(super) fn limit(&mut self, items: u64) {
        self.source.limit = Some(items);
        self.plan = Plan::new(self.source.list_page_size()).with_limit(items);
    }

    /// Requests the pages that are due by the plan. The calls start when they are polled.
    ///
    /// The last argument of `call` is whether the page is prefetched. `call` may return `None` for such a page, which is then requested later.
    pub(super) fn request<F>(&mut self, mut call: impl FnMut(&Source, Request, bool) -> Result<Option<F>>) -> Result<()>
    where
        F: Future<Output = Result<Fetched<T>>> + Send + 'static,
    {
        while let Some(page) = self.plan.next_request() {
            let is_prefetched = !self.in_flight.is_empty();
            let Some(call) = call(&self.source, self.source.list_request(page)?, is_prefetched)? else {
                self.plan.withdraw();
                break;
            };
            self.in_flight.push_back(InFlight { requested: Instant::now(), state: State::Pending(Box::pin(call)) });
        }
        Ok(())
    }

    /// Discards the pages in flight that a forked child has inherited from its parent, and requests them again.
    pub(super) fn discard_after_fork(&mut self) {
        let generation = generation();
        if self.generation != generation {
            mem::forget(mem::take(&mut self.in_flight));
            self.plan.request_again();
            self.generation = generation;
        }
    }

    /// Drives all pages in flight until the next one in order has arrived.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Page<T>>> {
        self.poll_all(context);
        match self.in_flight.pop_front() {
            Some(InFlight { state: State::Arrived(page), .. }) => Poll::Ready(page),
            Some(pending) => {
                self.in_flight.push_front(pending);
                Poll::Pending
            }
            None => unreachable!("a plan that has not ended has requested a page"),
        }
    }

    pub(super) fn poll_all(&mut self, context: &mut Context<'_>) {
        for page in &mut self.in_flight {
            if let State::Pending(call) = &mut page.state
                && let Poll::Ready(fetched) = call.as_mut().poll(context)
            {
                page.state = State::Arrived(fetched.map(|Fetched { page, body_size }| {
                    self.plan.arrived(body_size);
                    page
                }));
            }
        }
        self.withdraw_excess();
    }

    /// Drops the last pages in flight if a page turns out so large that fewer may be prefetched. They are requested again later.
    fn withdraw_excess(&mut self) {
        while self.in_flight.back().is_some_and(|page| matches!(page.state, State::Pending(_)))
            && self.plan.has_excess()
        {
            self.in_flight.pop_back();
            self.plan.withdraw();
        }
    }

    /// Drops the pages in flight and requests them again, if one of them has been in flight for longer than the timeout of an attempt.
    ///
    /// While the consumer of a blocking list processes a page, the other pages are not driven. They time out although the server may have responded.
    /// This is not a failure of the server, and does not count as an attempt.
    pub(super) fn restart_overdue(&mut self) {
        let timeout = self.source.call.timeout;
        let is_overdue =
            |page: &InFlight<T>| matches!(page.state, State::Pending(_)) && page.requested.elapsed() >= timeout;
        if self.in_flight.iter().any(is_overdue) {
            self.in_flight.clear();
            self.plan.request_again();
        }
    }

    /// Processes the next page in order. Returns `None` if it has no new items and is not the first. After an error, the list has ended.
    pub(super) fn take(&mut self, page: Result<Page<T>>) -> Result<Option<NextPage<T>>> {
        let next = match page {
            Ok(page) => self.turn(page),
            // Some servers return a 404 after the last page.
            Err(error) if error.status() == Some(404) && self.plan.has_doubtful_total() => {
                self.plan.end();
                Ok(None)
            }
            Err(error) => {
                self.plan.fail();
                Err(error)
            }
        };
        if self.plan.has_ended() {
            self.in_flight.clear();
            self.warn_if_incomplete();
        }
        next
    }

    fn turn(&mut self, page: Page<T>) -> Result<Option<NextPage<T>>> {
        let page = page.numbered(self.plan.next_number());
        let mut repeated = self.seen.add_page(&page.items);
        if self.stall.is_repeated(&page.items) {
            repeated = (0..page.items.len()).collect();
        }
        let is_first = self.plan.is_new();
        self.plan
            .received(Received {
                items: page.items.len() as u64,
                repeated: repeated.len() as u64,
                total: page.total,
                per_page: page.per_page,
            })
            .map_err(|_| repeating_list())?;
        let is_yielded = is_first || repeated.len() < page.items.len();
        Ok(is_yielded.then_some(NextPage { page, repeated }))
    }

    fn warn_if_incomplete(&self) {
        if self.plan.is_incomplete() {
            let Source { shared, request, call, .. } = &self.source;
            let observer = call.observer.as_ref().or(shared.config.observer.as_ref());
            let message = "the list ended with fewer items than the total that the API reported";
            observe::warn(observer, &Warning::new(request.method.as_str(), request.route, message));
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.plan.has_ended()
    }

    pub(super) fn is_incomplete(&self) -> bool {
        self.plan.is_incomplete()
    }

    /// Whether the next page in order has arrived, without an error.
    pub(super) fn has_arrived(&self) -> bool {
        self.in_flight.front().is_some_and(|page| matches!(page.state, State::Arrived(Ok(_))))
    }

    /// Whether pages are in flight that have not arrived.
    pub(super) fn is_waiting(&self) -> bool {
        self.in_flight.iter().any(|page| matches!(page.state, State::Pending(_)))
    }

    /// Whether no page is in flight or buffered.
    pub(super) fn is_idle(&self) -> bool {
        self.in_flight.is_empty()
    }
}

impl<T> Drop for Pager<T> {
    fn drop(&mut self) {
        // In a forked child, dropping a call of the parent would affect the parent, because they share sockets.
        if self.generation != generation() {
            mem::forget(mem::take(&mut self.in_flight));
        }
    }
}

/// Whether the list has ended before its total was reached. False for a list that could not start.
pub(super) fn is_incomplete<T: Item>(pager: &Result<Pager<T>, Option<Error>>) -> bool {
    pager.as_ref().is_ok_and(Pager::is_incomplete)
}

macro_rules! completeness {
    ($($List:ident),+) => {$(
        impl<T: Item> Completeness for crate::$List<T> {
            fn is_incomplete(&self) -> bool {
                crate::$List::is_incomplete(self)
            }
        }
    )+};
}

completeness!(List, Pages, AsyncList, AsyncPages);

/// The buffered items of the current page, without repeated ones.
pub(super) struct Items<T> {
    buffered: vec::IntoIter<T>,
    /// The number of items until the limit, not counting the buffered ones. `None` means no limit.
    remaining: Option<u64>,
}

impl<T: Item> Items<T> {
    pub(super) fn none() -> Items<T> {
        Items { buffered: Vec::new().into_iter(), remaining: None }
    }

    /// Limits the number of items.
    pub(super) fn limit(&mut self, items: u64) {
        self.remaining = Some(items);
    }

    pub(super) fn next(&mut self) -> Option<T> {
        self.buffered.next()
    }

    /// Returns all remaining items of the current page.
    pub(super) fn rest(&mut self) -> Vec<T> {
        mem::take(&mut self.buffered).collect()
    }

    /// Continues with the next page.
    pub(super) fn load(&mut self, next: NextPage<T>) {
        let NextPage { page: Page { mut items, .. }, repeated } = next;
        if !repeated.is_empty() {
            let mut repeated = repeated.into_iter().peekable();
            let mut index = 0;
            items.retain(|_| {
                let is_new = repeated.next_if_eq(&index).is_none();
                index += 1;
                is_new
            });
        }
        if let Some(remaining) = &mut self.remaining {
            items.truncate(usize::try_from(*remaining).unwrap_or(usize::MAX));
            *remaining -= items.len() as u64;
        }
        self.buffered = items.into_iter();
    }
}
