//! [`Report`]: a CSV file with the result of each row. It replaces an earlier report only when it is complete.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use same_file::Handle;
use serde::Serialize;

use super::paths::{beside, real};
use crate::failure::{Failure, Result};
use crate::texts::text;

/// The result of a row, in JSON and in the report.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Line {
    /// Number of the row in a spreadsheet.
    pub(crate) row: u64,
    pub(crate) key: Option<String>,
    pub(crate) to: Option<String>,
    /// `duplicate` for a row that was not sent because an earlier one has the same recipient or key, `exists` for a contact that exists already, and
    /// otherwise the outcome of the core.
    pub(crate) outcome: &'static str,
    /// Id of the message or the contact.
    pub(crate) id: Option<String>,
    pub(crate) status: Option<String>,
    /// Kind of the error, or the name of the problem of an invalid row.
    pub(crate) error: Option<String>,
    /// The column with the problem.
    pub(crate) column: Option<String>,
    pub(crate) http_status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) request_id: Option<String>,
    /// The error in words.
    pub(crate) message: Option<String>,
    pub(crate) replayed: bool,
    /// Whether the result is in the ledger. Absent if there was nothing to record.
    pub(crate) recorded: Option<bool>,
}

/// The suffix of a report that is being written.
const PART: &str = ".part";

/// A report that is being written.
pub(crate) struct Report {
    /// As the user has named it.
    path: PathBuf,
    /// What the file is renamed to when it is complete. `None` if it is written in place.
    target: Option<PathBuf>,
    writer: csv::Writer<BufWriter<File>>,
}

impl Report {
    /// Begins a report, in a file beside it that [`finish`](Report::finish) renames. Only its owner can read it. What an earlier run has left there is
    /// replaced, unless that run still writes it.
    ///
    /// The report has the delimiter of the file with the rows. Excel splits it into columns then. If it is not a comma, the report begins with a
    /// byte-order mark, without which Excel does not read UTF-8.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or if another program writes it.
    pub(crate) fn create(path: &Path, delimiter: char) -> Result<Report> {
        let target = target(path);
        let open = || {
            let mut file = BufWriter::new(match &target {
                Some(target) => open_part(&beside(target, PART))?,
                None => OpenOptions::new().write(true).open(path)?,
            });
            if delimiter != ',' {
                file.write_all("\u{feff}".as_bytes())?;
            }
            Ok(file)
        };
        let file = open().map_err(|error: io::Error| match error.kind() {
            io::ErrorKind::WouldBlock => Failure::Usage(text!("report-in-use", file = path.display().to_string())),
            _ => failure(path, &error),
        })?;
        let delimiter = u8::try_from(delimiter).unwrap_or(b',');
        let writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(file);
        Ok(Report { path: path.to_owned(), target, writer })
    }

    /// Adds a line.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(crate) fn add(&mut self, line: &Line) -> Result<()> {
        self.writer.serialize(line).map_err(|error| failure(&self.path, &error.into()))
    }

    /// Writes what is buffered, and replaces an earlier report.
    ///
    /// # Errors
    ///
    /// If the file cannot be written. An earlier report is unchanged then.
    pub(crate) fn finish(self) -> Result<()> {
        let Report { path, target, writer } = self;
        let finish = || {
            let file = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            let Some(target) = &target else { return Ok(()) };
            // After a power failure, the name must not lead to a file without its contents.
            file.sync_all()?;
            // Before the file is unlocked.
            fs::rename(beside(target, PART), target)
        };
        finish().map_err(|error| failure(&path, &error))
    }
}

/// The file that a report replaces when it is complete, without symbolic links. `None` for something else than a file, such as `/dev/stdout`, which is
/// written in place.
fn target(path: &Path) -> Option<PathBuf> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => None,
        Ok(_) => Some(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())),
        Err(_) => Some(path.to_owned()),
    }
}

/// Opens the file of a report that is not complete, and empties it. It is locked until it is closed.
///
/// # Errors
///
/// [`io::ErrorKind::WouldBlock`] if another program has locked it.
fn open_part(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    loop {
        let file = options.open(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
            // Some network file systems have no locks. Two programs at the same time are rare.
            Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => return Err(error),
            _ => {}
        }
        // Another program may have renamed it before it was locked here. It is a complete report then.
        if Handle::from_file(file.try_clone()?).ok() == Handle::from_path(path).ok() {
            file.set_len(0)?;
            return Ok(file);
        }
    }
}

/// Checks that a report would not replace one of these files.
///
/// # Errors
///
/// If it would.
pub(crate) fn check_path(path: &Path, others: &[&Path]) -> Result<()> {
    // The other files include those that SQLite and the core write beside a ledger, and may not exist yet.
    let own = |other: &&Path| ["", "-journal", "-lock"].map(|suffix| beside(other, suffix));
    let written = [path.to_owned(), beside(path, PART)];
    let is_same = |other: &PathBuf, written: &PathBuf| {
        // By their paths, because they may not exist; and hard links by their files.
        real(written).is_some_and(|path| real(other) == Some(path))
            || same_file::is_same_file(written, other).unwrap_or(false)
    };
    match others.iter().flat_map(own).any(|other| written.iter().any(|written| is_same(&other, written))) {
        true => Err(Failure::Usage(text!("report-is-source", file = path.display().to_string()))),
        false => Ok(()),
    }
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    Failure::Local(text!("file-failed", path = path.display().to_string(), reason = error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(row: u64) -> Line {
        Line { row, outcome: "accepted", ..Line::default() }
    }

    #[test]
    fn a_report_is_written_like_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.csv");
        for (delimiter, expected) in
            [(',', "row,key,to,"), (';', "\u{feff}row;key;to;"), ('\t', "\u{feff}row\tkey\tto\t")]
        {
            let mut report = Report::create(&path, delimiter).expect("a report");
            report.add(&line(2)).expect("a line");
            report.finish().expect("a file");
            let text = fs::read_to_string(&path).expect("a text");
            assert!(text.starts_with(expected), "{text}");
            assert_eq!(text.lines().count(), 2);
        }
    }

    #[test]
    fn an_earlier_report_is_kept_until_the_new_one_is_complete() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.csv");
        fs::write(&path, "earlier\n").expect("a file");
        // The rest of a report that was cut off.
        fs::write(beside(&path, PART), "row,key\n".repeat(1000)).expect("a file");
        let mut report = Report::create(&path, ',').expect("a report");
        report.add(&line(2)).expect("a line");
        assert!(matches!(Report::create(&path, ','), Err(Failure::Usage(_))), "it is being written");
        assert_eq!(fs::read_to_string(&path).expect("a text"), "earlier\n");
        report.finish().expect("a file");
        let text = fs::read_to_string(&path).expect("a text");
        assert!(text.starts_with("row,key,to,") && text.lines().count() == 2, "{text}");
        assert!(!beside(&path, PART).exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_report_is_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("report.csv"), folder.path().join("link.csv"));
        fs::write(&path, "earlier\n").expect("a file");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        Report::create(&link, ',').expect("a report").finish().expect("a file");
        assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
        assert_eq!(fs::read_to_string(&path).expect("a text"), "");
    }

    #[test]
    fn a_report_replaces_no_file_that_is_needed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.csv");
        let other = folder.path().join("people.csv");
        assert!(check_path(&path, &[&other]).is_ok() && check_path(&path, &[&other, &path]).is_err());
        // Files that do not exist yet.
        for suffix in ["", "-journal", "-lock"] {
            assert!(check_path(&beside(&other, suffix), &[&other]).is_err(), "{suffix}");
        }
        assert!(check_path(&path, &[&beside(&path, PART)]).is_err());
        fs::write(&other, "phone\n").expect("a file");
        fs::hard_link(&other, &path).expect("a link");
        assert!(check_path(&path, &[&other]).is_err(), "a hard link");
    }
}
