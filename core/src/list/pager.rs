//! [`Pager`]: the pages of a list that are requested ahead, in order; and [`Items`], the items of the page at hand.

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

/// The pages of a list that are requested ahead, in order.
pub(super) struct Pager<T> {
    pub(super) source: Source,
    plan: Plan,
    seen: SeenIds,
    stall: StallDetector,
    in_flight: VecDeque<InFlight<T>>,
    /// The generation of the process that requested them.
    generation: u64,
}

/// A page that was requested.
struct InFlight<T> {
    requested: Instant,
    state: State<T>,
}

enum State<T> {
    Underway(Pin<Box<dyn Future<Output = Result<Fetched<T>>> + Send>>),
    Arrived(Result<Page<T>>),
}

/// A page in its turn.
pub(super) struct Turned<T> {
    pub(super) page: Page<T>,
    /// The indexes of the items that earlier pages had.
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

    /// Ends the list after this many items.
    pub(super) fn limit(&mut self, items: u64) {
        self.source.limit = Some(items);
        self.plan = Plan::new(self.source.list_page_size()).with_limit(items);
    }

    /// Requests the pages that the plan wants by now. The calls begin when they are polled.
    ///
    /// `call` is told whether the page is prefetched, and may return `None` for it: it is requested later.
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
            self.in_flight.push_back(InFlight { requested: Instant::now(), state: State::Underway(Box::pin(call)) });
        }
        Ok(())
    }

    /// Requests again what a forked child has inherited in flight: that belongs to its parent.
    pub(super) fn leave_to_parent(&mut self) {
        let generation = generation();
        if self.generation != generation {
            mem::forget(mem::take(&mut self.in_flight));
            self.plan.request_again();
            self.generation = generation;
        }
    }

    /// Drives all pages under way, until the next one in order has arrived.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Page<T>>> {
        self.poll_all(context);
        match self.in_flight.pop_front() {
            Some(InFlight { state: State::Arrived(page), .. }) => Poll::Ready(page),
            Some(underway) => {
                self.in_flight.push_front(underway);
                Poll::Pending
            }
            None => unreachable!("a plan that has not ended has requested a page"),
        }
    }

    pub(super) fn poll_all(&mut self, context: &mut Context<'_>) {
        for page in &mut self.in_flight {
            if let State::Underway(call) = &mut page.state
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

    /// Drops the last pages under way, if one larger than all before it leaves room for fewer. They are requested again in their turn.
    fn withdraw_excess(&mut self) {
        while self.in_flight.back().is_some_and(|page| matches!(page.state, State::Underway(_)))
            && self.plan.has_excess()
        {
            self.in_flight.pop_back();
            self.plan.withdraw();
        }
    }

    /// Drops and requests again the pages under way, if one of them has been for longer than an attempt may take.
    ///
    /// While the caller of a blocking list is busy with a page, nobody drives the others, and their time runs out although they may have
    /// been answered long ago. That is not the server's fault, and costs no attempt.
    pub(super) fn renew_overdue(&mut self) {
        let timeout = self.source.call.timeout;
        let is_overdue =
            |page: &InFlight<T>| matches!(page.state, State::Underway(_)) && page.requested.elapsed() >= timeout;
        if self.in_flight.iter().any(is_overdue) {
            self.in_flight.clear();
            self.plan.request_again();
        }
    }

    /// Takes the next page in order. `None` if it has nothing new, and is not the first. After an error the list has ended.
    pub(super) fn take(&mut self, page: Result<Page<T>>) -> Result<Option<Turned<T>>> {
        let turned = match page {
            Ok(page) => self.turn(page),
            // Some servers answer so beyond the last page.
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
        turned
    }

    fn turn(&mut self, page: Page<T>) -> Result<Option<Turned<T>>> {
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
        let is_worth_it = is_first || repeated.len() < page.items.len();
        Ok(is_worth_it.then_some(Turned { page, repeated }))
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

    /// Whether no page is under way or waits to be taken.
    pub(super) fn is_idle(&self) -> bool {
        self.in_flight.is_empty()
    }
}

impl<T> Drop for Pager<T> {
    fn drop(&mut self) {
        // Dropping in a forked child what its parent has in flight would end it there, too: they share the sockets.
        if self.generation != generation() {
            mem::forget(mem::take(&mut self.in_flight));
        }
    }
}

/// Whether the list that this pages through has ended short of its total. One that could not begin has not.
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

/// The items of the page at hand, without those that earlier pages had.
pub(super) struct Items<T> {
    at_hand: vec::IntoIter<T>,
    /// How many further items are wanted beyond those at hand. `None` means all.
    wanted: Option<u64>,
}

impl<T: Item> Items<T> {
    pub(super) fn none() -> Items<T> {
        Items { at_hand: Vec::new().into_iter(), wanted: None }
    }

    /// Ends the items after this many.
    pub(super) fn limit(&mut self, items: u64) {
        self.wanted = Some(items);
    }

    pub(super) fn next(&mut self) -> Option<T> {
        self.at_hand.next()
    }

    /// All that are left of the page at hand.
    pub(super) fn rest(&mut self) -> Vec<T> {
        mem::take(&mut self.at_hand).collect()
    }

    /// Goes on with the next page.
    pub(super) fn turn_to(&mut self, turned: Turned<T>) {
        let Turned { page: Page { mut items, .. }, repeated } = turned;
        if !repeated.is_empty() {
            let mut repeated = repeated.into_iter().peekable();
            let mut index = 0;
            items.retain(|_| {
                let is_new = repeated.next_if_eq(&index).is_none();
                index += 1;
                is_new
            });
        }
        if let Some(wanted) = &mut self.wanted {
            items.truncate(usize::try_from(*wanted).unwrap_or(usize::MAX));
            *wanted -= items.len() as u64;
        }
        self.at_hand = items.into_iter();
    }
}
