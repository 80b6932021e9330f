//! The encoding of a file: detected from its bytes, because a CSV file does not name it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::TableError;

/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1024;

/// First bytes of files that are often mistaken for CSV files, and what they are.
const OTHER_FILES: [(&[u8], &str); 6] = [
    (b"PK\x03\x04", "xlsx"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"<html", "html"),
    (b"<!DOCTYPE", "html"),
];

/// Detects the encoding of a file, and rewinds it.
///
/// A byte-order mark decides. Without one, a file with many zero bytes is UTF-16, and any other file is read completely: it is UTF-8 if its bytes
/// are valid UTF-8, or nearly so. Anything else is Windows-1252 or Mac OS Roman, in which Excel saves "CSV" in Western Europe, Angola and Brazil.
///
/// # Errors
///
/// If the file cannot be read, is empty, or is not a text.
pub(crate) fn detect(file: &mut File) -> Result<&'static Encoding, TableError> {
    let mut bytes = vec![0; CHUNK];
    let mut length = read_full(file, &mut bytes)?;
    if length == 0 {
        return Err(TableError::Empty);
    }
    if let Some((_, kind)) = OTHER_FILES.iter().find(|(magic, _)| starts_with(&bytes[..length], magic)) {
        return Err(TableError::NotCsv { kind });
    }
    let encoding = match Encoding::for_bom(&bytes[..length]) {
        Some((encoding, _)) => encoding,
        None => match utf16_without_mark(&bytes[..length]) {
            Some(encoding) => encoding,
            None => {
                let mut scan = Utf8Scan::default();
                while length > 0 {
                    scan.add(&bytes[..length]);
                    length = read_full(file, &mut bytes)?;
                }
                scan.encoding()
            }
        },
    };
    file.seek(SeekFrom::Start(0))?;
    Ok(encoding)
}

/// Finds an encoding by the name that a user has given, such as `macintosh`.
///
/// # Errors
///
/// If the name is unknown.
pub(crate) fn by_name(name: &str) -> Result<&'static Encoding, TableError> {
    Encoding::for_label(name.as_bytes()).ok_or_else(|| TableError::UnknownEncoding { name: name.to_owned() })
}

fn starts_with(bytes: &[u8], magic: &[u8]) -> bool {
    bytes.get(..magic.len()).is_some_and(|start| start.eq_ignore_ascii_case(magic))
}

/// Fills the buffer as far as the file goes.
fn read_full(file: &mut File, bytes: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < bytes.len() {
        match file.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// UTF-16 without a byte-order mark: most characters of a list of people are Latin, so that every second byte is zero.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |offset: usize| bytes.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, units) = (zeros(0), zeros(1), bytes.len() / 2);
    match () {
        () if units > 1 && odd * 2 > units && even * 10 < units => Some(UTF_16LE),
        () if units > 1 && even * 2 > units && odd * 10 < units => Some(UTF_16BE),
        () => None,
    }
}

/// Counts valid and invalid sequences of UTF-8 in a text that arrives in chunks.
#[derive(Default)]
struct Utf8Scan {
    /// Characters outside ASCII.
    valid: u64,
    invalid: u64,
    /// Bytes that are accented letters in Windows-1252.
    windows: u64,
    /// Bytes that are accented small letters in Mac OS Roman, and rare signs in Windows-1252.
    mac: u64,
    /// The beginning of a character whose end is in the next chunk.
    rest: Vec<u8>,
}

impl Utf8Scan {
    fn add(&mut self, chunk: &[u8]) {
        let count = |set: fn(u8) -> bool| chunk.iter().filter(|byte| set(**byte)).count() as u64;
        self.windows += count(|byte| byte >= 0xc0);
        self.mac += count(|byte| matches!(byte, 0x87..=0x90 | 0x97..=0x98 | 0x9a..=0x9f));
        if self.rest.is_empty() {
            return self.scan(chunk);
        }
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend_from_slice(chunk);
        self.scan(&bytes);
    }

    fn scan(&mut self, mut bytes: &[u8]) {
        loop {
            match std::str::from_utf8(bytes) {
                Ok(text) => return self.valid += outside_ascii(text),
                Err(error) => {
                    let (valid, after) = bytes.split_at(error.valid_up_to());
                    self.valid += outside_ascii(std::str::from_utf8(valid).unwrap_or_default());
                    match error.error_len() {
                        Some(length) => {
                            self.invalid += 1;
                            bytes = &after[length..];
                        }
                        None => {
                            self.rest = after.to_vec();
                            return;
                        }
                    }
                }
            }
        }
    }

    /// A file with a few damaged characters is still UTF-8: in Windows-1252, every `á` in it would be read as `Ã¡`, and sent.
    fn encoding(&self) -> &'static Encoding {
        let invalid = self.invalid + u64::from(!self.rest.is_empty());
        match () {
            () if invalid == 0 || self.valid > invalid => UTF_8,
            () if self.mac > self.windows => MACINTOSH,
            () => WINDOWS_1252,
        }
    }
}

fn outside_ascii(text: &str) -> u64 {
    match text.is_ascii() {
        true => 0,
        false => text.chars().filter(|character| !character.is_ascii()).count() as u64,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn detected(bytes: &[u8]) -> Result<&'static str, String> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("a file that can be written");
        file.rewind().expect("a file that can be rewound");
        let found = detect(&mut file).map(Encoding::name).map_err(|error| error.code().to_owned());
        if found.is_ok() {
            assert_eq!(file.stream_position().expect("a position"), 0);
        }
        found
    }

    fn utf16(text: &str, mark: bool, big: bool) -> Vec<u8> {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn encodings_of_real_programs() {
        let late = [&vec![b'a'; CHUNK + 10][..], b"\xe1"].concat();
        let split = [&vec![b'a'; CHUNK - 1][..], "é".as_bytes()].concat();
        let cases: Vec<(&str, Vec<u8>, &str)> = vec![
            ("ASCII", b"name,phone\n".to_vec(), "UTF-8"),
            ("Google Sheets", "nome,telemóvel\nJoão,923\n".into(), "UTF-8"),
            ("Excel, CSV UTF-8", [b"\xef\xbb\xbf", "nome;telemóvel\r\n".as_bytes()].concat(), "UTF-8"),
            ("Excel, CSV", b"nome;telem\xf3vel\r\nJo\xe3o;923\r\n".to_vec(), "windows-1252"),
            ("Excel, CSV with a dash and quotes", b"Jo\xe3o \x96 \x93Z\xe9\x94;923\r\n".to_vec(), "windows-1252"),
            ("Excel for Mac, CSV", b"nome;telem\x97vel\rJo\x8bo;923\rConcei\x8d\x8bo;924\r".to_vec(), "macintosh"),
            ("Excel, Unicode text", utf16("nome\ttelemóvel\r\n", true, false), "UTF-16LE"),
            ("LibreOffice, UTF-16", utf16("nome,telemóvel\n", true, true), "UTF-16BE"),
            ("UTF-16 without a mark", utf16("nome\ttelemóvel\r\n", false, false), "UTF-16LE"),
            ("UTF-16 without a mark, big endian", utf16("nome\ttelemóvel\r\n", false, true), "UTF-16BE"),
            ("UTF-8 with a damaged character", b"Jo\xc3\xa3o,Concei\xc3\xa7\xc3\xa3o,M\xe1rio\n".to_vec(), "UTF-8"),
            ("Windows-1252 after the first chunk", late, "windows-1252"),
            ("a character on the edge of a chunk", split, "UTF-8"),
            ("a text that ends in the middle of a character", b"a\xc3".to_vec(), "windows-1252"),
        ];
        for (name, bytes, expected) in cases {
            assert_eq!(detected(&bytes).as_deref(), Ok(expected), "{name}");
        }
    }

    #[test]
    fn other_files_are_named() {
        for bytes in [
            &b"PK\x03\x04abc"[..],
            b"\xd0\xcf\x11\xe0\xa1",
            b"%PDF-1.7",
            b"\x1f\x8b\x08",
            b"<HTML>",
            b"<!doctype html>",
        ] {
            assert_eq!(detected(bytes), Err("not_csv".to_owned()));
        }
        assert_eq!(detected(b""), Err("empty_file".to_owned()));
    }

    #[test]
    fn names_of_encodings() {
        assert_eq!(by_name("latin1").map(Encoding::name).ok(), Some("windows-1252"));
        assert_eq!(by_name("macintosh").map(Encoding::name).ok(), Some("macintosh"));
        assert!(by_name("klingon").is_err());
    }
}
