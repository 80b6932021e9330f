//! [`Report`]: a CSV file with the result of each row. It replaces an earlier report only when it is complete.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use same_file::Handle;
use serde::Serialize;

use super::paths::{beside, is_sqlite, real};
use super::report_order;
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
    /// The error in words. In the report, it is in the language of the user.
    pub(crate) message: Option<String>,
    /// The column with the problem.
    pub(crate) column: Option<String>,
    /// Id of the message or the contact.
    pub(crate) id: Option<String>,
    pub(crate) status: Option<String>,
    /// Kind of the error, or the name of the problem of an invalid row.
    pub(crate) error: Option<String>,
    pub(crate) http_status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) replayed: bool,
    /// Whether the result is in the ledger. Absent if there was nothing to record.
    pub(crate) recorded: Option<bool>,
}

/// The suffix of a report that is being written.
const PART: &str = ".part";

/// The suffix of its sorted copy.
const SORTED: &str = ".sorted";

/// A report that is being written.
pub(crate) struct Report {
    /// As the user has named it.
    path: PathBuf,
    /// What the file is renamed to when it is complete. `None` if it is written in place.
    target: Option<PathBuf>,
    delimiter: u8,
    /// The lines so far, if the earlier report is one of the same job.
    written: Option<Written>,
    writer: csv::Writer<BufWriter<File>>,
}

impl Report {
    /// Begins a report, in a file beside it that [`finish`](Report::finish) renames. Only its owner can read it. What an earlier run has left there is
    /// replaced, unless that run still writes it. `continues`: an earlier report may be one of the same job.
    ///
    /// The report has the delimiter of the file with the rows. Excel splits it into columns then. If it is not a comma, the report begins with a
    /// byte-order mark, without which Excel does not read UTF-8.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or if another program writes it.
    pub(crate) fn create(path: &Path, delimiter: char, continues: bool) -> Result<Report> {
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
        let written = (continues && target.as_deref().is_some_and(Path::exists)).then(Written::default);
        Ok(Report { path: path.to_owned(), target, delimiter, written, writer })
    }

    /// Adds a line.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(crate) fn add(&mut self, line: &Line) -> Result<()> {
        if let Some(written) = &mut self.written {
            written.add(line);
        }
        self.writer.serialize(line).map_err(|error| failure(&self.path, &error.into()))
    }

    /// Writes what is buffered, sorts the lines by row, and replaces an earlier report. If the run has ended before the end of the file, the lines of the other
    /// rows are kept.
    ///
    /// # Errors
    ///
    /// If the file cannot be written. An earlier report is unchanged then.
    pub(crate) fn finish(self, is_complete: bool) -> Result<()> {
        let Report { path, target, delimiter, written, mut writer } = self;
        let written = written.filter(|_| !is_complete);
        let finish = || {
            if let (Some(written), Some(target)) = (&written, &target) {
                if written.lines.is_empty() {
                    return fs::remove_file(beside(target, PART));
                }
                written.copy_others(target, delimiter, &mut writer)?;
            }
            let file = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            let Some(target) = &target else { return Ok(()) };
            // After a power failure, the name must not lead to a file without its contents.
            file.sync_all()?;
            // Before the file is unlocked.
            let part = beside(target, PART);
            match report_order::sorted(&part, &beside(target, SORTED), delimiter) {
                Ok(true) => {
                    fs::rename(beside(target, SORTED), target)?;
                    fs::remove_file(part)
                }
                // An unsorted report is complete, too.
                Ok(false) | Err(_) => fs::rename(part, target),
            }
        };
        finish().map_err(|error| failure(&path, &error))
    }
}

/// The lines that were written, to compare them with those of an earlier report.
#[derive(Default)]
struct Written {
    hasher: RandomState,
    /// Hashes of key and id, by row. `None` if they are absent.
    lines: HashMap<u64, [Option<u64>; 2]>,
}

impl Written {
    fn add(&mut self, line: &Line) {
        let found = [&line.key, &line.id].map(|text| self.hash(text.as_deref().unwrap_or_default().as_bytes()));
        self.lines.insert(line.row, found);
    }

    fn hash(&self, text: &[u8]) -> Option<u64> {
        (!text.is_empty()).then(|| self.hasher.hash_one(text))
    }

    /// Copies the lines of an earlier report whose rows have no line yet. Does nothing if it is no report, or one of another job.
    fn copy_others(&self, earlier: &Path, delimiter: u8, writer: &mut csv::Writer<impl Write>) -> io::Result<()> {
        let open = || csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_path(earlier);
        let columns = columns()?;
        let column = |name: &str| columns.iter().position(|column| column == name.as_bytes()).unwrap_or_default();
        let (row, key, id) = (column("row"), column("key"), column("id"));
        let of_line = |line: &csv::ByteRecord| {
            let number = std::str::from_utf8(line.get(row)?).ok()?.parse::<u64>().ok()?;
            Some((number, [key, id].map(|column| self.hash(&line[column]))))
        };
        if *open()?.byte_headers()? != columns {
            return Ok(());
        }
        for line in open()?.into_byte_records() {
            let line = line?;
            let known = of_line(&line).and_then(|(row, found)| self.lines.get(&row).map(|known| (found, known)));
            let is_other = known.is_some_and(|(found, known)| {
                found.iter().zip(known).any(|(found, known)| found.is_some() && known.is_some() && found != known)
            });
            if is_other {
                return Ok(());
            }
        }
        for line in open()?.into_byte_records() {
            let line = line?;
            if of_line(&line).is_some_and(|(row, _)| !self.lines.contains_key(&row)) && line.len() == columns.len() {
                writer.write_byte_record(&line)?;
            }
        }
        Ok(())
    }
}

/// The names of the columns.
fn columns() -> io::Result<csv::ByteRecord> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.serialize(Line::default())?;
    let text = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    Ok(csv::Reader::from_reader(&text[..]).byte_headers()?.clone())
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

/// Checks that a report would not replace one of these files, or any ledger: without its ledger, a job would be sent again.
///
/// # Errors
///
/// If it would.
pub(crate) fn check_path(path: &Path, others: &[&Path]) -> Result<()> {
    // The other files include those that SQLite and the core write beside a ledger, and may not exist yet.
    let own = |other: &&Path| ["", "-journal", "-lock"].map(|suffix| beside(other, suffix));
    let written = [path.to_owned(), beside(path, PART), beside(path, SORTED)];
    let is_same = |other: &PathBuf, written: &PathBuf| {
        // By their paths, because they may not exist; and hard links by their files.
        real(written).is_some_and(|path| real(other) == Some(path))
            || same_file::is_same_file(written, other).unwrap_or(false)
    };
    let replaces_other =
        others.iter().flat_map(own).any(|other| written.iter().any(|written| is_same(&other, written)));
    match replaces_other || written.iter().any(|path| is_sqlite(path)) {
        true => Err(Failure::Usage(text!("report-is-source", file = path.display().to_string()))),
        false => Ok(()),
    }
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    Failure::file(path, error)
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
            let mut report = Report::create(&path, delimiter, false).expect("a report");
            report.add(&line(2)).expect("a line");
            report.finish(true).expect("a file");
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
        let mut report = Report::create(&path, ',', false).expect("a report");
        report.add(&line(2)).expect("a line");
        assert!(matches!(Report::create(&path, ',', false), Err(Failure::Usage(_))), "it is being written");
        assert_eq!(fs::read_to_string(&path).expect("a text"), "earlier\n");
        report.finish(true).expect("a file");
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
        Report::create(&link, ',', false).expect("a report").finish(true).expect("a file");
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
        let ledger = folder.path().join("june.db");
        fs::write(&ledger, "SQLite format 3\0").expect("a file");
        assert!(check_path(&ledger, &[]).is_err(), "the ledger of another job");
    }

    #[test]
    fn a_run_that_ends_early_keeps_the_other_lines_of_its_job() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.csv");
        let write = |rows: &[u64], id: &str, continues, is_complete| {
            let mut report = Report::create(&path, ';', continues).expect("a report");
            for row in rows {
                let mut line = line(*row);
                (line.id, line.to) = (Some(format!("{id}-{row}")), Some("a;\"b\"\n".to_owned()));
                report.add(&line).expect("a line");
            }
            report.finish(is_complete).expect("a file");
            let text = fs::read_to_string(&path).expect("a text");
            let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
            let lines = reader.deserialize::<(u64, String, String, String, String, String, String)>();
            let mut found: Vec<_> =
                lines.map(|line| line.expect("a line")).map(|line| (line.0, line.2, line.6)).collect();
            found.sort();
            found
        };
        let lines = |rows: &[u64], id: &str| -> Vec<_> {
            rows.iter().map(|row| (*row, "a;\"b\"\n".to_owned(), format!("{id}-{row}"))).collect()
        };
        assert_eq!(write(&[2, 3, 4], "x", true, true), lines(&[2, 3, 4], "x"));
        assert_eq!(write(&[3], "x", true, false), lines(&[2, 3, 4], "x"));
        assert_eq!(write(&[], "x", true, false), lines(&[2, 3, 4], "x"), "nothing was done");
        assert_eq!(write(&[3, 5], "x", true, false), lines(&[2, 3, 4, 5], "x"));
        assert_eq!(write(&[2, 3], "x", true, true), lines(&[2, 3], "x"), "a complete one replaces all");
        assert_eq!(write(&[3], "y", true, false), lines(&[3], "y"), "that of another job");
        assert_eq!(write(&[4], "y", false, false), lines(&[4], "y"), "that of a new job");
        fs::write(&path, "a;b\n1;2\n").expect("a file");
        assert_eq!(write(&[3], "y", true, false), lines(&[3], "y"), "no report");
    }
}
