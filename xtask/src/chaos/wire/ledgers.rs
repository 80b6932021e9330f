//! Compares the ledgers of a run with the record of the sandbox.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::programs;
use crate::command::Result;

/// Compares all ledgers of the folder with the recorded messages (id and recipient). The error lists all violations. Returns the number of rows.
pub(super) fn check(folder: &Path, messages: &[(String, String)]) -> Result<usize> {
    let ids: HashMap<String, &str> = messages
        .iter()
        .filter_map(|(id, to)| Some((format!("key-{}", number(to.strip_prefix("+2449")?)?), id.as_str())))
        .collect();
    let mut violations = Vec::new();
    let mut rows = 0;
    for ledger in files(folder)? {
        let csv = programs::export(&ledger)?;
        rows += csv.lines().skip(1).count();
        violations.extend(compare(&csv, &ids).into_iter().map(|text| format!("{}: {text}", ledger.display())));
    }
    if violations.is_empty() { Ok(rows) } else { Err(violations.join("\n")) }
}

fn number(digits: &str) -> Option<u64> {
    digits.parse().ok()
}

/// The ledgers of a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>).map_err(failed)?;
    let files = entries.iter().map(fs::DirEntry::path);
    Ok(files.filter(|file| file.extension().is_some_and(|extension| extension == "db")).collect())
}

/// Compares a ledger (CSV) with the ids of the recorded messages by key.
fn compare(csv: &str, ids: &HashMap<String, &str>) -> Vec<String> {
    let mut violations = Vec::new();
    for line in csv.lines().skip(1) {
        // The columns are key, operation, state, id and others. None of these contains a comma.
        let fields: Vec<&str> = line.split(',').collect();
        let &[key, _, state, id, ..] = fields.as_slice() else {
            violations.push(format!("an invalid row: {line:?}"));
            continue;
        };
        let received = ids.get(key).copied();
        let is_true = match state {
            // The id is absent if the response was lost.
            "accepted" => received.is_some_and(|received| id.is_empty() || id == received),
            "rejected" | "not_sent" => received.is_none(),
            _ => true,
        };
        if !is_true {
            violations.push(format!("{key} is {state} {id}, and was received as {received:?}"));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_found() {
        let ids = HashMap::from([("key-1".to_owned(), "msg_a")]);
        let compared = |row: &str| compare(&format!("key,operation,state,id\n{row}\n"), &ids);
        for row in [
            "key-1,/messages,accepted,msg_a,",
            "key-1,/messages,accepted,,",
            "key-1,/messages,unknown,,",
            "key-2,/messages,unknown,,",
            "key-2,/messages,claimed,,",
            "key-2,/messages,rejected,,",
            "key-2,/messages,not_sent,,",
        ] {
            assert_eq!(compared(row), Vec::<String>::new(), "{row}");
        }
        for row in [
            "key-1,/messages,accepted,msg_b,",
            "key-2,/messages,accepted,msg_b,",
            "key-2,/messages,accepted,,",
            "key-1,/messages,rejected,,",
            "key-1,/messages,not_sent,,",
            "key-1",
        ] {
            assert_eq!(compared(row).len(), 1, "{row}");
        }
    }
}
