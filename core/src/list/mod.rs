//! Lists: one page, or all items across pages.
//!
//! `plan` decides which pages to ask for and when the list ends, `blocking` and `stream` carry it out.

mod blocking;
mod given;
mod plan;
mod stream;
mod turning;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;
use std::{fmt, mem, vec};

use serde::Serialize;
use serde_json::{Map, Value};

pub use self::blocking::{List, Pages};
use self::given::Given;
use self::plan::Plan;
pub use self::stream::{AsyncList, AsyncPages};
use self::turning::{MOST_STALE_PAGES, Turning, endless};
use crate::call_options::Call;
use crate::check;
use crate::engine::request::{Method, Request};
use crate::engine::{Shared, generation};
use crate::model::Model;
use crate::{Campaign, Contact, ListCampaigns, ListContacts, ListSenderIds, Result, SenderId};

/// One page of a list.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// How many items the whole list has.
    pub total: u64,
    /// Which page it is, from 1.
    pub page: u32,
    /// How many items a full page has.
    pub per_page: u32,
    /// What the API said of the page beside this.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl<T: fmt::Debug> fmt::Debug for Page<T> {
    /// Without what is not known of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items)
            .field("total", &self.total)
            .field("page", &self.page)
            .field("per_page", &self.per_page)
            .finish_non_exhaustive()
    }
}

/// What lists have as items.
pub trait Item: Model + Serialize + Send + Unpin + 'static {
    /// By what it is known again.
    fn id(&self) -> Option<&str>;
}

impl Item for Campaign {
    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }
}

impl Item for Contact {
    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }
}

impl Item for SenderId {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

/// Which items of a list are wanted.
pub(crate) trait Filter {
    fn per_page(&self) -> Option<u32>;

    /// The filters proper, by their names in the API.
    fn filters(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn query(&self) -> Result<Vec<(&'static str, String)>> {
        let mut query = self.filters();
        if let Some(per_page) = self.per_page() {
            check::between("per_page", per_page, 1, 100)?;
            query.push(("per_page", per_page.to_string()));
        }
        Ok(query)
    }
}

impl Filter for ListSenderIds {
    fn per_page(&self) -> Option<u32> {
        self.per_page
    }
}

impl Filter for ListCampaigns {
    fn per_page(&self) -> Option<u32> {
        self.per_page
    }
}

impl Filter for ListContacts {
    fn per_page(&self) -> Option<u32> {
        self.per_page
    }

    fn filters(&self) -> Vec<(&'static str, String)> {
        let filters = [("list_id", &self.list_id), ("search", &self.search)];
        filters.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect()
    }
}

/// Where the pages of a list come from: the request without its page number, on a call whose clock runs.
pub(crate) struct Source {
    shared: Arc<Shared>,
    request: Request,
    call: Call,
}

impl Source {
    pub(crate) fn new(shared: Arc<Shared>, route: &'static str, filter: &impl Filter, call: Call) -> Result<Source> {
        let request = Request::new(Method::Get, route, &shared.config.base_url).with_query(filter.query()?);
        Ok(Source { shared, request, call })
    }

    fn request(&self, page: u32) -> Result<Request> {
        check::between("page", page, 1, u32::MAX)?;
        Ok(self.request.clone().with_query([("page", page.to_string())]))
    }
}

/// The pages of a list that are under way, in order.
struct Pager<T> {
    source: Source,
    plan: Plan,
    turning: Turning,
    in_flight: VecDeque<InFlight<T>>,
    /// The generation of the process that asked for them.
    generation: u64,
}

/// A page that was asked for.
struct InFlight<T> {
    asked: Instant,
    state: State<T>,
}

enum State<T> {
    Underway(Pin<Box<dyn Future<Output = Result<Page<T>>> + Send>>),
    Come(Result<Page<T>>),
}

impl<T: Item> Pager<T> {
    fn new(source: Source) -> Pager<T> {
        Pager {
            source,
            plan: Plan::new(),
            turning: Turning::default(),
            in_flight: VecDeque::new(),
            generation: generation(),
        }
    }

    /// Asks for the pages that the plan wants by now. The calls begin when they are polled.
    fn ask<F>(&mut self, mut call: impl FnMut(&Source, Request) -> Result<F>) -> Result<()>
    where
        F: Future<Output = Result<Page<T>>> + Send + 'static,
    {
        while let Some(page) = self.plan.ask_next() {
            let call = call(&self.source, self.source.request(page)?)?;
            self.in_flight.push_back(InFlight { asked: Instant::now(), state: State::Underway(Box::pin(call)) });
        }
        Ok(())
    }

    /// Asks again for what a forked child has inherited in flight: that is its parent's.
    fn leave_to_parent(&mut self) {
        let generation = generation();
        if self.generation != generation {
            mem::forget(mem::take(&mut self.in_flight));
            self.plan.ask_again();
            self.generation = generation;
        }
    }

    /// Lets all that are under way go on, until the next one has come.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Page<T>>> {
        self.poll_all(context);
        match self.in_flight.pop_front() {
            Some(InFlight { state: State::Come(page), .. }) => Poll::Ready(page),
            Some(underway) => {
                self.in_flight.push_front(underway);
                Poll::Pending
            }
            None => unreachable!("a plan that has not ended has asked for a page"),
        }
    }

    fn poll_all(&mut self, context: &mut Context<'_>) {
        for page in &mut self.in_flight {
            if let State::Underway(call) = &mut page.state
                && let Poll::Ready(came) = call.as_mut().poll(context)
            {
                page.state = State::Come(came);
            }
        }
    }

    /// Whether one has been under way for longer than an attempt may take.
    fn has_overdue(&self) -> bool {
        let timeout = self.source.call.timeout;
        self.in_flight.iter().any(|page| matches!(page.state, State::Underway(_)) && page.asked.elapsed() >= timeout)
    }

    /// Takes the page that came next. After an error there is nothing more.
    fn take(&mut self, page: Result<Page<T>>) -> Result<Page<T>> {
        let page = page.and_then(|page| self.turning.look_at(&page.items).map(|()| page));
        match &page {
            Ok(page) => self.plan.took(page.items.len(), page.total, page.per_page),
            Err(_) => self.plan.end(),
        }
        if self.plan.has_ended() {
            self.in_flight.clear();
        }
        page
    }
}

impl<T> Drop for Pager<T> {
    fn drop(&mut self) {
        // To drop in a forked child what its parent has in flight would end it there, too: they share the sockets.
        if self.generation != generation() {
            mem::forget(mem::take(&mut self.in_flight));
        }
    }
}

/// The items of the page at hand, without those that were given before: a list that shifts while it is read shows some twice.
struct Items<T> {
    page: vec::IntoIter<T>,
    given: Given,
    /// How many pages in a row had nothing new.
    stale_pages: u32,
}

impl<T: Item> Items<T> {
    fn none() -> Items<T> {
        Items { page: Vec::new().into_iter(), given: Given::default(), stale_pages: 0 }
    }

    fn next(&mut self) -> Option<T> {
        let item = self.page.find(|item| item.id().is_none_or(|id| self.given.add(id)))?;
        self.stale_pages = 0;
        Some(item)
    }

    /// All that are left of the page at hand.
    fn rest(&mut self) -> Vec<T> {
        let mut rest: Vec<T> = mem::replace(&mut self.page, Vec::new().into_iter()).collect();
        rest.retain(|item| item.id().is_none_or(|id| self.given.add(id)));
        if !rest.is_empty() {
            self.stale_pages = 0;
        }
        rest
    }

    /// Goes on with the next page.
    ///
    /// # Errors
    ///
    /// Where it would go on for ever: page after page has brought nothing new.
    fn turn_to(&mut self, page: Page<T>) -> Result<()> {
        if self.stale_pages > MOST_STALE_PAGES {
            return Err(endless());
        }
        self.stale_pages += 1;
        self.page = page.items.into_iter();
        Ok(())
    }
}
