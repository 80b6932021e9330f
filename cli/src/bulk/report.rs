//! [`Report`]: a CSV file with the result of each row.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{report_order, words};
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
}

/// The suffix of a report beside its file.
pub(crate) const REPORT: &str = ".report.csv";

/// A report that is being written.
pub(crate) struct Report {
    path: PathBuf,
    delimiter: u8,
    writer: csv::Writer<BufWriter<File>>,
}

impl Report {
    /// Creates the file, or replaces it. Only its owner can read it.
    ///
    /// The report has the delimiter of the file with the rows. Excel splits it into columns then. If it is not a comma, the report begins with a
    /// byte-order mark, without which Excel does not read UTF-8.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(crate) fn create(path: &Path, delimiter: char) -> Result<Report> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let open = || {
            let mut file = BufWriter::new(options.open(path)?);
            if delimiter != ',' {
                file.write_all("\u{feff}".as_bytes())?;
            }
            Ok(file)
        };
        let file = open().map_err(|error| failure(path, &error))?;
        let delimiter = u8::try_from(delimiter).unwrap_or(b',');
        let writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(file);
        Ok(Report { path: path.to_owned(), delimiter, writer })
    }

    /// Adds a line.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(crate) fn add(&mut self, line: &Line) -> Result<()> {
        self.writer.serialize(line).map_err(|error| failure(&self.path, &error.into()))
    }

    /// Writes what is buffered, and sorts the lines by row.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.writer.flush().map_err(|error| failure(&self.path, &error))?;
        // Without it, the report is complete, too.
        let _ = report_order::sort(&self.path, self.delimiter);
        Ok(())
    }
}

/// Checks that a report would not replace one of these files.
///
/// # Errors
///
/// If it would.
pub(crate) fn check_path(path: &Path, others: &[&Path]) -> Result<()> {
    // The other files include those that SQLite and the core write beside a ledger, and may not exist yet.
    let own = |other: &&Path| ["", "-journal", "-lock"].map(|suffix| real(&beside(other, suffix)));
    let path_is_taken = others.iter().flat_map(own).flatten().any(|other| real(path) == Some(other));
    match path_is_taken {
        true => Err(Failure::Usage(text!("report-is-source", file = path.display().to_string()))),
        false => Ok(()),
    }
}

/// The path without symbolic links. Also for a file that does not exist, if its folder does.
fn real(path: &Path) -> Option<PathBuf> {
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

fn failure(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Local(text!("file-failed", path = path.display().to_string(), reason = words::of_system(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_written_like_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.csv");
        for (delimiter, expected) in
            [(',', "row,key,to,"), (';', "\u{feff}row;key;to;"), ('\t', "\u{feff}row\tkey\tto\t")]
        {
            let mut report = Report::create(&path, delimiter).expect("a report");
            report.add(&Line { row: 2, outcome: "accepted", ..Line::default() }).expect("a line");
            report.finish().expect("a file");
            let text = fs::read_to_string(&path).expect("a text");
            assert!(text.starts_with(expected), "{text}");
            assert_eq!(text.lines().count(), 2);
        }
        let other = folder.path().join("people.csv");
        assert!(check_path(&path, &[&other]).is_ok() && check_path(&path, &[&other, &path]).is_err());
        // Files that do not exist yet.
        for suffix in ["", "-journal", "-lock"] {
            assert!(check_path(&beside(&other, suffix), &[&other]).is_err(), "{suffix}");
        }
    }
}
