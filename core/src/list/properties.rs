//! Properties of lists, with servers that are honest, that change while a list is read, and that return anything.

use std::collections::HashSet;
use std::task::{Context, Poll, Waker};
use std::{future, iter};

use proptest::collection::vec;
use proptest::prelude::*;

use super::pager::{Items, Pager};
use super::{Page, Source};
use crate::decode::Fetched;
use crate::{Client, Contact, Error, Kind, ListContacts, Outcome};

/// A page of a simulated server.
#[derive(Clone, Debug, Default)]
struct Served {
    ids: Vec<u32>,
    total: Option<u64>,
    per_page: Option<u32>,
    /// 404 instead of the page.
    is_missing: bool,
}

/// How pages arrive: the number of polls that each takes, the size of its body in MiB, and whether there is a permit to prefetch it.
type Arrivals = Vec<(u8, usize, bool)>;

fn arrivals() -> impl Strategy<Value = Arrivals> {
    vec((0..4_u8, prop_oneof![4 => Just(0_usize), 1 => 1..9_usize], prop::bool::weighted(0.9)), 1..20)
}

/// What a caller that reads a list to its end receives.
#[derive(Debug, Default)]
struct Read {
    ids: Vec<u32>,
    /// The pages in order.
    pages: Vec<Served>,
    error: Option<Error>,
    is_incomplete: bool,
}

/// A list that has not ended after this many pages is endless.
const MOST_PAGES: usize = 300;

fn source(per_page: Option<u32>) -> Source {
    let client = Client::builder().base_url("http://127.0.0.1:9").api_key("zx_test_key").build().expect("a client");
    client.source("/contacts", &ListContacts { per_page, ..ListContacts::default() }).expect("a source")
}

/// Reads the list of a server, which returns the page with this number.
fn read(per_page: Option<u32>, limit: Option<u64>, arrivals: &Arrivals, mut serve: impl FnMut(u32) -> Served) -> Read {
    let template: Contact = serde_json::from_value(serde_json::json!({"id": ""})).expect("a contact");
    let contact = |id: &u32| Contact { id: id.to_string(), ..template.clone() };
    let mut pager = Pager::<Contact>::new(source(per_page));
    let mut items = Items::none();
    if let Some(limit) = limit {
        pager.limit(limit);
        items.limit(limit);
    }
    let mut read = Read::default();
    let mut arrivals = arrivals.iter().copied().cycle();
    // The pages that were requested last, by number: a page that is withdrawn is requested again.
    let mut served: Vec<Served> = Vec::new();
    let mut context = Context::from_waker(Waker::noop());
    while !pager.has_ended() {
        let requested = pager.request(|_, request, is_prefetched| {
            let (mut polls, size, has_permit) = arrivals.next().expect("a cycle");
            if is_prefetched && !has_permit {
                return Ok(None);
            }
            let number = request.url.query_pairs().find(|(name, _)| name == "page").expect("a page").1.parse::<u32>();
            let number = number.expect("a number");
            let page = serve(number);
            served.truncate(number as usize - 1);
            served.push(page.clone());
            let arrived = match page.is_missing {
                true => Err(Error::new(Kind::NotFound, Outcome::Rejected, "no such page").with_status(404)),
                false => Ok(Fetched {
                    page: Page {
                        items: page.ids.iter().map(contact).collect(),
                        total: page.total,
                        page: number,
                        per_page: page.per_page,
                        extra: serde_json::Map::default(),
                    },
                    body_size: size << 20,
                }),
            };
            let mut arrived = Some(arrived);
            Ok(Some(future::poll_fn(move |_| {
                polls = polls.saturating_sub(1);
                if polls > 0 { Poll::Pending } else { Poll::Ready(arrived.take().expect("polled once")) }
            })))
        });
        requested.expect("a request");
        let page = loop {
            if let Poll::Ready(page) = pager.poll_next(&mut context) {
                break page;
            }
        };
        read.pages.push(served[read.pages.len()].clone());
        match pager.take(page) {
            Ok(Some(next)) => {
                items.load(next);
                read.ids.extend(items.rest().iter().map(|item| item.id.parse::<u32>().expect("a number")));
            }
            Ok(None) => {}
            Err(error) => read.error = Some(error),
        }
        assert!(read.pages.len() < MOST_PAGES, "the list does not end");
    }
    read.is_incomplete = pager.is_incomplete();
    read
}

/// The ids on pages, each once.
fn unique(pages: &[Served]) -> Vec<u32> {
    let mut seen = HashSet::new();
    pages.iter().flat_map(|page| &page.ids).copied().filter(|id| seen.insert(*id)).collect()
}

/// A page with any of a few ids, so that pages repeat each other.
fn any_page() -> impl Strategy<Value = Served> {
    let ids = prop_oneof![1 => Just(Vec::new()), 6 => prop::sample::subsequence((0..16).collect::<Vec<u32>>(), 0..8)];
    let total = prop::option::of(prop_oneof![8 => 0..24_u64, 1 => Just(u64::MAX)]);
    (ids.prop_shuffle(), total, prop::option::of(0..9_u32), prop::bool::weighted(0.02))
        .prop_map(|(ids, total, per_page, is_missing)| Served { ids, total, per_page, is_missing })
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 400, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    /// Any pages, of which the last ones are repeated indefinitely, such as by a server that alternates them or ignores the number.
    #[test]
    fn every_list_ends_and_yields_each_item_once_in_order(
        first in vec(any_page(), 0..8),
        repeated in vec(any_page(), 1..4),
        per_page in prop::option::of(1..9_u32),
        arrivals in arrivals(),
    ) {
        let pages: Vec<&Served> = first.iter().chain(repeated.iter().cycle().take(MOST_PAGES)).collect();
        let list = read(per_page, None, &arrivals, |number| pages[number as usize - 1].clone());
        let (last, before) = list.pages.split_last().expect("at least one page");
        let mut expected = unique(&list.pages);
        if last.is_missing {
            expected = unique(before);
        }
        prop_assert_eq!(&list.ids, &expected);
        match list.error {
            // The documented errors: a page is missing although more items should follow, or has only items of earlier pages.
            Some(error) if last.is_missing => prop_assert_eq!(error.status(), Some(404)),
            Some(error) => {
                prop_assert_eq!(error.kind(), Kind::Decode);
                prop_assert!(!last.ids.is_empty() && last.ids.iter().all(|id| unique(before).contains(id)));
            }
            None => {}
        }
    }

    /// Pages of any size, with a total on all of them, on some, or on none.
    #[test]
    fn an_honest_list_is_complete(
        sizes in vec(1..30_u32, 0..12),
        per_page in prop::option::of(1..=30_u32),
        totals in vec(any::<bool>(), 1..4),
        reports_size in any::<bool>(),
        ends_with_404 in any::<bool>(),
        arrivals in arrivals(),
    ) {
        let mut next = 0..;
        let sizes = sizes.iter().map(|size| per_page.map_or(*size, |most| most.min(*size)));
        let pages: Vec<Vec<u32>> = sizes.map(|size| next.by_ref().take(size as usize).collect()).collect();
        let all: Vec<u32> = pages.concat();
        let list = read(per_page, None, &arrivals, |number| Served {
            ids: pages.get(number as usize - 1).cloned().unwrap_or_default(),
            total: totals[number as usize % totals.len()].then_some(all.len() as u64),
            per_page: per_page.filter(|_| reports_size),
            is_missing: ends_with_404 && number as usize > pages.len().max(1),
        });
        prop_assert!(list.error.is_none(), "{:?}", list.error);
        prop_assert_eq!(&list.ids, &all);
        prop_assert!(!list.is_incomplete && list.pages.len() <= pages.len() + 1, "{} pages", list.pages.len());
    }

    /// Items are added at the front while the list is read, so that others move to later pages.
    #[test]
    fn a_list_that_grows_loses_no_item(
        count in 0..60_u32,
        per_page in 1..=10_u32,
        added in vec(0..6_u32, 0..20),
        arrivals in arrivals(),
    ) {
        const NEW: u32 = 1000;
        let mut list: Vec<u32> = (0..count).collect();
        let mut added = added.iter();
        let read = read(Some(per_page), None, &arrivals, |number| {
            let size = per_page as usize;
            let ids = list.iter().copied().skip((number as usize - 1) * size).take(size).collect();
            let page = Served { ids, total: Some(list.len() as u64), per_page: Some(per_page), is_missing: false };
            for _ in 0..*added.next().unwrap_or(&0) {
                list.insert(0, NEW + list.len() as u32);
            }
            page
        });
        let old: Vec<u32> = read.ids.iter().copied().filter(|id| *id < NEW).collect();
        match &read.error {
            None => prop_assert_eq!(old, (0..count).collect::<Vec<_>>()),
            // Too many pages in a row without a new item.
            Some(error) => {
                prop_assert_eq!(error.kind(), Kind::Decode);
                prop_assert_eq!(&old, &(0..old.len() as u32).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_limit_ends_an_honest_list(
        count in 0..80_u32,
        limit in 0..100_u64,
        per_page in prop::option::of(1..=20_u32),
        has_totals in any::<bool>(),
        arrivals in arrivals(),
    ) {
        let size = per_page.map_or_else(|| if (1..=100).contains(&limit) { limit as usize } else { 50 }, |size| size as usize);
        let list = read(per_page, Some(limit), &arrivals, |number| Served {
            ids: (0..count).skip((number as usize - 1) * size).take(size).collect(),
            total: has_totals.then_some(u64::from(count)),
            ..Served::default()
        });
        prop_assert!(list.error.is_none() && !list.is_incomplete);
        prop_assert_eq!(list.ids, (0..count).take(limit as usize).collect::<Vec<_>>());
        // Nothing is requested beyond the limit.
        prop_assert!(list.pages.len() as u64 <= limit.div_ceil(size as u64) || u64::from(count) < limit);
    }
}

/// A page that only repeats may be followed by new items, if the list has grown. Without that exception, the property above would be trivial.
#[test]
fn the_simulated_server_can_shift_whole_pages() {
    let totals = iter::once(4).chain(iter::repeat(6));
    let pages = [[0, 1], [0, 1], [2, 3]].into_iter().zip(totals);
    let pages: Vec<Served> = pages
        .map(|(ids, total)| Served { ids: ids.to_vec(), total: Some(total), per_page: Some(2), is_missing: false })
        .collect();
    let list =
        read(Some(2), None, &vec![(0, 0, true)], |number| pages.get(number as usize - 1).cloned().unwrap_or_default());
    assert_eq!((list.ids, list.is_incomplete), (vec![0, 1, 2, 3], true));
}
