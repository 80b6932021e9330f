//! [`List`] and [`Pages`]: lists of the blocking client.

use std::future::poll_fn;
use std::task::Poll;

use tokio::task::yield_now;

use super::{Item, Items, Page, Pager, Source};
use crate::binding::AtHand;
use crate::decode::Decoded;
use crate::engine::LaneInUse;
use crate::{Error, Result};

/// A list: an iterator over all items across its pages.
///
/// Nothing is sent until the first item is asked for. Further pages are asked for several at once, whenever the next one is needed, and come in
/// order. An item that shows up on two pages, because the list shifted in between, is given once: the ids are remembered for as long as the
/// list is read. It ends where the API's `total` says, or at an empty page. After an error there is nothing more.
/// The deadline of the call, where it has one, is for the whole list, and runs from here.
///
/// ```
/// use zexa::ListContacts;
/// # let sandbox = zexa_sandbox::Sandbox::start();
/// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
///
/// for contact in client.contacts().list(&ListContacts::new().list_id("lst_demo")) {
///     println!("{}", contact?.name);
/// }
/// let page = client.contacts().list(&ListContacts::new().per_page(10)).page(1)?;
/// println!("{} of {}", page.items.len(), page.total);
/// # Ok::<(), zexa::Error>(())
/// ```
#[must_use = "nothing is fetched until it is iterated over"]
pub struct List<T> {
    pages: Pages<T>,
    items: Items<T>,
}

/// The pages of a list, one after another, as the API gives them: where the list shifts, an item may be on two. Made by [`List::pages`].
#[must_use = "nothing is fetched until it is iterated over"]
pub struct Pages<T> {
    // In this order: what is in flight ends before its lane goes back.
    pager: Result<Pager<T>, Option<Error>>,
    lane: Option<LaneInUse>,
}

impl<T: Item> List<T> {
    pub(crate) fn new(source: Result<Source>) -> List<T> {
        List { pages: Pages { pager: source.map(Pager::new).map_err(Some), lane: None }, items: Items::none() }
    }

    /// One page, from 1.
    ///
    /// # Errors
    ///
    /// As any call; 0 is no page.
    pub fn page(self, number: u32) -> Result<Page<T>> {
        let pager = self.pages.pager.map_err(|error| error.expect("not yet iterated over"))?;
        let source = &pager.source;
        source.shared.call(&source.request(number)?, &source.call, Decoded::once())
    }

    /// Page by page.
    pub fn pages(self) -> Pages<T> {
        self.pages
    }
}

impl<T: Item> AtHand<T> for List<T> {
    fn at_hand(&mut self) -> Option<T> {
        self.items.next()
    }
}

impl<T> AtHand<Page<T>> for Pages<T> {
    /// A page is taken as it comes.
    fn at_hand(&mut self) -> Option<Page<T>> {
        None
    }
}

impl<T: Item> Iterator for List<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        loop {
            if let Some(item) = self.items.next() {
                return Some(Ok(item));
            }
            if let Err(error) = self.pages.next()?.and_then(|page| self.items.turn_to(page)) {
                self.pages = Pages { pager: Err(None), lane: None };
                return Some(Err(error));
            }
        }
    }
}

impl<T: Item> Iterator for Pages<T> {
    type Item = Result<Page<T>>;

    fn next(&mut self) -> Option<Result<Page<T>>> {
        let pager = match &mut self.pager {
            Ok(pager) => pager,
            Err(error) => return error.take().map(Err),
        };
        if pager.plan.has_ended() {
            return None;
        }
        if self.lane.as_ref().is_some_and(|lane| !lane.is_of_this_process()) {
            self.lane = None;
        }
        pager.leave_to_parent();
        if pager.has_overdue() {
            // While the caller was busy with a page nobody drove those in flight, and their time has run out, though they
            // may have been answered long ago. That is not the server's doing, and costs no attempt.
            pager.in_flight.clear();
            pager.plan.ask_again();
        }
        let page = fetch(pager, &mut self.lane);
        let page = pager.take(page);
        if pager.in_flight.is_empty() {
            self.lane = None;
        }
        Some(page)
    }
}

fn fetch<T: Item>(pager: &mut Pager<T>, lane: &mut Option<LaneInUse>) -> Result<Page<T>> {
    let lane = match lane {
        Some(lane) => &*lane,
        None => lane.insert(pager.source.shared.check_out()?),
    };
    pager.ask(|source, request| Ok(source.shared.call_on(lane, request, source.call.clone())))?;
    let cancel = pager.source.call.cancel.clone();
    let page = async {
        let page = poll_fn(|context| pager.poll_next(context)).await;
        // What has come of the others by now is read, too: it may be long before they are driven again.
        for _ in 0..8 {
            yield_now().await;
            poll_fn(|context| {
                pager.poll_all(context);
                Poll::Ready(())
            })
            .await;
        }
        page
    };
    lane.block_on(page, cancel.as_ref())?
}

impl<T> std::fmt::Debug for List<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("List").finish_non_exhaustive()
    }
}

impl<T> std::fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}
