//! Compares what the callers were told with the record of the sandbox.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::calls::Kind;
use super::report::{Outcome, Reported, Row};
use crate::command::Result;

/// Every message whose number, divided by this, has the remainder 39 is rejected, because its sender is not approved.
const REJECTED: u64 = 40;

/// The Sender IDs of the sandbox.
const ITEMS: [&str; 5] = ["sid_0001", "sid_0002", "sid_0003", "sid_0004", "sid_0005"];

/// Kinds of errors that the faults do not explain: the program or the client is wrong.
const UNEXPLAINED: [&str; 6] = ["config", "invalid_request", "unauthorized", "conflict", "key_reused", "internal"];

/// The number of violations that are printed.
const MOST_VIOLATIONS: usize = 20;

/// The number of results by what was reported, such as `sent` or `unknown timeout`.
pub(super) type Counts = BTreeMap<String, u64>;

/// Compares the reports with the recorded messages (id and recipient). The error lists all violations.
pub(super) fn compare(calls: &[Reported], messages: &[(String, String)]) -> Result<Counts> {
    let mut violations = Vec::new();
    let mut counts = Counts::new();
    let mut reports: BTreeMap<u64, Vec<(&Reported, &Row)>> = BTreeMap::new();
    for call in calls {
        violations.extend(check_call(call).into_iter().map(|violation| format!("{violation}: {call:?}")));
        for row in &call.rows {
            reports.entry(row.message).or_default().push((call, row));
            *counts.entry(format!("{:?} {}", row.outcome, row.kind).replace(" -", "")).or_default() += 1;
        }
    }
    let mut received: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for (id, to) in messages {
        match to.strip_prefix("+2449").and_then(|number| number.parse().ok()) {
            Some(message) => received.entry(message).or_default().push(id),
            None => violations.push(format!("{id} was sent to {to}, which no call has asked for")),
        }
    }
    let requested: HashMap<u64, Kind> = calls.iter().flat_map(|call| messages_of(call).zip(kinds_of(call))).collect();
    for (message, ids) in &received {
        match requested.get(message) {
            None => violations.push(format!("message {message} was received, and no call has asked for it")),
            Some(kind) if ids.len() > 1 && *kind != Kind::Repeat => {
                let reports = show(reports.get(message).map(Vec::as_slice).unwrap_or_default());
                violations.push(format!("message {message} was received {} times{reports}", ids.len()));
            }
            Some(_) => {}
        }
    }
    let untold: HashSet<u64> = calls.iter().flat_map(untold).collect();
    for (message, reports) in &reports {
        let ids = received.get(message).map(Vec::as_slice).unwrap_or_default();
        for violation in check_message(*message, reports, ids, untold.contains(message)) {
            violations.push(format!("message {message} {violation}; received as {ids:?}{}", show(reports)));
        }
    }
    if violations.is_empty() {
        return Ok(counts);
    }
    let more = violations.len().saturating_sub(MOST_VIOLATIONS);
    violations.truncate(MOST_VIOLATIONS);
    Err(format!("{}\n{more} more violations", violations.join("\n")))
}

/// Each report about a message, with its call.
fn show(reports: &[(&Reported, &Row)]) -> String {
    let line = |(reported, row): &(&Reported, &Row)| {
        let Row { outcome, kind, id, at, .. } = row;
        let (call, began) = (reported.call.line(), reported.began);
        format!("\n    {outcome:?} {kind} {id:?} at {at}, call since {began}: {}", call.trim_end())
    };
    reports.iter().map(line).collect()
}

fn messages_of(call: &Reported) -> std::ops::Range<u64> {
    call.call.first..call.call.first + call.call.count
}

/// The messages of a call without a result: those of a bulk run that was abandoned.
fn untold(call: &Reported) -> impl Iterator<Item = u64> {
    let told: HashSet<u64> = call.rows.iter().map(|row| row.message).collect();
    messages_of(call).filter(move |message| !told.contains(message))
}

fn kinds_of(call: &Reported) -> impl Iterator<Item = Kind> {
    std::iter::repeat(call.call.kind)
}

/// Checks that everything about the call was reported once.
fn check_call(reported: &Reported) -> Vec<String> {
    let mut violations = Vec::new();
    let mut violation = |text: String| violations.push(text);
    let call = &reported.call;
    if reported.ends.len() != 1 {
        violation(format!("a call has ended {} times", reported.ends.len()));
    }
    let is_complete = reported.ends.iter().any(|end| end == "ok");
    let rows: HashSet<u64> = reported.rows.iter().map(|row| row.message).collect();
    if rows.len() != reported.rows.len() {
        violation("a result was reported twice".to_owned());
    }
    if !rows.iter().all(|row| messages_of(reported).contains(row)) {
        violation("a result of a message that was not requested".to_owned());
    }
    if (call.kind.is_single() || is_complete) && rows.len() as u64 != call.count {
        violation(format!("{} results of {} messages", rows.len(), call.count));
    }
    let items: HashSet<&str> = reported.items.iter().map(String::as_str).collect();
    if items.len() != reported.items.len() || !items.iter().all(|item| ITEMS.contains(item)) {
        violation("a list with wrong items".to_owned());
    }
    if call.kind == Kind::List && is_complete && items.len() != ITEMS.len() {
        violation("an incomplete list without an error".to_owned());
    }
    // A run that was abandoned may still hold its ledger.
    let ends = reported.ends.iter().filter(|end| call.kind != Kind::Recorded || *end != "config");
    let kinds = reported.rows.iter().map(|row| &row.kind).chain(ends);
    for kind in kinds.filter(|kind| UNEXPLAINED.contains(&kind.as_str())) {
        violation(format!("an error of the kind {kind}"));
    }
    violations
}

/// Checks what was reported about a message that was received with these ids. `is_untold`: a further call may have sent it, and nothing was reported.
fn check_message(message: u64, reports: &[(&Reported, &Row)], ids: &[&str], is_untold: bool) -> Vec<&'static str> {
    use Outcome::{Accepted, NotSent, Rejected, Sent, Unknown};
    let mut violations = Vec::new();
    if message % REJECTED == REJECTED - 1 && !ids.is_empty() {
        violations.push("has a sender that is not approved, and was received");
    }
    for (call, row) in reports {
        let others = || reports.iter().filter(|(_, other)| other != row);
        match row.outcome {
            Sent if !row.id.as_deref().is_some_and(|id| ids.contains(&id)) => {
                violations.push("was sent with an id, and was not received with it");
            }
            Accepted if ids.is_empty() => violations.push("was accepted, and not received"),
            NotSent | Rejected if !ids.is_empty() => {
                // Only another call with the same key can have sent it, at the same time or later: what an earlier one may have sent is known.
                let is_sent = |row: &Row| matches!(row.outcome, Sent | Accepted);
                let may_be_sent = |row: &Row| is_sent(row) || row.outcome == Unknown;
                if !is_untold && !others().any(|(_, other)| may_be_sent(other) && other.at >= call.began) {
                    violations.push("was not sent or rejected, and was received");
                } else if others().any(|(_, other)| is_sent(other) && other.at < call.began) {
                    violations.push("was not sent or rejected, although an earlier call has sent it");
                }
            }
            Sent | Accepted | Unknown | NotSent | Rejected => {}
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::calls::Calls;
    use super::*;

    /// A call of this kind, with these reports. It begins at the position `began`, and ends directly after that.
    fn call(kind: Kind, began: u64, reports: &[&str]) -> Reported {
        let mut call = Calls::new(0).next(None);
        (call.kind, call.first, call.count) = (kind, 0, 1);
        let mut reported = Reported::new(call, began);
        for report in reports {
            reported.add(report, began + 1).expect("a valid report");
        }
        reported
    }

    fn compared(calls: &[Reported], ids: &[&str]) -> Result<Counts> {
        let messages: Vec<_> = ids.iter().map(|id| ((*id).to_owned(), "+244900000000".to_owned())).collect();
        compare(calls, &messages)
    }

    #[test]
    fn true_reports_are_accepted() {
        for (report, end, ids) in [
            ("row 0 sent - msg_a", "end ok", &["msg_a"][..]),
            ("row 0 accepted timeout -", "end timeout", &["msg_a"]),
            ("row 0 unknown timeout -", "end timeout", &["msg_a"]),
            ("row 0 unknown timeout -", "end timeout", &[]),
            ("row 0 not_sent connect -", "end connect", &[]),
            ("row 0 rejected validation -", "end validation", &[]),
        ] {
            assert_eq!(compared(&[call(Kind::Send, 0, &[report, end])], ids).map(|counts| counts.len()), Ok(1));
        }
        let list = ITEMS.map(|item| format!("item {item}"));
        let mut list: Vec<&str> = list.iter().map(String::as_str).collect();
        list.push("end ok");
        assert!(compared(&[call(Kind::Send, 0, &["row 0 sent - msg_a", "end ok"])], &["msg_a"]).is_ok());
        let mut listed = call(Kind::List, 0, &list);
        listed.call.count = 0;
        assert_eq!(compared(&[listed], &[]), Ok(Counts::new()));
    }

    #[test]
    fn violations_are_found() {
        for (kind, reports, ids, violation) in [
            (Kind::Send, &["row 0 sent - msg_a", "end ok"][..], &["msg_a", "msg_b"][..], "was received 2 times"),
            (Kind::Send, &["row 0 unknown timeout -", "end timeout"], &["msg_a", "msg_b"], "was received 2 times"),
            (Kind::Send, &["row 0 sent - msg_a", "end ok"], &[], "was sent with an id, and was not received with it"),
            (Kind::Send, &["row 0 sent - msg_a", "end ok"], &["msg_b"], "was sent with an id, and was not received"),
            (Kind::Send, &["row 0 accepted decode -", "end decode"], &[], "was accepted, and not received"),
            (Kind::Send, &["row 0 not_sent timeout -", "end timeout"], &["msg_a"], "was not sent or rejected, and"),
            (Kind::Send, &["row 0 rejected server -", "end server"], &["msg_a"], "was not sent or rejected, and"),
            (Kind::Repeat, &["row 0 rejected server -", "end server"], &["msg_a"], "was not sent or rejected, and"),
            (Kind::Send, &["row 0 sent - msg_a"], &["msg_a"], "a call has ended 0 times"),
            (Kind::Send, &["row 0 sent - msg_a", "end ok", "end ok"], &["msg_a"], "a call has ended 2 times"),
            (Kind::Send, &["end ok"], &[], "0 results of 1 messages"),
            (Kind::Bulk, &["row 0 sent - msg_a", "row 0 sent - msg_a", "end ok"], &["msg_a"], "was reported twice"),
            (Kind::Bulk, &["row 1 unknown timeout -", "end ok"], &[], "a message that was not requested"),
            (Kind::Bulk, &["end ok"], &[], "0 results of 1 messages"),
            (Kind::List, &["item sid_0001", "end ok"], &[], "an incomplete list without an error"),
            (Kind::List, &["item sid_0001", "item sid_0001", "end connect"], &[], "a list with wrong items"),
            (Kind::Send, &["row 0 not_sent config -", "end config"], &[], "an error of the kind config"),
        ] {
            let error = compared(&[call(kind, 0, reports)], ids).expect_err(violation);
            assert!(error.contains(violation), "{error}");
        }
        let error = compared(&[], &["msg_a"]).expect_err("nobody asked for it");
        assert!(error.contains("no call has asked for it"), "{error}");
    }

    #[test]
    fn a_key_that_may_have_been_sent_stays_so() {
        let sent = || call(Kind::Keyed, 10, &["row 0 sent - msg_a", "end ok"]);
        let not_sent = |began| call(Kind::Keyed, began, &["row 0 not_sent cancelled -", "end cancelled"]);
        // Before it, and at the same time.
        for began in [2, 10] {
            assert!(compared(&[not_sent(began), sent()], &["msg_a"]).is_ok());
        }
        let error = compared(&[sent(), not_sent(20)], &["msg_a"]).expect_err("a wrong outcome");
        assert!(error.contains("was not sent or rejected, and was received"), "{error}");
        let again = || call(Kind::Keyed, 30, &["row 0 unknown in_doubt -", "end ok"]);
        let error = compared(&[sent(), not_sent(20), again()], &["msg_a"]).expect_err("a wrong outcome");
        assert!(error.contains("although an earlier call has sent it"), "{error}");
    }

    #[test]
    fn a_run_that_was_abandoned_may_have_sent_its_messages() {
        let not_sent = || call(Kind::Recorded, 0, &["row 0 not_sent stopped -", "end stopped"]);
        let abandoned = call(Kind::Recorded, 10, &["end cancelled"]);
        assert!(compared(&[not_sent(), abandoned], &["msg_a"]).is_ok());
        assert!(compared(&[not_sent()], &["msg_a"]).is_err());
    }

    #[test]
    fn a_call_that_may_repeat_its_message_may_send_it_twice() {
        let repeat = call(Kind::Repeat, 0, &["row 0 unknown timeout -", "end timeout"]);
        assert!(compared(&[repeat], &["msg_a", "msg_b"]).is_ok());
    }
}
