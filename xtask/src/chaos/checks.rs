//! Compares a ledger with the record of the sandbox.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::Result;

/// The counts of a ledger while no process uses it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) accepted: u64,
    pub(super) in_doubt: u64,
}

impl Counts {
    /// Reads the counts that a program printed as JSON.
    pub(super) fn parse(json: &str) -> Result<Counts> {
        let counts: Value = serde_json::from_str(json).map_err(|error| format!("invalid counts {json:?}: {error}"))?;
        let count = |state: &str| counts[state].as_u64().ok_or_else(|| format!("no count of `{state}` in {json}"));
        match count("claimed")? {
            0 => Ok(Counts { accepted: count("accepted")?, in_doubt: count("in_doubt")? }),
            claimed => Err(format!("{claimed} rows are claimed by a process that is dead: {json}")),
        }
    }
}

/// The messages that the sandbox has recorded.
pub(super) struct Record {
    path: PathBuf,
    file: Option<File>,
    text: String,
}

impl Record {
    pub(super) fn new(path: PathBuf) -> Record {
        Record { path, file: None, text: String::new() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads what was added, and returns the number of messages.
    pub(super) fn count(&mut self) -> Result<u64> {
        let failed = |error: io::Error| format!("{}: {error}", self.path.display());
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(File::open(&self.path).map_err(failed)?),
        };
        file.read_to_string(&mut self.text).map_err(failed)?;
        Ok(self.text.lines().count() as u64)
    }

    /// The recorded messages: id and recipient.
    pub(super) fn messages(&mut self) -> Result<Vec<(String, String)>> {
        self.count()?;
        let read = |line: &str| {
            let message: Value = serde_json::from_str(line).ok()?;
            let text = |name: &str| Some(message.get(name)?.as_str()?.to_owned());
            Some((text("id")?, text("to")?))
        };
        let invalid = |line| format!("invalid line in {}: {line:?}", self.path.display());
        self.text.lines().map(|line| read(line).ok_or_else(|| invalid(line))).collect()
    }
}

/// The number of rows of a ledger by state, after the run has ended.
pub(super) type States = BTreeMap<String, u64>;

/// Compares a complete ledger (CSV) with the recorded messages (id and recipient). The error lists all differences.
pub(super) fn compare(csv: &str, messages: &[(String, String)], rows: u64) -> Result<States> {
    let mut faults = Vec::new();
    let mut ids_by_key: HashMap<String, &str> = HashMap::new();
    for (id, to) in messages {
        let row = to.strip_prefix("+2449").and_then(|number| number.parse::<u64>().ok());
        let Some(row) = row.filter(|row| *row < rows) else {
            faults.push(format!("{id} was sent to {to}, which is not in the list"));
            continue;
        };
        if let Some(first) = ids_by_key.insert(format!("row-{row}"), id) {
            faults.push(format!("row-{row} was sent twice: {first}, {id}"));
        }
    }
    let mut states = States::new();
    let mut recorded = 0;
    for line in csv.lines().skip(1) {
        // The columns are key, operation, state, id and others. None of these contains a comma.
        let mut columns = line.split(',');
        let mut next = || columns.next().unwrap_or_default();
        let (key, _, state, id) = (next(), next(), next(), next());
        let sent = ids_by_key.remove(key);
        recorded += 1;
        match (state, sent) {
            ("accepted", Some(sent)) if sent == id => {}
            ("accepted", Some(sent)) => faults.push(format!("{key} was accepted as {id}, but sent as {sent}")),
            ("accepted", None) => faults.push(format!("{key} was accepted as {id}, but not sent")),
            ("rejected", Some(sent)) => faults.push(format!("{key} was rejected, but sent as {sent}")),
            ("rejected" | "unknown" | "claimed", _) => {}
            (state, _) => faults.push(format!("{key} is `{state}`, and not accepted, rejected or in doubt")),
        }
        let state = if matches!(state, "unknown" | "claimed") { "in doubt" } else { state };
        *states.entry(state.to_owned()).or_default() += 1;
    }
    faults.extend(ids_by_key.iter().map(|(key, id)| format!("{key} was sent as {id}, but is not in the ledger")));
    if recorded != rows {
        faults.push(format!("the ledger has {recorded} rows, and not {rows}"));
    }
    if faults.is_empty() { Ok(states) } else { Err(faults.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(rows: &[(&str, &str, &str)], sent: &[(&str, &str)]) -> Result<States> {
        let lines = rows.iter().map(|(key, state, id)| format!("{key},/messages,{state},{id},queued\n"));
        let csv = format!("key,operation,state,id,status\n{}", lines.collect::<String>());
        let messages: Vec<_> = sent.iter().map(|(id, to)| ((*id).to_owned(), (*to).to_owned())).collect();
        compare(&csv, &messages, 3)
    }

    const ROWS: [(&str, &str, &str); 3] =
        [("row-0", "accepted", "msg_a"), ("row-1", "rejected", ""), ("row-2", "unknown", "")];
    const SENT: (&str, &str) = ("msg_a", "+244900000000");

    #[test]
    fn a_row_in_doubt_may_have_been_sent() {
        let states = [("accepted", 1), ("in doubt", 1), ("rejected", 1)];
        let states: States = states.map(|(state, count)| (state.to_owned(), count)).into();
        assert_eq!(compared(&ROWS, &[SENT]), Ok(states.clone()));
        assert_eq!(compared(&ROWS, &[SENT, ("msg_b", "+244900000002")]), Ok(states));
    }

    #[test]
    fn differences_are_found() {
        let with = |index: usize, row| {
            let mut rows = ROWS;
            rows[index] = row;
            rows
        };
        for (rows, sent, fault) in [
            (ROWS, vec![SENT, ("msg_b", SENT.1)], "row-0 was sent twice: msg_a, msg_b"),
            (ROWS, vec![SENT, ("msg_b", "+244900000003")], "msg_b was sent to +244900000003, which is not in the list"),
            (ROWS, vec![SENT, ("msg_b", "+244900000001")], "row-1 was rejected, but sent as msg_b"),
            (ROWS, vec![], "row-0 was accepted as msg_a, but not sent"),
            (with(0, ("row-0", "accepted", "msg_c")), vec![SENT], "row-0 was accepted as msg_c, but sent as msg_a"),
            (with(2, ("row-2", "not_sent", "")), vec![SENT], "row-2 is `not_sent`, and not accepted"),
        ] {
            let fault_found = compared(&rows, &sent).expect_err("a difference");
            assert!(fault_found.contains(fault), "{fault_found}");
        }
        let error = compared(&ROWS[1..], &[SENT]).expect_err("a row is missing");
        assert_eq!(error, "row-0 was sent as msg_a, but is not in the ledger\nthe ledger has 2 rows, and not 3");
    }

    #[test]
    fn a_claim_of_a_dead_process_is_a_fault() {
        let counts = "{\"claimed\":0,\"accepted\":5,\"in_doubt\":2}";
        assert_eq!(Counts::parse(counts), Ok(Counts { accepted: 5, in_doubt: 2 }));
        assert!(Counts::parse(&counts.replace('0', "3")).is_err_and(|error| error.starts_with("3 rows are claimed")));
    }
}
