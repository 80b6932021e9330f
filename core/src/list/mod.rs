//! Lists: one page, or all items across pages.
//!
//! - `page` reads a page;
//! - `plan` decides which pages to request and when a list ends; its docs contain the rules;
//! - `seen_ids` and `stall_detector` detect repeated items;
//! - `pager` manages the prefetched pages, `blocking` and `stream` drive it.

mod blocking;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod page;
mod pager;
mod plan;
#[cfg(test)]
mod properties;
mod seen_ids;
mod stall_detector;
mod stream;

use std::sync::Arc;

pub use self::blocking::{List, Pages};
pub use self::page::Page;
pub use self::stream::{AsyncList, AsyncPages};
use crate::call_options::{Call, CallOptions};
use crate::check;
use crate::engine::Shared;
use crate::engine::request::{Method, Request};
use crate::model::Model;
use crate::{Campaign, Channel, Contact, ListCampaigns, ListContacts, ListSenderIds, Result, SenderId};
use serde::Serialize;

/// An item of a list.
pub trait Item: Model + Serialize + Send + Unpin + 'static {
    /// The id that is used to detect the item on a later page.
    fn id(&self) -> Option<&str>;

    /// The part of the list within which the id is unique, if it is not unique in the whole list.
    fn id_scope(&self) -> Option<&str> {
        None
    }
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

    /// A name is registered separately for each channel, so its registrations may have the same id.
    fn id_scope(&self) -> Option<&str> {
        self.channel.as_ref().map(Channel::as_str)
    }
}

/// The filters and the page size of a list.
pub(crate) trait Filter {
    fn per_page(&self) -> Option<u32>;

    /// The filters, with their names in the API.
    fn filters(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn query(&self) -> Result<Vec<(&'static str, String)>> {
        let mut query = self.filters();
        if let Some(per_page) = self.per_page() {
            check::between("per_page", per_page, 1, MAX_PER_PAGE)?;
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

/// The source of the pages of a list: the request without the page number, and the options of the call, whose deadline has started.
pub(crate) struct Source {
    shared: Arc<Shared>,
    request: Request,
    call: Call,
    per_page: Option<u32>,
    /// The maximum number of items. `None` means all.
    limit: Option<u64>,
}

/// The maximum page size of the API.
const MAX_PER_PAGE: u32 = 100;

impl Source {
    pub(crate) fn new(
        shared: Arc<Shared>,
        route: &'static str,
        filter: &impl Filter,
        options: &CallOptions,
    ) -> Result<Source> {
        options.check_list()?;
        let request = Request::new(Method::Get, route, &shared.config.base_url).with_query(filter.query()?);
        let request = options.complete(request)?;
        let call = options.begin(&shared.config)?;
        Ok(Source { shared, request, call, per_page: filter.per_page(), limit: None })
    }

    /// The size of the pages that the list requests. A limit without a page size is requested as one page if possible.
    fn list_page_size(&self) -> Option<u32> {
        let limit = self.limit.and_then(|limit| u32::try_from(limit).ok());
        self.per_page.or(limit.filter(|limit| (1..=MAX_PER_PAGE).contains(limit)))
    }

    /// The request for a page when the list is iterated over.
    fn list_request(&self, page: u32) -> Result<Request> {
        let size = self.list_page_size().filter(|_| self.per_page.is_none());
        Ok(self.request(page)?.with_query(size.map(|size| ("per_page", size.to_string()))))
    }

    fn request(&self, page: u32) -> Result<Request> {
        check::between("page", page, 1, u32::MAX)?;
        Ok(self.request.clone().with_query([("page", page.to_string())]))
    }
}
