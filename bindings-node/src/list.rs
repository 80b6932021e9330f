//! Lists. All items that have arrived are passed to JavaScript together, as one JSON text.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use napi_derive::napi;
use zexa::binding::{Batches, Item};
use zexa::{AsyncClient, AsyncList, AsyncPages, Result};

use crate::call::Call;
use crate::completion_queue::Sender;
use crate::json::WriteJson;

/// A list that is read once: its items, its pages, or one page. JavaScript requests the next batch when it has received the last.
#[napi]
pub struct NativeList {
    sender: Arc<Sender>,
    list: Box<dyn ErasedList>,
}

#[napi]
impl NativeList {
    /// Fetches the next items, or null at the end.
    #[napi(catch_unwind)]
    pub fn next_items(&self, call: u32) {
        self.list.next_items(Call::new(call, self.sender.clone()));
    }

    /// Fetches the next page, or null at the end.
    #[napi(catch_unwind)]
    pub fn next_page(&self, call: u32) {
        self.list.next_page(Call::new(call, self.sender.clone()));
    }

    /// Fetches one page.
    #[napi(catch_unwind)]
    pub fn page(&self, call: u32, number: u32) {
        self.list.page(Call::new(call, self.sender.clone()), number);
    }

    /// Whether the list ended short of its total. False after `close()`.
    #[napi(catch_unwind)]
    pub fn is_incomplete(&self) -> bool {
        self.list.is_incomplete()
    }

    /// Ends the list, and cancels its prefetched pages.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.list.close();
    }
}

impl NativeList {
    pub(crate) fn new<T: Item + WriteJson>(client: AsyncClient, sender: Arc<Sender>, list: AsyncList<T>) -> NativeList {
        let reading = Arc::new(Mutex::new(Reading::Items(list)));
        NativeList { sender, list: Box::new(List { client, reading }) }
    }
}

/// A list of any item type.
trait ErasedList: Send + Sync {
    fn next_items(&self, call: Call);
    fn next_page(&self, call: Call);
    fn page(&self, call: Call, number: u32);
    fn is_incomplete(&self) -> bool;
    fn close(&self);
}

struct List<T> {
    client: AsyncClient,
    reading: Arc<Mutex<Reading<T>>>,
}

/// The state of a list: how it is read.
enum Reading<T> {
    Items(AsyncList<T>),
    Pages(AsyncPages<T>),
    Ended,
}

impl<T: Item + WriteJson> List<T> {
    /// Locks the state briefly; no call holds the lock while it waits.
    fn reading(&self) -> MutexGuard<'_, Reading<T>> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls the list until it returns a batch, and completes the call with that.
    fn next<P: WriteJson + Send + 'static>(
        &self,
        call: Call,
        mut poll: impl FnMut(&mut Reading<T>, &mut Context<'_>) -> Poll<Option<Result<P>>> + Send + 'static,
    ) {
        let reading = self.reading.clone();
        let next = poll_fn(move |context| {
            let mut reading = reading.lock().unwrap_or_else(PoisonError::into_inner);
            poll(&mut reading, context).map(Option::transpose)
        });
        call.spawn(&self.client, next);
    }
}

impl<T: Item + WriteJson> ErasedList for List<T> {
    fn next_items(&self, call: Call) {
        self.next(call, |reading, context| match reading {
            Reading::Items(list) => list.poll_batch(context),
            Reading::Pages(_) | Reading::Ended => Poll::Ready(None),
        });
    }

    fn next_page(&self, call: Call) {
        {
            let mut reading = self.reading();
            *reading = match mem::replace(&mut *reading, Reading::Ended) {
                Reading::Items(list) => Reading::Pages(list.pages()),
                pages => pages,
            };
        }
        self.next(call, |reading, context| match reading {
            Reading::Pages(pages) => Pin::new(pages).poll_next(context),
            Reading::Items(_) | Reading::Ended => Poll::Ready(None),
        });
    }

    fn page(&self, call: Call, number: u32) {
        let page = match mem::replace(&mut *self.reading(), Reading::Ended) {
            Reading::Items(list) => Some(list.page(number)),
            Reading::Pages(_) | Reading::Ended => None,
        };
        let page = async move {
            match page {
                Some(page) => page.await.map(Some),
                None => Ok(None),
            }
        };
        call.spawn(&self.client, page);
    }

    fn is_incomplete(&self) -> bool {
        match &*self.reading() {
            Reading::Items(list) => list.is_incomplete(),
            Reading::Pages(pages) => pages.is_incomplete(),
            Reading::Ended => false,
        }
    }

    fn close(&self) {
        *self.reading() = Reading::Ended;
    }
}
