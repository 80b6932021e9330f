//! Names of the files that bulk commands write. No default name is that of a file that another command or another job writes.

use std::fs;
use std::path::{Path, PathBuf};

/// The suffix of a ledger beside its file.
const LEDGER: &str = ".zexa.db";

/// The suffix of a report beside its file, or beside a ledger that is not beside the file.
const REPORT: &str = ".report.csv";

/// The suffix of the report of a trial in a sandbox.
const TRIAL_REPORT: &str = ".sandbox-report.csv";

/// The suffix of the report of an import.
const IMPORT_REPORT: &str = ".import-report.csv";

/// The suffix of the report of an import into a sandbox.
const TRIAL_IMPORT_REPORT: &str = ".sandbox-import-report.csv";

/// The default ledger of a file.
pub(crate) fn ledger(file: &Path) -> PathBuf {
    beside(&target(file), LEDGER)
}

/// The default report of a job: beside the file if the ledger is the default one, and otherwise beside the ledger.
pub(crate) fn report(file: &Path, ledger: &Path) -> PathBuf {
    let default = self::ledger(file);
    if real(ledger) == real(&default) { beside(&target(file), REPORT) } else { beside(ledger, REPORT) }
}

/// The default report of a trial in a sandbox.
pub(crate) fn trial_report(file: &Path) -> PathBuf {
    beside(&target(file), TRIAL_REPORT)
}

/// The default report of an import.
pub(crate) fn import_report(file: &Path, is_trial: bool) -> PathBuf {
    beside(&target(file), if is_trial { TRIAL_IMPORT_REPORT } else { IMPORT_REPORT })
}

/// The arguments that name a job in a command that is shown: its file, and the ledger unless it is the default one.
pub(crate) fn arguments(file: &Path, ledger: Option<&Path>) -> String {
    let words = quoted(&file.display().to_string());
    match ledger.filter(|ledger| real(ledger) != real(&self::ledger(file))) {
        Some(ledger) => format!("{words} --ledger {}", quoted(&ledger.display().to_string())),
        None => words,
    }
}

/// An argument as a shell reads it.
pub(crate) fn quoted(argument: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_./:+@=,%".contains(character);
    match !argument.is_empty() && argument.chars().all(is_plain) {
        true => argument.to_owned(),
        false => format!("'{}'", argument.replace('\'', r"'\''")),
    }
}

/// The file that a symbolic link leads to. Any other path is returned as the user has written it: a link in its folders leads to the same files.
fn target(file: &Path) -> PathBuf {
    let is_link = fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_symlink());
    fs::canonicalize(file).ok().filter(|_| is_link).unwrap_or_else(|| file.to_owned())
}

/// The path without symbolic links. Also for a file that does not exist, if its folder does.
pub(crate) fn real(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = fs::canonicalize(path) {
        return Some(real);
    }
    let path = std::path::absolute(path).ok()?;
    Some(fs::canonicalize(path.parent()?).ok()?.join(path.file_name()?))
}

/// The path of a file beside another one.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(suffix);
    PathBuf::from(beside)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn arguments_are_quoted_for_a_shell() {
        for (argument, expected) in
            [("people.csv", "people.csv"), ("os clientes.csv", "'os clientes.csv'"), ("a'b", r"'a'\''b'"), ("", "''")]
        {
            assert_eq!(quoted(argument), expected);
        }
    }

    #[test]
    fn only_another_ledger_is_named() {
        let file = Path::new("people.csv");
        let of = |ledger| arguments(file, Some(Path::new(ledger)));
        assert_eq!(arguments(file, None), "people.csv");
        assert_eq!(of("people.csv.zexa.db"), "people.csv");
        assert_eq!(of("./people.csv.zexa.db"), "people.csv");
        assert_eq!(of("june 2.db"), "people.csv --ledger 'june 2.db'");
    }

    #[test]
    fn default_names_are_those_of_one_command_and_one_job() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("people.csv");
        fs::write(&file, "phone\n").expect("a file");
        let ledgers = ["people.csv.zexa.db", "june", "june.db", "june.zexa.db"].map(|name| folder.path().join(name));
        let mut names: Vec<_> = ledgers.iter().map(|ledger| report(&file, ledger)).collect();
        names.extend([trial_report(&file), import_report(&file, false), import_report(&file, true)]);
        names.extend(ledgers);
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len(), "{names:?}");
        assert_eq!(names[0], folder.path().join("people.csv.report.csv"));
        assert_eq!(names[2], folder.path().join("june.db.report.csv"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_has_the_names_of_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(folder.path()).expect("a folder");
        let (file, link, inside) = (root.join("people.csv"), root.join("link.csv"), root.join("inside"));
        fs::write(&file, "phone\n").expect("a file");
        std::os::unix::fs::symlink("people.csv", &link).expect("a link");
        std::os::unix::fs::symlink(".", &inside).expect("a link");
        assert_eq!(ledger(&link), ledger(&file));
        assert_eq!(report(&link, &ledger(&file)), report(&file, &ledger(&file)));
        // The same files, by another path.
        let by_folder = inside.join("people.csv");
        assert_eq!(ledger(&by_folder), inside.join("people.csv.zexa.db"));
        assert_eq!(report(&file, &ledger(&by_folder)), report(&file, &ledger(&file)));
    }
}
