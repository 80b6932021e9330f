//! [`AsyncList`] and [`AsyncPages`]: lists of the async client.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::pager::{self, Items, NextPage, Pager};
use super::{Item, Page, Source};
use crate::binding::Batches;
use crate::decode::{Fetched, ResponseDecoder};
use crate::{Error, Result};

/// A list: a [`Stream`] of all items, which fetches the pages as needed.
///
/// Behaves like [`List`](crate::List). [`next`](AsyncList::next) and [`all`](AsyncList::all) work without a crate for streams.
///
/// ```
/// use zexa::ListContacts;
/// # let sandbox = zexa_sandbox::Sandbox::start();
/// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build_async()?;
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
///
/// let mut contacts = client.contacts().list(&ListContacts::new().list_id("lst_demo"));
/// while let Some(contact) = contacts.next().await {
///     println!("{}", contact?.name.unwrap_or_default());
/// }
/// # Ok(()) })?;
/// # Ok::<(), zexa::Error>(())
/// ```
#[must_use = "lists are lazy: nothing is sent until the list is polled"]
pub struct AsyncList<T> {
    pages: AsyncPages<T>,
    items: Items<T>,
}

/// A [`Stream`] of the pages of a list: see [`Pages`](crate::Pages). Returned by [`AsyncList::pages`].
#[must_use = "lists are lazy: nothing is sent until the pages are polled"]
pub struct AsyncPages<T>(Result<Pager<T>, Option<Error>>);

/// A batch that has this many items does not get another page.
const MAX_BATCH: usize = 500;

impl<T: Item> AsyncList<T> {
    pub(crate) fn new(source: Result<Source>) -> AsyncList<T> {
        AsyncList { pages: AsyncPages(source.map(Pager::new).map_err(Some)), items: Items::none() }
    }

    /// Limit the list to this many items: see [`List::limit`](crate::List::limit).
    pub fn limit(mut self, items: u64) -> AsyncList<T> {
        if let Ok(pager) = &mut self.pages.0 {
            pager.limit(items);
            self.items.limit(items);
        }
        self
    }

    /// Return the next item, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Collect all items.
    ///
    /// # Errors
    ///
    /// The same as for all calls. The items before the error are lost.
    pub async fn all(mut self) -> Result<Vec<T>> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok(items)
    }

    /// Fetch a single page. The first page is 1.
    ///
    /// # Errors
    ///
    /// The same as for all calls, and [`Kind::Validation`](crate::Kind::Validation) for page 0.
    pub async fn page(self, number: u32) -> Result<Page<T>> {
        let task = {
            let pager = self.pages.0.map_err(|error| error.expect("not yet polled"))?;
            pager.source.shared.spawn(
                pager.source.request(number)?,
                pager.source.call.clone(),
                ResponseDecoder::once(),
            )?
        };
        let page: Page<T> = task.await?;
        Ok(page.numbered(number))
    }

    /// Return a stream of the pages of the list.
    pub fn pages(self) -> AsyncPages<T> {
        self.pages
    }

    /// Return whether the list has ended with fewer items than the API reported in its last `total`: see
    /// [`List::is_incomplete`](crate::List::is_incomplete).
    pub fn is_incomplete(&self) -> bool {
        self.pages.is_incomplete()
    }
}

impl<T: Item> AsyncList<T> {
    /// Returns what `take` returns for the current page, or for the first later page for which it returns anything.
    fn poll_until<R>(
        &mut self,
        context: &mut Context<'_>,
        take: impl Fn(&mut Items<T>) -> Option<R>,
    ) -> Poll<Option<Result<R>>> {
        loop {
            if let Some(taken) = take(&mut self.items) {
                return Poll::Ready(Some(Ok(taken)));
            }
            match ready!(self.pages.poll_next_page(context)) {
                Some(Ok(next)) => self.items.load(next),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T: Item> Stream for AsyncList<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.poll_until(context, Items::next)
    }
}

impl<T: Item> Batches<T> for AsyncList<T> {
    /// The items of the next page, and those of the pages after it that have arrived as well. A binding then needs fewer round trips between threads.
    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<T>>>> {
        let rest = |items: &mut Items<T>| Some(items.rest()).filter(|rest| !rest.is_empty());
        let mut batch = match ready!(self.poll_until(context, rest)) {
            Some(Ok(batch)) => batch,
            end => return Poll::Ready(end),
        };
        while batch.len() < MAX_BATCH && self.pages.has_arrived() {
            match self.pages.poll_next_page(context) {
                Poll::Ready(Some(Ok(next))) => self.items.load(next),
                Poll::Ready(Some(Err(error))) => self.pages.0 = Err(Some(error)),
                Poll::Ready(None) | Poll::Pending => break,
            }
            batch.append(&mut self.items.rest());
        }
        Poll::Ready(Some(Ok(batch)))
    }
}

impl<T: Item> AsyncPages<T> {
    /// Return the next page, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Return whether the list has ended with fewer items than its total: see [`List::is_incomplete`](crate::List::is_incomplete).
    pub fn is_incomplete(&self) -> bool {
        pager::is_incomplete(&self.0)
    }

    /// Whether the next page has arrived, without an error.
    fn has_arrived(&self) -> bool {
        self.0.as_ref().is_ok_and(Pager::has_arrived)
    }

    /// Polls for the next page that has new items, or is the first.
    fn poll_next_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<NextPage<T>>>> {
        loop {
            let pager = match &mut self.0 {
                Ok(pager) => pager,
                Err(error) => return Poll::Ready(error.take().map(Err)),
            };
            if pager.has_ended() {
                return Poll::Ready(None);
            }
            pager.discard_after_fork();
            let spawned = pager.request(|source, request, _| {
                let decoder = ResponseDecoder::<Fetched<T>>::once();
                source.shared.spawn(request, source.call.clone(), decoder).map(Some)
            });
            let page = match spawned {
                Ok(()) => ready!(pager.poll_next(context)),
                Err(error) => Err(error),
            };
            if let Some(next) = pager.take(page).transpose() {
                return Poll::Ready(Some(next));
            }
        }
    }
}

impl<T: Item> Stream for AsyncPages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        self.poll_next_page(context).map(|next| next.map(|next| next.map(|next| next.page)))
    }
}

impl<T> std::fmt::Debug for AsyncList<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AsyncList").finish_non_exhaustive()
    }
}

impl<T> std::fmt::Debug for AsyncPages<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AsyncPages").finish_non_exhaustive()
    }
}
