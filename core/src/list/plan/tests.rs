//! When lists end.

use super::*;

fn requests(plan: &mut Plan) -> Vec<u32> {
    std::iter::from_fn(|| plan.next_request()).collect()
}

fn page(items: u64, total: u64, per_page: u32) -> Received {
    Received { items, repeated: 0, total: Some(total), per_page: Some(per_page) }
}

fn repeated(items: u64, total: u64, per_page: u32) -> Received {
    Received { repeated: items, ..page(items, total, per_page) }
}

/// A page of a server that reports nothing.
fn bare(items: u64, repeated: u64) -> Received {
    Received { items, repeated, total: None, per_page: None }
}

/// Receives these pages of a list that was requested with `per_page`: all but the last let the list go on.
fn ended(per_page: u32, pages: &[Received]) -> Plan {
    let mut plan = Plan::new(Some(per_page));
    for (index, page) in pages.iter().enumerate() {
        assert!(!plan.has_ended(), "ended before page {}", index + 1);
        assert!(requests(&mut plan).len() + index >= 1 && plan.requested as usize > index, "page {}", index + 1);
        plan.received(*page).expect("no repeat");
    }
    assert!(plan.has_ended());
    plan
}

#[test]
fn the_first_page_alone_then_more_and_more() {
    let mut plan = Plan::new(None);
    assert_eq!(requests(&mut plan), [1]);
    for expected in [vec![2, 3, 4, 5], vec![6, 7, 8, 9, 10], (11..=19).collect(), (20..=24).collect(), vec![25]] {
        plan.received(page(50, 5000, 50)).expect("no repeat");
        assert_eq!(requests(&mut plan), expected);
    }
}

#[test]
fn correct_totals_cost_no_further_request() {
    for (per_page, sizes) in [(2, vec![0]), (2, vec![1]), (2, vec![2, 2]), (2, vec![2, 1]), (1, vec![1, 1, 1])] {
        let total = sizes.iter().sum();
        let pages: Vec<_> = sizes.iter().map(|size| page(*size, total, per_page)).collect();
        let plan = ended(per_page, &pages);
        assert_eq!((plan.requested as usize, plan.is_incomplete()), (pages.len(), false), "{sizes:?}");
    }
    // Just one full page looks the same as a total that counts the page.
    assert_eq!(ended(2, &[page(2, 2, 2), page(0, 2, 2)]).requested, 2);
}

#[test]
fn pages_shorter_than_they_say() {
    let plan = ended(20, &[page(10, 100, 20); 10]);
    assert_eq!((plan.requested, plan.is_incomplete()), (10, false));
}

#[test]
fn a_total_that_changes_is_followed() {
    ended(1, &[page(1, 2, 1), page(1, 3, 1), page(1, 3, 1)]);
    ended(2, &[page(2, 4, 2), page(1, 3, 2)]);
}

#[test]
fn a_total_that_is_wrong_does_not_end_the_list() {
    for pages in [
        // Zero on one page in the middle.
        [page(10, 40, 10), page(10, 0, 10), page(10, 40, 10), page(10, 40, 10)].to_vec(),
        // Zero on the last page.
        [page(10, 20, 10), page(10, 0, 10)].to_vec(),
        // The number of items on the page.
        [page(10, 10, 10), page(10, 10, 10), page(5, 5, 10), page(0, 0, 10)].to_vec(),
        // The number of items so far.
        [page(10, 10, 10), page(10, 20, 10), page(10, 30, 10), page(0, 30, 10)].to_vec(),
        // Always zero.
        [page(10, 0, 10), page(3, 0, 10), page(0, 0, 10)].to_vec(),
    ] {
        assert!(!ended(10, &pages).is_incomplete(), "{pages:?}");
    }
}

#[test]
fn two_empty_pages_end_a_list_short_of_its_total() {
    let plan = ended(10, &[page(10, 100, 10), page(0, 100, 10), page(10, 100, 10), page(0, 100, 10), page(0, 100, 10)]);
    assert!(plan.is_incomplete());
    // An empty page may have an empty total, too.
    assert!(ended(10, &[page(10, 100, 10), page(0, 0, 10), page(0, 0, 10)]).is_incomplete());
    assert!(ended(10, &[page(0, u64::MAX, 10), page(0, u64::MAX, 10)]).is_incomplete());
}

#[test]
fn a_page_that_repeats_is_an_error_unless_the_total_is_reached() {
    let mut plan = Plan::new(Some(10));
    plan.received(page(10, 40, 10)).expect("no repeat");
    assert_eq!(plan.received(repeated(10, 40, 10)), Err(Repeats));
    assert!(plan.has_ended() && !plan.is_incomplete());
    // A server that has one page, whatever is requested.
    assert!(!ended(10, &[page(10, 10, 10), repeated(10, 10, 10)]).is_incomplete());
}

#[test]
fn a_list_without_totals_ends_with_an_empty_page() {
    for sizes in [[0].as_slice(), &[10, 10, 0], &[10, 3, 0], &[3, 10, 0], &[25, 25, 1, 0]] {
        let pages: Vec<_> = sizes.iter().map(|items| bare(*items, 0)).collect();
        let plan = ended(10, &pages);
        assert_eq!((plan.requested as usize, plan.is_incomplete()), (sizes.len(), false), "{sizes:?}");
    }
}

#[test]
fn a_server_that_knows_no_pages_returns_all_items_again() {
    for items in [3, 25] {
        assert!(!ended(10, &[bare(items, 0), bare(items, items)]).is_incomplete());
    }
    // It may have more than it was result for.
    let mut plan = Plan::new(Some(10));
    plan.received(bare(10, 0)).expect("no repeat");
    assert_eq!(plan.received(bare(10, 10)), Err(Repeats));
    assert!(plan.has_doubtful_total());
}

#[test]
fn a_total_on_some_pages_is_enough() {
    assert!(!ended(10, &[page(10, 25, 10), bare(10, 0), bare(5, 0)]).is_incomplete());
    assert!(!ended(10, &[bare(10, 0), page(10, 25, 10), bare(5, 0)]).is_incomplete());
    assert!(ended(10, &[page(10, 25, 10), bare(10, 0), bare(0, 0), bare(0, 0)]).is_incomplete());
    // One page at a time.
    let mut plan = Plan::new(Some(10));
    assert_eq!(requests(&mut plan), [1]);
    plan.received(bare(10, 0)).expect("no repeat");
    assert_eq!(requests(&mut plan), [2]);
}

#[test]
fn a_list_that_grows_by_a_page_goes_on() {
    ended(2, &[page(2, 4, 2), repeated(2, 6, 2), page(2, 6, 2), page(0, 6, 2), page(0, 6, 2)]);
    // But not indefinitely.
    let mut plan = Plan::new(Some(1));
    plan.received(page(1, 10, 1)).expect("no repeat");
    let mut pages = (11..).map(|total| plan.received(repeated(1, total, 1)));
    assert_eq!(pages.position(|page| page.is_err()), Some(3));
}

#[test]
fn large_pages_are_requested_one_by_one() {
    for (bytes, expected) in [(1, 4), (4 << 20, 4), (5 << 20, 3), (8 << 20, 2), (9 << 20, 1), (99 << 20, 1)] {
        let mut plan = Plan::new(None);
        requests(&mut plan);
        plan.arrived(bytes);
        plan.received(page(50, 5000, 50)).expect("no repeat");
        assert_eq!(requests(&mut plan).len(), expected, "{bytes} bytes");
    }
}

#[test]
fn an_absurd_total_does_not_overflow() {
    let mut plan = Plan::new(None);
    requests(&mut plan);
    plan.received(page(1, u64::MAX, 1)).expect("no repeat");
    assert_eq!(requests(&mut plan).len(), 4);
}

#[test]
fn what_is_lost_is_requested_again() {
    let mut plan = Plan::new(None);
    requests(&mut plan);
    plan.received(page(50, 5000, 50)).expect("no repeat");
    assert_eq!(requests(&mut plan), [2, 3, 4, 5]);
    plan.request_again();
    assert_eq!(requests(&mut plan), [2, 3, 4, 5]);
}

#[test]
fn a_limit_ends_the_list_and_no_page_beyond_it_is_requested() {
    let mut plan = Plan::new(Some(10)).with_limit(25);
    assert_eq!(requests(&mut plan), [1]);
    plan.received(page(10, 100, 10)).expect("no repeat");
    assert_eq!(requests(&mut plan), [2, 3]);
    plan.received(page(10, 100, 10)).expect("no repeat");
    plan.received(page(10, 100, 10)).expect("no repeat");
    assert!(plan.has_ended() && !plan.is_incomplete());

    // A repeated item makes room for one of a further page.
    let mut plan = Plan::new(Some(2)).with_limit(4);
    requests(&mut plan);
    plan.received(page(2, 9, 2)).expect("no repeat");
    assert_eq!(requests(&mut plan), [2]);
    plan.received(Received { repeated: 1, ..page(2, 9, 2) }).expect("no repeat");
    assert_eq!((plan.has_ended(), requests(&mut plan)), (false, vec![3]));

    let mut nothing = Plan::new(None).with_limit(0);
    assert!(nothing.has_ended() && !nothing.is_incomplete());
    assert_eq!(requests(&mut nothing), [1; 0]);
}

#[test]
fn a_list_that_ends_before_its_limit_is_judged_as_any() {
    let mut plan = Plan::new(Some(10)).with_limit(25);
    plan.received(page(10, 100, 10)).expect("no repeat");
    plan.received(page(0, 100, 10)).expect("no repeat");
    plan.received(page(0, 100, 10)).expect("no repeat");
    assert!(plan.has_ended() && plan.is_incomplete());
}
