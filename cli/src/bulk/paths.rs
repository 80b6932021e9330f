//! Names of the files that bulk commands write. No default name is that of a file that another command or another job writes.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use zexa::binding;

/// The first bytes of an SQLite file.
const MAGIC: &[u8] = b"SQLite format 3\0";

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

/// Whether a ledger is in a database.
pub(crate) fn is_url(ledger: &Path) -> bool {
    ledger.to_string_lossy().contains("://")
}

/// A ledger as it is shown: without a password.
pub(crate) fn shown(ledger: &Path) -> String {
    binding::shown_ledger(ledger)
}

/// The default report of a job: beside the file if the ledger is the default one, and otherwise beside the ledger. If it is in a database, beside the file,
/// with the name of the ledger.
pub(crate) fn report(file: &Path, ledger: &Path) -> PathBuf {
    if is_url(ledger) {
        let shown = shown(ledger);
        let name = shown.rsplit('=').next().unwrap_or_default();
        return beside(&target(file), &format!(".{name}{REPORT}"));
    }
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

/// Whether a file is an SQLite file, such as a ledger.
pub(crate) fn is_sqlite(path: &Path) -> bool {
    let mut start = [0; MAGIC.len()];
    // A pipe would have no end, or no beginning.
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
        && File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == MAGIC
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
        let url = Path::new("postgres://ana:secret@db.example/zexa?ledger=june%2F1");
        assert_eq!(report(&file, url), folder.path().join("people.csv.june%2F1.report.csv"));
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
