//! What the examples of the guides need, and a check of the tables of the guide to bulk runs.

use std::fs;

use tempfile::TempDir;

use crate::command::Result;
use crate::paths;

/// The guide to bulk runs.
pub(crate) const BULK: &str = "docs/bulk.md";

/// A temporary folder with the files that examples read: those of `tests/guides`.
pub(crate) fn folder() -> Result<TempDir> {
    let failed = |error| format!("the folder of an example: {error}");
    let folder = tempfile::tempdir().map_err(failed)?;
    for entry in fs::read_dir(paths::root().join("tests").join("guides")).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        fs::copy(entry.path(), folder.path().join(entry.file_name())).map_err(failed)?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn read(name: &str) -> String {
        fs::read_to_string(paths::root().join(name)).expect(name)
    }

    /// The first column of the table that follows the line.
    fn first_column(after: &str) -> BTreeSet<String> {
        let guide = read(BULK);
        let (_, rest) = guide.split_once(after).expect(after);
        let rows = rest.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
        rows.filter_map(|row| row.strip_prefix("| `")?.split_once('`')).map(|(name, _)| name.to_owned()).collect()
    }

    #[test]
    fn the_guide_names_each_reason_for_which_a_run_stops() {
        let source = read("core/src/bulk/stop.rs");
        let (_, names) = source.split_once("fn as_str(").expect("the names");
        let (names, _) = names.split_once("\n    }\n").expect("the end of the names");
        let names: BTreeSet<_> = names.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        assert!(names.len() > 5, "{names:?}");
        assert_eq!(first_column("## Why a run stops"), names);
    }

    #[test]
    fn the_guide_names_each_option_of_a_run() {
        let source = read("core/src/bulk_options.rs");
        let (_, options) = source.split_once("BulkValues of BulkOptions {").expect("the options");
        let (options, _) = options.split_once("\n}\n").expect("the end of the options");
        let lines = options.lines().map(str::trim).filter(|line| !line.starts_with("///"));
        let names: BTreeSet<_> =
            lines.filter_map(|line| line.split_once(": ")).map(|(name, _)| name.to_owned()).collect();
        assert!(names.len() > 5, "{names:?}");
        assert_eq!(first_column("| `recorded` | whether the result"), names);
    }
}
