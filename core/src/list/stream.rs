//! [`AsyncList`] and [`AsyncPages`]: lists of the async client.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::{Item, Items, Page, Pager, Source};
use crate::binding::Batches;
use crate::decode::Decoded;
use crate::{Error, Result};

/// A list: a [`Stream`] of all items across its pages.
///
/// It behaves as [`List`](crate::List) does. Without a crate of stream adaptors, [`next`](AsyncList::next) and [`all`](AsyncList::all) will do.
///
/// ```
/// use zexa::ListContacts;
/// # let sandbox = zexa_sandbox::Sandbox::start();
/// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build_async()?;
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
///
/// let mut contacts = client.contacts().list(&ListContacts::new().list_id("lst_demo"));
/// while let Some(contact) = contacts.next().await {
///     println!("{}", contact?.name);
/// }
/// # Ok(()) })?;
/// # Ok::<(), zexa::Error>(())
/// ```
#[must_use = "nothing is fetched until it is polled"]
pub struct AsyncList<T> {
    pages: AsyncPages<T>,
    items: Items<T>,
}

/// The pages of a list, one after another, as the API gives them: where the list shifts, an item may be on two. Made by [`AsyncList::pages`].
#[must_use = "nothing is fetched until it is polled"]
pub struct AsyncPages<T>(Result<Pager<T>, Option<Error>>);

impl<T: Item> AsyncList<T> {
    pub(crate) fn new(source: Result<Source>) -> AsyncList<T> {
        AsyncList { pages: AsyncPages(source.map(Pager::new).map_err(Some)), items: Items::none() }
    }

    /// The next item.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// All items.
    ///
    /// # Errors
    ///
    /// As any call; what came before the error is lost.
    pub async fn all(mut self) -> Result<Vec<T>> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok(items)
    }

    /// One page, from 1.
    ///
    /// # Errors
    ///
    /// As any call; 0 is no page.
    pub async fn page(self, number: u32) -> Result<Page<T>> {
        let task = {
            let pager = self.pages.0.map_err(|error| error.expect("not yet polled"))?;
            pager.source.shared.spawn(pager.source.request(number)?, pager.source.call.clone(), Decoded::once())?
        };
        task.await
    }

    /// Page by page.
    pub fn pages(self) -> AsyncPages<T> {
        self.pages
    }
}

impl<T: Item> AsyncList<T> {
    /// What `take` finds on this page, or the first further one where it finds anything.
    fn poll_until<R>(
        &mut self,
        context: &mut Context<'_>,
        take: impl Fn(&mut Items<T>) -> Option<R>,
    ) -> Poll<Option<Result<R>>> {
        loop {
            if let Some(taken) = take(&mut self.items) {
                return Poll::Ready(Some(Ok(taken)));
            }
            let Some(page) = ready!(Pin::new(&mut self.pages).poll_next(context)) else {
                return Poll::Ready(None);
            };
            if let Err(error) = page.and_then(|page| self.items.turn_to(page)) {
                self.pages = AsyncPages(Err(None));
                return Poll::Ready(Some(Err(error)));
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
    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<T>>>> {
        self.poll_until(context, |items| Some(items.rest()).filter(|rest| !rest.is_empty()))
    }
}

impl<T: Item> AsyncPages<T> {
    /// The next page.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T: Item> Stream for AsyncPages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        let pager = match &mut self.0 {
            Ok(pager) => pager,
            Err(error) => return Poll::Ready(error.take().map(Err)),
        };
        if pager.plan.has_ended() {
            return Poll::Ready(None);
        }
        pager.leave_to_parent();
        if let Err(error) =
            pager.ask(|source, request| source.shared.spawn(request, source.call.clone(), Decoded::once()))
        {
            return Poll::Ready(Some(pager.take(Err(error))));
        }
        let page = ready!(pager.poll_next(context));
        Poll::Ready(Some(pager.take(page)))
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
