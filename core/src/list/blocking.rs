//! [`List`] and [`Pages`]: lists of the blocking client.

use std::future::poll_fn;
use std::task::Poll;

use tokio::task::yield_now;

use super::pager::{self, Items, NextPage, Pager};
use super::{Item, Page, Source};
use crate::binding::NextBuffered;
use crate::decode::{Fetched, ResponseDecoder};
use crate::engine::RuntimeLease;
use crate::{Error, Result};

/// A list: an iterator over all items, which fetches the pages as needed.
///
/// Nothing is sent until the first item is requested. Pages are then prefetched, several at the same time, and their items are yielded in order. An item that
/// is repeated on a later page, because items were added while the list was read, is yielded once. Items are compared by id, Sender IDs by id and
/// channel; an item without an id is never dropped.
///
/// The list ends when it has yielded as many items as the API reports in `total`. A total that contradicts the items does not end the list. Two empty
/// pages in a row end it before the total is reached, which is logged as a warning: see [`is_incomplete`](List::is_incomplete). If the pages only
/// repeat earlier items although more should follow, the list fails with [`Kind::Decode`](crate::Kind::Decode). After an error, the iterator returns
/// `None`.
///
/// A deadline applies to the whole list and starts when the list is created. Do not delete items while the list is read: the remaining items move to
/// earlier pages, so some are missed. Collect the list first.
///
/// ```
/// use zexa::ListContacts;
/// # let sandbox = zexa_sandbox::Sandbox::start();
/// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
///
/// for contact in client.contacts().list(&ListContacts::new().list_id("lst_demo")) {
///     println!("{}", contact?.name.unwrap_or_default());
/// }
/// let page = client.contacts().list(&ListContacts::new().per_page(10)).page(1)?;
/// println!("{} of {}", page.items.len(), page.total.unwrap_or_default());
/// # Ok::<(), zexa::Error>(())
/// ```
#[must_use = "lists are lazy: nothing is sent until the list is iterated over"]
pub struct List<T> {
    pages: Pages<T>,
    items: Items<T>,
}

/// An iterator over the pages of a list, as the API returns them. Returned by [`List::pages`].
///
/// An item that the API repeats on several pages is on each of them. A page without new items is skipped, unless it is the first. The pages end under
/// the same conditions as the [`List`].
#[must_use = "lists are lazy: nothing is sent until the pages are iterated over"]
pub struct Pages<T> {
    // In this order: calls in flight must end before the lease is returned.
    pager: Result<Pager<T>, Option<Error>>,
    lease: Option<RuntimeLease>,
}

impl<T: Item> List<T> {
    pub(crate) fn new(source: Result<Source>) -> List<T> {
        List { pages: Pages { pager: source.map(Pager::new).map_err(Some), lease: None }, items: Items::none() }
    }

    /// Returns the error that the first item would return, such as that of an invalid filter.
    pub(crate) fn checked(self) -> Result<List<T>> {
        match self.pages.pager {
            Err(Some(error)) => Err(error),
            _ => Ok(self),
        }
    }

    /// Limit the list to this many items. Pages beyond the limit are not requested.
    ///
    /// Without a `per_page`, a limit of up to 100 items is requested as one page of that size. Pages are not cut: [`pages`](List::pages) ends with
    /// the page that reaches the limit, and [`page`](List::page) ignores the limit.
    ///
    /// ```
    /// use zexa::ListContacts;
    /// # let sandbox = zexa_sandbox::Sandbox::start();
    /// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
    ///
    /// let newest = client.contacts().list(&ListContacts::new()).limit(3).collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(newest.len(), 3);
    /// # Ok::<(), zexa::Error>(())
    /// ```
    pub fn limit(mut self, items: u64) -> List<T> {
        if let Ok(pager) = &mut self.pages.pager {
            pager.limit(items);
            self.items.limit(items);
        }
        self
    }

    /// Fetch a single page. The first page is 1.
    ///
    /// # Errors
    ///
    /// The same as for all calls, and [`Kind::Validation`](crate::Kind::Validation) for page 0.
    pub fn page(self, number: u32) -> Result<Page<T>> {
        let pager = self.pages.pager.map_err(|error| error.expect("not yet iterated over"))?;
        let source = &pager.source;
        let page: Page<T> = source.shared.call(&source.request(number)?, &source.call, ResponseDecoder::once())?;
        Ok(page.numbered(number))
    }

    /// Return an iterator over the pages of the list.
    pub fn pages(self) -> Pages<T> {
        self.pages
    }

    /// Return whether the list has ended with fewer items than the API reported in its last `total`.
    ///
    /// Possible reasons are items that were deleted while the list was read, and a server that does not return all items. False until the iterator
    /// has returned `None`, and after an error.
    pub fn is_incomplete(&self) -> bool {
        self.pages.is_incomplete()
    }
}

impl<T: Item> Pages<T> {
    /// Return whether the list has ended with fewer items than its total: see [`List::is_incomplete`].
    pub fn is_incomplete(&self) -> bool {
        pager::is_incomplete(&self.pager)
    }

    /// Returns the next page that has new items, or is the first.
    fn next_page(&mut self) -> Option<Result<NextPage<T>>> {
        loop {
            let pager = match &mut self.pager {
                Ok(pager) => pager,
                Err(error) => return error.take().map(Err),
            };
            if pager.has_ended() {
                return None;
            }
            if self.lease.as_ref().is_some_and(|lease| !lease.is_of_this_process()) {
                self.lease = None;
            }
            pager.discard_after_fork();
            pager.restart_overdue();
            let page = fetch(pager, &mut self.lease);
            let next = pager.take(page);
            if pager.is_idle() {
                self.lease = None;
            }
            if let Some(next) = next.transpose() {
                return Some(next);
            }
        }
    }
}

impl<T: Item> NextBuffered<T> for List<T> {
    fn next_buffered(&mut self) -> Option<T> {
        self.items.next()
    }
}

impl<T> NextBuffered<Page<T>> for Pages<T> {
    /// Pages are never buffered.
    fn next_buffered(&mut self) -> Option<Page<T>> {
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
            match self.pages.next_page()? {
                Ok(next) => self.items.load(next),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<T: Item> Iterator for Pages<T> {
    type Item = Result<Page<T>>;

    fn next(&mut self) -> Option<Result<Page<T>>> {
        self.next_page().map(|next| next.map(|next| next.page))
    }
}

fn fetch<T: Item>(pager: &mut Pager<T>, lease: &mut Option<RuntimeLease>) -> Result<Page<T>> {
    let lease = match lease {
        Some(lease) => &*lease,
        None => lease.insert(pager.source.shared.check_out()?),
    };
    pager.request(|source, request, is_prefetched| {
        let shared = &source.shared;
        let permit = if is_prefetched { shared.admit_prefetch() } else { Some(shared.admit(&source.call)?) };
        Ok(permit.map(|permit| shared.call_with_lease::<Fetched<T>>(lease, permit, request, source.call.clone())))
    })?;
    let cancel = pager.source.call.cancel.clone();
    let page = async {
        let page = poll_fn(|context| pager.poll_next(context)).await;
        // Also read the other pages as far as they have arrived: it may take long until they are driven again.
        for _ in 0..8 {
            if !pager.is_waiting() {
                break;
            }
            yield_now().await;
            poll_fn(|context| {
                pager.poll_all(context);
                Poll::Ready(())
            })
            .await;
        }
        page
    };
    lease.block_on(page, cancel.as_ref())?
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
