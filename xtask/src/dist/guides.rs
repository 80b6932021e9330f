//! The guides in the archive with the programs.

use std::path::Path;

use crate::command::Result;
use crate::files::{empty, read, write};
use crate::paths;

/// The guide of the command line, and those that it refers to.
const GUIDES: [&str; 3] = ["cli.md", "behaviour.md", "bulk.md"];

/// Writes the guides to a new folder, without links to files that are not there.
pub(super) fn write_to(folder: &Path) -> Result {
    empty(folder)?;
    for name in GUIDES {
        let text = read(&paths::root().join("docs").join(name))?;
        write(&folder.join(name), &without_dead_links(&text))?;
    }
    Ok(())
}

/// Replaces links to other files than the guides by their text.
fn without_dead_links(text: &str) -> String {
    let mut rest = text;
    let mut written = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once("](") {
        let Some((target, after)) = after.split_once(')') else { break };
        let (before, label) = before.rsplit_once('[').unwrap_or(("", before));
        written += before;
        match is_alive(target) {
            true => written += &format!("[{label}]({target})"),
            false => written += label,
        }
        rest = after;
    }
    written + rest
}

fn is_alive(target: &str) -> bool {
    let file = target.split('#').next().unwrap_or_default();
    file.is_empty() || file.contains("://") || GUIDES.contains(&file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_other_files_become_text() {
        let text = "[a](#a), [b](bulk.md#b), [`c`](../core/README.md) and [d](c.md), [e](https://zexa.ao).";
        let expected = "[a](#a), [b](bulk.md#b), `c` and d, [e](https://zexa.ao).";
        assert_eq!(without_dead_links(text), expected);
    }

    #[test]
    fn the_guides_are_there_without_dead_links() {
        let folder = tempfile::tempdir().expect("a folder");
        write_to(folder.path()).expect("written");
        for name in GUIDES {
            let text = read(&folder.path().join(name)).expect("there");
            assert!(text.lines().count() > 100 && !text.contains("](../") && !text.contains("](c.md"), "{name}");
        }
        assert!(read(&folder.path().join("cli.md")).expect("there").contains("](behaviour.md"));
    }
}
