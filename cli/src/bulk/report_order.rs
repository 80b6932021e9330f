//! Sorts a report by row. Results arrive in another order, because rows are sent at the same time.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};

/// Where the line of a row is in the report.
struct Place {
    row: u64,
    start: u64,
    end: u64,
}

/// Writes a copy of a report whose lines are sorted by the number of the row, which is in the first column. Returns false, and writes nothing, if they are
/// sorted already.
///
/// The report is not read into memory, which has 24 bytes per line.
///
/// # Errors
///
/// If the files cannot be read or written. No copy is left then.
pub(crate) fn sorted(path: &Path, copy: &Path, delimiter: u8) -> io::Result<bool> {
    let mut places = places(path, delimiter)?;
    if places.is_sorted_by_key(|place| place.row) {
        return Ok(false);
    }
    let header = places.iter().map(|place| place.start).min().unwrap_or_default();
    places.sort_by_key(|place| place.row);
    let written = write(path, copy, header, &places);
    if written.is_err() {
        // It may not exist.
        let _ = fs::remove_file(copy);
    }
    written.map(|()| true)
}

/// The lines in the order of the file.
fn places(path: &Path, delimiter: u8) -> io::Result<Vec<Place>> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).from_path(path)?;
    reader.byte_headers()?;
    let mut places = Vec::new();
    let mut record = ByteRecord::new();
    let mut start = reader.position().byte();
    while reader.read_byte_record(&mut record)? {
        let end = reader.position().byte();
        let row = record.get(0).and_then(|row| std::str::from_utf8(row).ok()?.parse().ok());
        places.push(Place { row: row.unwrap_or(u64::MAX), start, end });
        start = end;
    }
    Ok(places)
}

/// Writes the header, which ends at a position, and the lines.
fn write(path: &Path, sorted: &Path, header: u64, places: &[Place]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut input = File::open(path)?;
    let mut output = BufWriter::new(options.open(sorted)?);
    let mut copy = |start: u64, end: u64| -> io::Result<()> {
        input.seek(SeekFrom::Start(start))?;
        let copied = io::copy(&mut (&mut input).take(end - start), &mut output)?;
        if copied == end - start { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    };
    copy(0, header)?;
    places.iter().try_for_each(|place| copy(place.start, place.end))?;
    output.flush()?;
    output.get_ref().sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_sorted_by_row() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, copy) = (folder.path().join("report.csv"), folder.path().join("copy.csv"));
        for (text, expected) in [
            ("row;a\n10;x\n2;\"y\n;\"\n3;z\n", "row;a\n2;\"y\n;\"\n3;z\n10;x\n"),
            ("\u{feff}row;a\n3;x\n2;é\n", "\u{feff}row;a\n2;é\n3;x\n"),
        ] {
            fs::write(&path, text).expect("a file");
            assert!(sorted(&path, &copy, b';').expect("sorted"));
            assert_eq!(fs::read_to_string(&copy).expect("a file"), expected);
            fs::remove_file(&copy).expect("a file");
        }
        for text in ["row;a\n2;x\n3;y\n", "row;a\n", ""] {
            fs::write(&path, text).expect("a file");
            assert!(!sorted(&path, &copy, b';').expect("sorted"));
            assert!(!copy.exists());
        }
        assert!(sorted(&folder.path().join("missing.csv"), &copy, b';').is_err());
    }
}
